"""What speaks for and against two petitions being one matter.

Each kind of evidence is a sparse matrix with a row a petition, so that the evidence of a pair is a product
of two rows.  It is summed as log odds, as in record linkage (Fellegi and Sunter 1969).
"""

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from minelib.matters.names import TaughtNames
from minelib.mentions import HEAD, Mention, Mentions, find_mentions, name_stem, normalise_name
from minelib.schema import MASK
from minelib.tokens import Tokens, ranks
from minelib.vectorise import TermMatrix, add_counts, document_frequency, limit_frequency, term_counts, tfidf

TITLE_WEIGHT = 3  # a title's words count as if said this often
BACKGROUND = 2000  # a name's rarity is that in a ledger of at least so many petitions
NAMED_IN_TEXT = 0.7  # a name in the letter alone identifies less than one in the title
MANY_LETTERS = 20  # who sends so many writes of many things
_NO_STEM = frozenset({"district", "township", "area", "transit"})
NO_NAME = frozenset({"district", "township", "office", "area"})  # kinds that many things have in common
_AREA = re.compile(r"[A-Z]\d{0,2}[省市县区州]|[^\w]")
_DOTS = re.compile(r"[\s·•．.・“”\"]+")
_HEAD = 200  # characters of a letter in which taught names are looked up
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Evidence:
    """Sparse matrices with a row a petition, and the day it was made (NaN where not known)."""

    words: sp.csr_matrix  # TF-IDF of words, title weighed
    grams: sp.csr_matrix  # TF-IDF of runs of three characters of the title
    names: sp.csr_matrix  # square root of the rarity of each name of a place or respondent
    stems: sp.csr_matrix  # 1 for each two characters of the names, their endings left aside
    counties: sp.csr_matrix  # 1 for each county or city district in title or place
    cities: sp.csr_matrix  # 1 for each city in title or place
    townships: sp.csr_matrix  # 1 for each township anywhere
    sites: sp.csr_matrix  # 1 for each name in the ledger's own column of places
    towns: sp.csr_matrix  # 1 for each township in that column
    respondents: sp.csr_matrix  # 1 for the respondent the ledger's own column gives
    petitioners: sp.csr_matrix  # for who sent it: 1, the less the more letters he or she sent
    classes: sp.csr_matrix  # 1 for each grievance class it may be of
    days: np.ndarray

    def __len__(self) -> int:
        return len(self.days)


def word_weights(
    titles: Sequence[str],
    tokens: Sequence[Sequence[str]],
    mentions: Sequence[Sequence[Mention]] | None = None,
) -> sp.csr_matrix:
    """Return TF-IDF of the words of each title and text, those of the title weighed.

    Words inside a name of `mentions` are left out where it is given: names are evidence of their own.
    """
    coded = Tokens.of(tokens)
    heads = coded.heads([len(title) for title in titles])
    if mentions is not None:
        coded, heads = (Tokens.of(list(map(_unnamed, some, mentions))) for some in (coded, heads))
    return _weigh(add_counts(term_counts(coded), term_counts(heads), times=TITLE_WEIGHT - 1), max_df=0.2)


def _unnamed(words: Sequence[str], found: Sequence[Mention]) -> list[str]:
    """Return the words that are not part of a name."""
    names = "\n".join({m.name for m in found})
    return [word for word in words if word not in names]


def gather(
    petitions: pd.DataFrame,
    words: sp.csr_matrix,
    mentions: Sequence[Sequence[Mention]],
    classes: Sequence[set[str]],
) -> Evidence:
    """Read the evidence off petitions, in the order given.

    Parameters
    ----------
    petitions : DataFrame
        ``title``, ``text``; ``petitioner_id``, ``received_at``, ``place`` and ``respondent`` where the ledger
        has them.
    words : csr_matrix
        See `word_weights`.
    mentions : sequence of sequences of Mention
        Names in each title and text, joined by a line break.
    classes : sequence of set of str
        Grievance classes each petition may be of; empty where not known.
    """
    respondents = [normalise_name(MASK.sub("", r), "company") for r in text_column(petitions, "respondent")]
    places = Mentions.of(map(find_mentions, text_column(petitions, "place")))
    named = _named(petitions, mentions, places, respondents)
    return Evidence(
        words=words,
        grams=_weigh(term_counts(_grams(petitions["title"].tolist())), max_df=0.05),
        names=_rarity(_matrix(named)),
        stems=_matrix(_stems(petitions["title"], mentions)),
        **_areas(petitions["title"], mentions, places),
        sites=_matrix({m.name: 1.0 for m in found if m.kind not in NO_NAME} for found in places),
        towns=_matrix({m.name: 1.0 for m in found if m.kind == "township"} for found in places),
        respondents=_matrix({r: 1.0} if r else {} for r in respondents),
        petitioners=_petitioners(text_column(petitions, "petitioner_id")),
        classes=_matrix(dict.fromkeys(codes, 1.0) for codes in classes),
        days=_days(petitions),
    )


