"""Clean a text, and every text of a table of petitions."""

import re
from functools import cache

import pandas as pd

from minelib.clean import characters, markup, webpage
from minelib.clean.log import CleanLog
from minelib.clean.wanting import mojibake, signs, wanting
from minelib.schema import RAW_PETITION

_SPACE = ("space", characters.even_spaces)
_STEPS = (
    ("surrogate", characters.mend_surrogates),
    ("cell_escape", characters.undo_cell_escapes),
    ("entity", markup.decode_entities),
    ("markup", markup.strip_tags),
    ("invisible", characters.drop_invisible),
    ("control", characters.drop_controls),
    _SPACE,
    ("pinyin", webpage.strip_pinyin),
    ("traditional", webpage.to_simplified),
)
_BODY_STEPS = (("tail", webpage.drop_tail), ("furniture", webpage.drop_furniture))
# One of these may bring to light what another takes away: &lt;b&gt; becomes a tag.
_REVEALING = {"cell_escape", "entity", "markup", "invisible", "control"}
_ROUNDS = 5
_NEUTRAL = str.maketrans({"<": "＜", "&": "＆"})

_BODIES = ("text", "reply")
_UNTOUCHED = ("record_id", "source", "sheet")


@cache
def _mojibake() -> re.Pattern:
    return re.compile("|".join(map(re.escape, mojibake())))


def _once(text: str, body: bool, counts: dict[str, int]) -> str:
    text = _run((_SPACE,), text, counts)
    if signs().search(text):
        text = _run(_STEPS, text, counts)
    return _run(_BODY_STEPS, text, counts) if body else text


def _run(steps, text: str, counts: dict[str, int]) -> str:
    for kind, step in steps:
        text, n = step(text)
        if n:
            counts[kind] = counts.get(kind, 0) + n
    return text


def clean_text(text: str, *, body: bool = True) -> tuple[str, dict[str, int]]:
    """Clean one text.

    Parameters
    ----------
    text : str
    body : bool
        Whether this is the text of a petition or reply, where sign-off lines and page furniture may stand.

    Returns
    -------
    text : str
        Cleaned; cleaning it again changes nothing.
    counts : dict
        Kind of change (a key of `clean.log.KINDS`) -> characters changed; a flag counts what it points at.

    Examples
    --------
    >>> clean_text("\\u3000徵收(shōu)補償&nbsp;未到位<br/>")
    ('征收补偿 未到位', {'space': 2, 'entity': 6, 'markup': 4, 'pinyin': 6, 'traditional': 3})
    """
    counts: dict[str, int] = {}
    for _ in range(_ROUNDS):
        this: dict[str, int] = {}
        text = _once(text, body, this)
        counts = {k: counts.get(k, 0) + this.get(k, 0) for k in counts | this} if this else counts
        if _REVEALING.isdisjoint(this):
            break
    else:
        # Tags within tags within tags: nobody writes them but to get one through.
        neutral = text.translate(_NEUTRAL).replace("_x00", "_ x00")
        counts["neutralised"] = sum(a != b for a, b in zip(text, neutral, strict=False))
        text = _once(neutral, body, counts)
    if "pinyin" in counts:
        text, counts["punctuation"] = webpage.widen_punctuation(text)
    lost = len(_mojibake().findall(text))
    if lost:
        counts["mojibake"] = lost
    return text, {kind: n for kind, n in counts.items() if n}


def clean_petitions(petitions: pd.DataFrame) -> tuple[pd.DataFrame, CleanLog]:
    """Clean every text of a table of petitions; the same rows come back, with a log of what was changed.

    Parameters
    ----------
    petitions : DataFrame
        As `schema.RAW_PETITION`; is not changed.

    Returns
    -------
    petitions : DataFrame
    log : CleanLog

    Examples
    --------
    >>> from minelib.schema import RAW_PETITION, frame
    >>> raw = frame([{"record_id": "7", "row": 2, "text": "欠薪<br>\\u200b三个月"}], RAW_PETITION)
    >>> cleaned, log = clean_petitions(raw)
    >>> cleaned.loc[0, "text"], log.counts
    ('欠薪\\n三个月', {'markup': 1, 'invisible': 1})
    """
    ids = petitions["record_id"].tolist()
    data, changes = {}, []
    for field, dtype in RAW_PETITION.items():
        if dtype != "str" or field in _UNTOUCHED or field not in petitions:
            continue
        body = field in _BODIES
        texts = petitions[field].tolist()
        for i in wanting(texts, body=body):
            texts[i], counts = clean_text(texts[i], body=body)
            changes += [(ids[i], field, kind, n) for kind, n in counts.items()]
        data[field] = pd.Series(texts, index=petitions.index, dtype=petitions[field].dtype)
    columns = {"record_id": "str", "field": "str", "kind": "str", "characters": "int64"}
    log = pd.DataFrame(changes, columns=list(columns)).astype(columns)
    return petitions.assign(**data), CleanLog(log, len(petitions))
