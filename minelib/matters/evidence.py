"""What speaks for and against two petitions being one matter.

Each kind of evidence is a sparse matrix with a row a petition, so that the evidence of a pair is a product
of two rows.  It is summed as log odds, as in record linkage (Fellegi and Sunter 1969).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from minelib.matters.holdings import Holdings, Source, holdings
from minelib.matters.letters import Letters, text_column
from minelib.mentions import Mention, Mentions, name_stem
from minelib.scale import are_among, distinct
from minelib.tokens import Tokens, ranks
from minelib.vectorise import Weights, document_frequency, stacked, term_counts

TITLE_WEIGHT = 3  # a title's words count as if said this often
BACKGROUND = 2000  # a name's rarity is that in a ledger of at least so many petitions
NAMED_IN_TEXT = 0.7  # a name in the letter alone identifies less than one in the title
MANY_LETTERS = 20  # who sends so many writes of many things
_NO_STEM = frozenset({"district", "township", "area", "transit"})
NO_NAME = frozenset({"district", "township", "office", "area"})  # kinds that many things have in common
_AREA = re.compile(r"[A-Z]\d{0,2}[省市县区州]|[^\w]")
_CHUNK = 1 << 16
_BASE = 1 << 21  # more than any character's number
_PLACES = np.array([_BASE**2, _BASE, 1])  # three characters as one number


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
    sizes: np.ndarray, tokens: Tokens, mentions: Sequence[Sequence[Mention]] | None = None
) -> Weights:
    """Return TF-IDF of the words of each title, of `sizes` characters, and text, those of the title weighed.

    Words inside a name of `mentions` are left out where it is given: names are evidence of their own.
    """
    heads = tokens.heads(sizes)
    if mentions is not None:
        tokens, heads = (Tokens.of(list(map(_unnamed, some, mentions))) for some in (tokens, heads))
    most = _share(0.2, len(tokens))
    return Weights.of(term_counts(tokens, heads=heads, times=TITLE_WEIGHT - 1, max_df=most).counts)


def _unnamed(words: Sequence[str], found: Sequence[Mention]) -> list[str]:
    """Return the words that are not part of a name."""
    names = "\n".join({m.name for m in found})
    return [word for word in words if word not in names]


def gather(
    petitions: pd.DataFrame,
    words: sp.csr_matrix,
    letters: Letters,
    taught: Mentions,
    classes: np.ndarray,
) -> Evidence:
    """Put the evidence of petitions together, in the order given.

    Parameters
    ----------
    petitions : DataFrame
        ``title``; ``petitioner_id`` and ``received_at`` where the ledger has them.
    words : csr_matrix
        See `word_weights`.
    letters : Letters
        What each petition says by itself.
    taught : Mentions
        Names that the letters teach, see `look_up`.
    classes : ndarray of str, shape (n_petitions, n_columns)
        Grievance classes each petition may be of, "" where not known.
    """
    said, where = letters.mentions, letters.places
    title = _in_title(said, letters.sizes)
    return Evidence(
        words=words,
        grams=shared(_run_weights(petitions["title"].tolist())),
        names=_rarity(_named(letters, taught)),
        stems=_holding(Source(said, _stems, title)),
        counties=_holding(Source(said, _counties, title), Source(where, _counties)),
        cities=_holding(Source(said, _cities, title), Source(where, _cities)),
        townships=_holding(Source(said, _townships), Source(where, _townships)),
        sites=_holding(Source(where, _names)),
        towns=_holding(Source(where, _townships)),
        respondents=_holding(Source(letters.respondents, _names)),
        petitioners=_petitioners(text_column(petitions, "petitioner_id")),
        classes=_values(classes),
        days=_days(petitions),
    )


def names_of(letters: Letters) -> sp.csr_matrix:
    """Return 1 for each name of a place or respondent in the title or text of each letter."""
    return _holding(Source(letters.mentions, _names))


def dots(matrix: sp.csr_matrix | Weights, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the product of rows `left[i]` and `right[i]` of a sparse matrix, for each i."""
    out = np.zeros(len(left), dtype=np.float32)
    for start in range(0, len(left), _CHUNK):
        part = slice(start, start + _CHUNK)
        out[part] = np.asarray(matrix[left[part]].multiply(matrix[right[part]]).sum(axis=1)).ravel()
    return out


