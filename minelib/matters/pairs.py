"""Which pairs of petitions are worth weighing, and what they weigh.

Pairs come from one sparse product whose columns are limited in height: a word or name that very many
petitions hold pairs nobody by itself.  So the work grows with the number of petitions, never with its square.
"""

import numpy as np
import scipy.sparse as sp

from minelib.matters.evidence import Evidence, apart, dots
from minelib.scale import distinct
from minelib.vectorise import document_frequency

# Log odds that two petitions are one matter, for one unit of each evidence.  Estimated by logistic regression
# on pairs of petitions to a city's message board that were read and labelled by hand, then rounded. That board
# has no columns of places and respondents: their four weights are set by hand, well below what a synthetic
# ledger with such columns gives; so is that of `form_letter`.
WEIGHTS = {
    "words": 11.0,  # cosine of the words, at most WORDS_CAP
    "grams": 3.9,  # cosine of the runs of characters in the title
    "names": 0.07,  # log rarity of the shared names, at most NAMES_CAP
    "unnamed": -1.4,  # no name of a place or respondent in common
    "form_letter": -6.0,  # nearly the same words of two compounds, two firms, two schools …
    "petitioner": 1.6,  # the same petitioner, if one of few letters
    "apart": -3.9,  # titles that name different counties, or different cities
    "township": 1.55,  # a township in common
    "other_class": -1.6,  # no grievance class in common
    "site": 1.5,  # one place in the ledger's own column
    "other_site": -4.0,  # two places in it
    "respondent": 1.5,  # one respondent in the ledger's own column
    "other_respondent": -4.0,  # two respondents in it
    "gap": -0.4,  # logarithm of the days between, plus one
}
INTERCEPT = -1.4
FORM_LETTER = 0.6  # cosine of the words from which only the names may tell two letters apart
WORDS_CAP = 0.4  # one form letter against two schools is still about two schools
NAMES_CAP = 10.0
UNKNOWN_GAP = 3.0  # where a date is missing: the logarithm of some three weeks

MAX_HEIGHT = 200  # petitions under one word or name, for it to make pairs
MAX_NEIGHBOURS = 40  # pairs a petition makes, the strongest ones
FLOOR = 2.0  # log odds without the intercept, for a pair to be weighed
_ROWS = 2048


def candidate_pairs(e: Evidence) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs (left below right) that share enough rare words, names or a petitioner."""
    parts = [("words", e.words), ("grams", e.grams), ("names", e.names), ("petitioner", e.petitioners)]
    stack = sp.hstack([_low(matrix) * np.sqrt(WEIGHTS[name]) for name, matrix in parts]).tocsr()
    flipped = stack.T.tocsr()
    n = max(len(e), 1)
    found = [_strongest(stack[i : i + _ROWS] @ flipped, i, n) for i in range(0, len(e), _ROWS)]
    keys = distinct(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)
    return keys // n, keys % n


def features(e: Evidence, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the evidence of each pair, shape (n_pairs, len(WEIGHTS)), columns in the order of `WEIGHTS`."""
    words, names = dots(e.words, left, right), dots(e.names, left, right)
    found = {
        "words": np.minimum(words, WORDS_CAP),
        "grams": dots(e.grams, left, right),
        "names": np.minimum(names, NAMES_CAP),
        "unnamed": names == 0,
        "form_letter": (words >= FORM_LETTER) & (apart(e.stems, left, right) | apart(e.names, left, right)),
        "petitioner": dots(e.petitioners, left, right),
        "apart": apart(e.counties, left, right) | apart(e.cities, left, right),
        "township": dots(e.townships, left, right) > 0,
        "other_class": apart(e.classes, left, right),
        "site": dots(e.sites, left, right) > 0,
        "other_site": apart(e.sites, left, right) | apart(e.towns, left, right),
        "respondent": dots(e.respondents, left, right) > 0,
        "other_respondent": apart(e.respondents, left, right),
        "gap": np.nan_to_num(np.log1p(np.abs(e.days[left] - e.days[right])), nan=UNKNOWN_GAP),
    }
    return np.column_stack([found[name] for name in WEIGHTS]).astype(np.float32)


def chances(found: np.ndarray) -> np.ndarray:
    """Turn evidence into the chance, 0 … 1, that a pair is one matter."""
    odds = np.full(len(found), INTERCEPT, dtype=np.float32)
    for column, weight in zip(found.T, WEIGHTS.values(), strict=True):
        odds += np.float32(weight) * column  # not as a product: its last digit hangs on where the array lies
    return (1 / (1 + np.exp(-odds, dtype=np.float64))).round(6)  # what processors give alike


def _low(matrix: sp.csr_matrix) -> sp.csr_matrix:
    """Return the columns that two petitions share and not too many."""
    height = document_frequency(matrix)
    return matrix[:, (height > 1) & (height <= MAX_HEIGHT)]


def _strongest(block: sp.csr_matrix, first: int, n: int) -> np.ndarray:
    """Return the pairs of each row of a block with its best partners, as lower row × n + higher row.

    Row 0 of the block is petition `first` of `n`.
    """
    rows = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr)) + first
    kept = (block.data >= FLOOR) & (rows != block.indices)
    rows, columns, strength = rows[kept], block.indices[kept].astype(np.int64), block.data[kept]
    order = np.lexsort((columns, -strength, rows))
    rows, columns = rows[order], columns[order]
    rank = np.arange(len(rows)) - np.searchsorted(rows, rows)
    rows, columns = (ends[rank < MAX_NEIGHBOURS] for ends in (rows, columns))
    return np.minimum(rows, columns) * n + np.maximum(rows, columns)
