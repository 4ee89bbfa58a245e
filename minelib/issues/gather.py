"""Petitions as rows of numbers that carry no names: what each says, and which matter and place it is of."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from minelib.issues.exact import exactly
from minelib.issues.read import read_petitions
from minelib.issues.wrongs import Wrong
from minelib.knowledge.taxonomy import load_taxonomy
from minelib.scale import MapBlocks, map_here
from minelib.tokens import Tokens
from minelib.vectorise import ROWS_WEIGHED, TermMatrix, Weights, term_counts

DIMENSIONS = 150  # of meaning; fewer in a small ledger, so that petitions still have some in common
_ROWS_A_DIMENSION = 4
_ROWS_READ = 20_000  # petitions the dimensions are learnt from, at most
_COUNTED = ("record_id", "petitioner_id", "received_at") + (
    "named_place",
    "named_respondent",
    "place",
    "respondent",
)
_DISTRICT = re.compile(r"[A-Z][0-9]{0,2}[市区县省州镇乡]")  # anonymised places
_OTHER_CLASS = 0.8  # what is left of a score where the petition is of another class than the wrong
_MIN_TEXTS = 4  # words of fewer petitions are names and slips


@dataclass(frozen=True)
class Rows:
    """Some petitions, one a row.

    Attributes
    ----------
    matter, site : ndarray of int, shape (n_rows,)
        Number of its matter, and of that matter's place or respondent; a matter that names none has its own.
    score : csr_matrix, shape (n_rows, n_wrongs)
        See `spot_wrongs`.
    vectors : ndarray of float32, shape (n_rows, n_dimensions)
        Unit length, on the grid of `exactly`; zero for a petition without words.
    code : ndarray of str, shape (n_rows,)
        Grievance class, of any taxonomy.
    """

    matter: np.ndarray
    site: np.ndarray
    score: sp.csr_matrix
    vectors: np.ndarray
    code: np.ndarray

    def __len__(self) -> int:
        return len(self.matter)

    def take(self, rows: np.ndarray) -> "Rows":
        columns = self.matter, self.site, self.score, self.vectors, self.code
        return Rows(*(column[rows] for column in columns))


@dataclass(frozen=True)
class Gathered:
    """All petitions of a ledger by `record_id`, without their texts; words counted and weighed.

    `heads` are the words of the titles, without names.
    """

    table: pd.DataFrame
    rows: Rows
    terms: TermMatrix
    weights: Weights
    heads: Tokens


def gather(
    petitions: pd.DataFrame,
    matter_id: Sequence[str],
    class_code: Sequence[str],
    tokens: Sequence[Sequence[str]],
    wrongs: Sequence[Wrong],
    seed: int,
    map_blocks: MapBlocks = map_here,
) -> tuple[Gathered, np.ndarray]:
    """Bring petitions into a fixed order and into numbers; also return that order."""
    order = np.argsort(petitions["record_id"].to_numpy(dtype=object), kind="stable")
    given = {"matter_id": matter_id, "class_code": class_code}
    table = petitions[[c for c in _COUNTED if c in petitions]]
    table = table.assign(**{k: np.asarray(v, dtype=object) for k, v in given.items()})
    table = table.iloc[order].reset_index(drop=True)
    matter, ids = pd.factorize(table["matter_id"], sort=True)
    site = pd.factorize(_sites(table, ids))[0][matter]
    said, heads = read_petitions(petitions, order, wrongs, map_blocks)
    sizes = petitions["title"].str.len().to_numpy(np.int64)[order]
    terms = _terms(sizes, Tokens.of(tokens).take(order), heads)
    score = _heed_class(said, table["class_code"], wrongs)
    weights = Weights.of(terms.counts)
    rows = Rows(matter, site, score, _embed(weights, seed), table["class_code"].to_numpy(object))
    return Gathered(table, rows, terms, weights, heads), order


def _heed_class(score: sp.csr_matrix, class_code: pd.Series, wrongs: Sequence[Wrong]) -> sp.csr_matrix:
    """Lower the score of wrongs that belong to another grievance class than the petition's.

    Not to nothing: the class may be mistaken, and one wrong crosses classes. Codes of another taxonomy, and
    the class of what fits nowhere, say nothing.
    """
    code = class_code.to_numpy(object)
    telling = tells_class(code)
    topic = np.array([w.topic for w in wrongs], dtype=object)
    cells = score.tocoo()
    elsewhere = telling[cells.row] & (code[cells.row] != topic[cells.col])
    cells.data = np.where(elsewhere, _OTHER_CLASS * cells.data, cells.data).astype(np.float32)
    return cells.tocsr()


def tells_class(class_code: np.ndarray) -> np.ndarray:
    """Tell which codes are a class of the packaged taxonomy, and not the class of what fits nowhere."""
    taxonomy = load_taxonomy()
    telling = [c for c in taxonomy.codes if c != taxonomy.other]
    return pd.Series(class_code, dtype=object).isin(telling).to_numpy()


def most_common(values: pd.Series, by: pd.Series) -> pd.Series:
    """Return the value that stands most often, by group; the smallest among equals.

    >>> most_common(pd.Series(["甲", "乙", "乙"]), pd.Series(["m", "m", "m"])).to_dict()
    {'m': '乙'}
    """
    counts = values.groupby([by.reindex(values.index), values]).size()
    counts.index.names = ["by", "value"]
    table = counts.reset_index(name="n").sort_values(["n", "value"], ascending=[False, True])
    return table.drop_duplicates("by").set_index("by")["value"]


def _sites(table: pd.DataFrame, matter_ids: Sequence[str]) -> pd.Series:
    """Return each matter's place or respondent: what petitions name, else what the ledger's columns say."""
    site = pd.Series(None, index=pd.Index(matter_ids), dtype=object)
    for column in ("named_place", "named_respondent", "respondent", "place"):
        if column in table:
            named = table[column].fillna("").replace("", None).dropna()
            site = site.fillna(most_common(named, table["matter_id"]).reindex(site.index))
    return site.fillna(pd.Series([f"\0{m}" for m in matter_ids], index=site.index))


def _terms(title_sizes: np.ndarray, tokens: Tokens, heads: Tokens) -> TermMatrix:
    """Count each petition's words, those of titles twice, without the names of places and respondents."""
    names = _name_words(tokens.heads(title_sizes), heads)
    least = min(_MIN_TEXTS, max(2, len(tokens) // 10))
    plain = lambda word: word not in names and not _DISTRICT.fullmatch(word)  # noqa: E731
    return term_counts(tokens, heads=heads, passes=plain, min_df=least)


def _name_words(titles: Tokens, masked: Tokens) -> set[str]:
    """Return the words that stand mostly inside names: taking the names out takes them out."""
    before, after = (
        dict(zip(t.words, np.bincount(t.codes, minlength=len(t.words)).tolist(), strict=True))
        for t in (titles, masked)
    )
    return {w for w, n in before.items() if after.get(w, 0) < n / 2}


def _embed(weights: Weights, seed: int) -> np.ndarray:
    """Reduce to a few dimensions of meaning (latent semantic analysis), rows of unit length.

    The dimensions are learnt in doubles, as some differ by little: rounding would turn them into each other.
    """
    from sklearn.utils.extmath import randomized_svd

    n, n_words = weights.counts.shape
    k = min(DIMENSIONS, n // _ROWS_A_DIMENSION, n_words - 1)
    if k < 1:
        return np.zeros((n, 1), dtype=np.float32)
    some = np.sort(np.random.default_rng(seed).permutation(n)[:_ROWS_READ])
    axes = randomized_svd(weights[some].astype(np.float64), k, n_iter=3, random_state=seed)[2]
    vectors = np.empty((n, k), dtype=np.float32)
    for at, block in zip(range(0, n, ROWS_WEIGHED), weights.blocks(), strict=True):
        vectors[at : at + ROWS_WEIGHED] = exactly(_unit(block @ axes.T))
    return vectors


def _unit(vectors: np.ndarray) -> np.ndarray:
    """Return rows of unit length, and of zeros where there is nothing."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 1e-9)