def apart(matrix: sp.csr_matrix, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Tell for which pairs both rows hold something and nothing in common."""
    said = np.diff(matrix.indptr) > 0
    return said[left] & said[right] & (dots(matrix, left, right) == 0)


def _grams(titles: list[str]) -> Tokens:
    """Return the runs of three characters of each title, each sorted: 云栖网 and 栖云网 share one."""
    plain = [_AREA.sub("", title) for title in titles]
    lengths = np.fromiter(map(len, plain), np.int64, len(plain))
    letters = np.frombuffer("".join(plain).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
    text = np.repeat(np.arange(len(plain)), lengths)
    runs = np.sort(np.column_stack([letters[:-2], letters[1:-1], letters[2:]]), axis=1)
    runs = runs[text[:-2] == text[2:]] @ _PLACES
    codes, found = pd.factorize(runs)
    spelled = (np.sort(found)[:, None] // _PLACES % _BASE).tolist()
    words = np.array(["".join(map(chr, run)) for run in spelled], dtype=object)
    return Tokens(ranks(np.argsort(found))[codes], np.maximum(lengths - 2, 0).cumsum(), words)


def _run_weights(titles: list[str]) -> Weights:
    return Weights.of(term_counts(_grams(titles), max_df=_share(0.05, len(titles))).counts)


def _share(most: float, n: int) -> float:
    """Return the share of `n` texts that may hold a word: a few dozen always may."""
    return max(most, min(1.0, 60 / max(1, n)))


def shared(weights: Weights, rows: np.ndarray | None = None) -> sp.csr_matrix:
    """Return the weights of some texts, all where not given; a word of one text only lengthens its row."""
    counts = weights.counts if rows is None else weights.counts[rows]
    blocks = Weights(counts, weights.idf).blocks()
    return stacked(blocks, document_frequency(weights.counts) > 1, document_frequency(counts))


def _names(kind: str, name: str) -> list[str]:
    return [name] if kind not in NO_NAME else []


def _stems(kind: str, name: str) -> list[str]:
    """Return the pairs of characters in a name."""
    if kind in _NO_STEM:
        return []
    stem = name_stem(name)
    return [stem[i : i + 2] for i in range(max(1, len(stem) - 1))]


def _counties(kind: str, name: str) -> list[str]:
    return [name] if kind == "district" and name[-1] in "县区" else []


def _cities(kind: str, name: str) -> list[str]:
    return [name] if kind == "district" and name[-1] in "市州" else []


def _townships(kind: str, name: str) -> list[str]:
    return [name] if kind == "township" else []


def _holding(*sources: Source) -> sp.csr_matrix:
    """Return 1 for each key a petition holds."""
    return holdings(sources)[0].matrix()


def _named(letters: Letters, taught: Mentions) -> sp.csr_matrix:
    """Return the names of places and respondents in each petition, and how much each counts."""
    said = letters.mentions, letters.masks, taught
    own = Source(letters.places, _names), Source(letters.respondents, _names)
    titles = (Source(m, _names, _in_title(m, letters.sizes)) for m in said)
    inside, anywhere = holdings([*titles, *own], [*(Source(m, _names) for m in said), *own])
    return anywhere.matrix(np.where(are_among(anywhere.cells, inside.cells), 1.0, NAMED_IN_TEXT))


def _in_title(mentions: Mentions, sizes: np.ndarray) -> np.ndarray:
    """Tell which mentions stand in the title."""
    return mentions.spans[:, 1] <= sizes[mentions.rows]


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
    senders = _values(np.array(ids, dtype=object)[:, None])
    share = 1 - np.log(np.maximum(document_frequency(senders), 1)) / np.log(MANY_LETTERS)
    return (senders @ sp.diags_array(np.sqrt(share.clip(min=0)).astype(np.float32))).tocsr()


def _values(table: np.ndarray) -> sp.csr_matrix:
    """Return 1 for each value that stands in a row of text columns; "" is none."""
    codes, values = pd.factorize(table.ravel())
    told = np.flatnonzero(table.ravel() != "")
    cells = told // max(table.shape[1], 1) * len(values) + codes[told]
    return Holdings(distinct(cells), len(table), len(values)).matrix()


def _days(petitions: pd.DataFrame) -> np.ndarray:
    """Return the day each petition was made, counted from 1970; NaN where not known."""
    if "received_at" not in petitions:
        return np.full(len(petitions), np.nan)
    times = pd.to_datetime(petitions["received_at"], errors="coerce")
    return ((times - pd.Timestamp(0)) / pd.Timedelta(days=1)).to_numpy(dtype=float)
