"""What a petition is about, by name: one place, one respondent, one area that tables are made by."""

from collections.abc import Sequence

import pandas as pd

from minelib.mentions.find import Mention, find_all_mentions, find_mentions

# Which kind says best where it is, and against whom; the first that a text names is taken.
PLACE_KINDS = ("compound", "village", "school", "hospital", "place", "road", "area", "transit")
RESPONDENT_KINDS = ("company", "platform", "school", "hospital", "office")
HEAD = 600  # characters of a letter that are searched: names come early, long letters name many bystanders
_EARLY = 400  # and those in which what the letter is about is named


def place_of(mentions: Sequence[Mention]) -> str:
    """Return the place a petition is about, "" where it names none.

    >>> place_of(find_mentions("A3区金桂路旁的云栖听澜苑小区漏水"))
    '云栖听澜苑'
    """
    return _first_of(mentions, PLACE_KINDS)


def respondent_of(mentions: Sequence[Mention]) -> str:
    """Return whom a petition is about, "" where it names nobody.

    >>> respondent_of(find_mentions("举报金蝉商贸有限公司拖欠货款"))
    '金蝉商贸'
    """
    return _first_of(mentions, RESPONDENT_KINDS)


def township_of(mentions: Sequence[Mention]) -> str:
    """Return the township (镇, 乡, 街道), else the district, that a petition names; the narrowest wins.

    >>> township_of(find_mentions("A市A3区河口镇柳树村三组修路")), township_of(find_mentions("A市A3区修路"))
    ('河口镇', 'A3区')
    """
    towns = [m.name for m in mentions if m.kind == "township"]
    districts = [m.name for m in mentions if m.kind == "district"]
    narrow = [d for d in districts if d[-1] in "区县"]
    return next(iter(towns + narrow + districts), "")


def named_heads(petitions: pd.DataFrame) -> list[str]:
    """Return what names are looked for in: each title and the head of each text, joined by a line break.

    >>> named_heads(pd.DataFrame({"title": ["金桂路积水"], "text": ["云栖苑小区门口积水"]}))
    ['金桂路积水\\n云栖苑小区门口积水']
    """
    pairs = zip(petitions["title"].tolist(), petitions["text"].tolist(), strict=True)
    return [f"{title}\n{text[:HEAD]}" for title, text in pairs]


def name_petitions(
    petitions: pd.DataFrame, mentions: Sequence[Sequence[Mention]] | None = None
) -> pd.DataFrame:
    """Name the place, the respondent and the area of each petition.

    What the ledger itself says of place and respondent goes before the title, and that before the letter.

    Parameters
    ----------
    petitions : DataFrame
        Columns of `schema.PETITION`; ``place`` and ``respondent`` may be absent.
    mentions : sequence of sequences of Mention, optional
        Those of `named_heads`; found here when not given.

    Returns
    -------
    DataFrame
        ``record_id``, ``named_place``, ``named_respondent``, ``township``; "" where none is named.
    """
    n = len(petitions)
    empty = [""] * n
    own = [petitions[c].tolist() if c in petitions else empty for c in ("place", "respondent")]
    mentions = find_all_mentions(named_heads(petitions)) if mentions is None else mentions
    rows = [_names(*row) for row in zip(petitions["title"].tolist(), mentions, *own, strict=True)]
    table = pd.DataFrame(rows, columns=["named_place", "named_respondent", "township"], dtype="str")
    return table.assign(record_id=petitions["record_id"].to_numpy())[["record_id", *table.columns]]


def _names(title: str, found: Sequence[Mention], place: str, respondent: str) -> tuple[str, str, str]:
    """Return place, respondent and township of one petition."""
    said = [m for m in found if m.end <= len(title) + _EARLY]
    where = find_mentions(place) if place else []
    area = township_of(where) or place or township_of(said)
    return place_of(where) or place_of(said), respondent or respondent_of(said), area


def _first_of(mentions: Sequence[Mention], kinds: tuple[str, ...]) -> str:
    """Return the name of the first mention of the first of `kinds` that is there."""
    by_kind = {m.kind: m.name for m in reversed(mentions)}
    return next((by_kind[kind] for kind in kinds if kind in by_kind), "")