def dots(matrix: sp.csr_matrix, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the product of rows `left[i]` and `right[i]` of a sparse matrix, for each i."""
    out = np.zeros(len(left), dtype=np.float32)
    for start in range(0, len(left), _CHUNK):
        part = slice(start, start + _CHUNK)
        out[part] = np.asarray(matrix[left[part]].multiply(matrix[right[part]]).sum(axis=1)).ravel()
    return out


def _grams(titles: list[str]) -> Tokens:
    """Return the runs of three characters of each title."""
    blocks = (titles[at : at + _CHUNK] for at in range(0, len(titles), _CHUNK))
    return Tokens.joined(Tokens.of([_runs(title) for title in block]) for block in blocks)


def _runs(title: str) -> list[str]:
    """Return the runs of three characters, each sorted: 云栖网 and 栖云网 share one."""
    text = _AREA.sub("", title)
    return ["".join(sorted(run)) for run in zip(text, text[1:], text[2:], strict=False)]


def _weigh(terms: TermMatrix, *, max_df: float) -> sp.csr_matrix:
    """Return TF-IDF of words that are not in most texts; a word of one text only lengthens its row."""
    share = max(max_df, min(1.0, 60 / max(1, terms.counts.shape[0])))
    weighed = tfidf(limit_frequency(terms, max_df=share).counts)
    return weighed[:, document_frequency(weighed) > 1]


def _named(
    petitions: pd.DataFrame,
    mentions: Sequence[Sequence[Mention]],
    places: Sequence[Sequence[Mention]],
    respondents: Sequence[str],
) -> Iterator[dict[str, float]]:
    """Yield the names of places and respondents in each petition, and how much each counts."""
    taught = TaughtNames.of(mentions)
    columns = (text_column(petitions, c) for c in ("title", "text"))
    for title, text, found, where, whom in zip(*columns, mentions, places, respondents, strict=True):
        named = [m for m in found if m.kind not in NO_NAME]
        inside = {m.name for m in named if m.end <= len(title)} | taught.find(_DOTS.sub("", title))
        inside |= {m.name for m in where if m.kind not in NO_NAME} | ({whom} - {""})
        inside |= set(MASK.findall(title))  # one person or number behind it, whoever that is
        anywhere = {m.name for m in named} | taught.find(_DOTS.sub("", text[:_HEAD]))
        anywhere |= set(MASK.findall(text[:HEAD]))
        yield {name: 1.0 if name in inside else NAMED_IN_TEXT for name in anywhere | inside}


def _stems(titles: Iterable[str], mentions: Sequence[Sequence[Mention]]) -> Iterator[dict[str, float]]:
    """Yield the pairs of characters in the names of each title."""
    for title, found in zip(titles, mentions, strict=True):
        stems = [name_stem(m.name) for m in found if m.kind not in _NO_STEM and m.end <= len(title)]
        yield {stem[i : i + 2]: 1.0 for stem in stems for i in range(max(1, len(stem) - 1))}


def _areas(
    titles: Iterable[str], mentions: Sequence[Sequence[Mention]], places: Sequence[Sequence[Mention]]
) -> dict[str, sp.csr_matrix]:
    """Return matrices of the counties and cities of titles and places, and of townships anywhere."""

    def districts(ends: str) -> Iterator[dict[str, float]]:
        for title, found, where in zip(titles, mentions, places, strict=True):
            said = [*(m for m in found if m.end <= len(title)), *where]
            yield {m.name: 1.0 for m in said if m.kind == "district" and m.name[-1] in ends}

    anywhere = ([*found, *where] for found, where in zip(mentions, places, strict=True))
    townships = ({m.name: 1.0 for m in found if m.kind == "township"} for found in anywhere)
    rows = {"counties": districts("县区"), "cities": districts("市州"), "townships": townships}
    return {name: _matrix(found) for name, found in rows.items()}


def _matrix(rows: Iterable[dict[str, float]]) -> sp.csr_matrix:
    """Return one row a dict, one column a key in order of the keys; rows are held as numbers only."""
    seen: dict[str, int] = {}
    where, data, ends = array("i"), array("f"), array("q", [0])
    for row in rows:
        where.extend(seen.setdefault(name, len(seen)) for name in row)
        data.extend(row.values())
        ends.append(len(where))
    columns = ranks([seen[name] for name in sorted(seen)])[np.array(where, dtype=np.int32)]
    return sp.csr_matrix((np.array(data), columns, np.array(ends)), shape=(len(ends) - 1, len(seen)))


def _rarity(names: sp.csr_matrix) -> sp.csr_matrix:
    """Weigh names so that the product of two rows sums log(N / n) of the names they share."""
    n_texts = document_frequency(names)
    weight = np.sqrt(np.log(max(names.shape[0], BACKGROUND) / np.maximum(n_texts, 1)).clip(min=0))
    weight[n_texts < 2] = 0
    # A name of one letter weighs nothing and stays: the letter does say where it is.
    data = names.data * weight.astype(np.float32)[names.indices]
    return sp.csr_matrix((data, names.indices, names.indptr), shape=names.shape)


def _petitioners(ids: list[str]) -> sp.csr_matrix:
    """Weigh petitioners so that two letters of one share 1, the less the more letters there are."""
    senders = _matrix({sender: 1.0} if sender else {} for sender in ids)
    share = 1 - np.log(np.maximum(document_frequency(senders), 1)) / np.log(MANY_LETTERS)
    return (senders @ sp.diags_array(np.sqrt(share.clip(min=0)).astype(np.float32))).tocsr()


def text_column(petitions: pd.DataFrame, column: str) -> list[str]:
    """Return a column as text, "" throughout where the ledger has none."""
    return petitions[column].fillna("").astype(str).tolist() if column in petitions else [""] * len(petitions)


def _days(petitions: pd.DataFrame) -> np.ndarray:
    """Return the day each petition was made, counted from 1970; NaN where not known."""
    if "received_at" not in petitions:
        return np.full(len(petitions), np.nan)
    times = pd.to_datetime(petitions["received_at"], errors="coerce")
    return ((times - pd.Timestamp(0)) / pd.Timedelta(days=1)).to_numpy(dtype=float)
