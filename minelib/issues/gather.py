"""Matters as rows: what each says, where it is, in numbers that carry no names."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from minelib.issues.spot import spot_wrongs
from minelib.issues.wrongs import Wrong
from minelib.vectorise import TermMatrix, limit_frequency, term_counts, tfidf

DIMENSIONS = 150  # of meaning; fewer in a small ledger, so that matters still have some in common
_MATTERS_A_DIMENSION = 4
_DISTRICT = re.compile(r"[A-Z][0-9]{0,2}[市区县省州镇乡]")  # anonymised places
_MIN_MATTERS = 4  # words of fewer matters are names and slips


@dataclass(frozen=True)
class Gathered:
    """Petitions in order of `record_id`, and their matters in order of `matter_id`.

    Attributes
    ----------
    petitions : DataFrame
        The caller's columns, ``matter_id`` and ``class_code``.
    matter : ndarray of int
        Row of each petition's matter.
    site : ndarray of int, shape (n_matters,)
        Number of the place or respondent; a matter that names none has one of its own.
    class_of_matter : ndarray of str
    score : csr_matrix, shape (n_matters, n_wrongs)
        Mean over a matter's petitions, see `spot_wrongs`.
    terms : TermMatrix
        One row a matter: words said in several matters.
    vectors : ndarray of float32, shape (n_matters, n_dimensions)
        Unit length; zero for a matter without words.
    """

    petitions: pd.DataFrame
    matter: np.ndarray
    site: np.ndarray
    class_of_matter: np.ndarray
    score: sp.csr_matrix
    terms: TermMatrix
    vectors: np.ndarray

    def __len__(self) -> int:
        return len(self.site)


def gather(
    petitions: pd.DataFrame,
    matter_id: Sequence[str],
    class_code: Sequence[str],
    tokens: Sequence[Sequence[str]],
    wrongs: Sequence[Wrong],
    seed: int,
) -> tuple[Gathered, np.ndarray]:
    """Bring petitions into a fixed order and sum them up by matter; also return that order."""
    given = {"matter_id": matter_id, "class_code": class_code}
    table = petitions.assign(**{k: np.asarray(v, dtype=object) for k, v in given.items()})
    order = np.argsort(table["record_id"].to_numpy(dtype=object), kind="stable")
    table = table.iloc[order].reset_index(drop=True)
    matter, ids = pd.factorize(table["matter_id"], sort=True)
    said = spot_wrongs(table["title"].tolist(), table["text"].tolist(), wrongs)
    mean = _averager(matter, len(ids))
    terms = _terms(table["title"].tolist(), [tokens[i] for i in order], matter, len(ids))
    vectors = _embed(tfidf(terms.counts), seed)
    site = pd.factorize(_sites(table, ids))[0]
    class_of = _most_common(table["class_code"], table["matter_id"]).reindex(ids).to_numpy(object)
    return Gathered(table, matter, site, class_of, (mean @ said).tocsr(), terms, vectors), order


def _sites(table: pd.DataFrame, matter_ids: Sequence[str]) -> pd.Series:
    """Return each matter's place or respondent: what petitions name, else what the ledger's columns say."""
    site = pd.Series(None, index=pd.Index(matter_ids), dtype=object)
    for column in ("named_place", "named_respondent", "respondent", "place"):
        if column in table:
            named = table[column].fillna("").replace("", None).dropna()
            site = site.fillna(_most_common(named, table["matter_id"]).reindex(site.index))
    return site.fillna(pd.Series([f"\0{m}" for m in matter_ids], index=site.index))


def _most_common(values: pd.Series, by: pd.Series) -> pd.Series:
    """Return the value that stands most often, by group; the smallest among equals."""
    counts = values.groupby([by.reindex(values.index), values]).size()
    counts.index.names = ["by", "value"]
    table = counts.reset_index(name="n").sort_values(["n", "value"], ascending=[False, True])
    return table.drop_duplicates("by").set_index("by")["value"]


def _averager(matter: np.ndarray, n: int) -> sp.csr_matrix:
    size = np.bincount(matter, minlength=n)
    weight = (1 / size[matter]).astype(np.float32)
    return sp.csr_matrix((weight, (matter, np.arange(len(matter)))), shape=(n, len(matter)))


def _terms(titles: list[str], tokens: list[Sequence[str]], matter: np.ndarray, n: int) -> TermMatrix:
    """Count each matter's words, those of titles twice, without the names of places and respondents."""
    from minelib.mentions import strip_mentions
    from minelib.segment import Segmenter

    cutter = Segmenter()
    heads = cutter.segment(map(strip_mentions, titles))
    names = _name_words(cutter.segment(titles), heads)
    joined = [[*head, *body] for head, body in zip(heads, tokens, strict=True)]
    words = term_counts(joined)
    ones = np.ones(len(matter), np.float32)
    summed = sp.csr_matrix((ones, (matter, np.arange(len(matter)))), shape=(n, len(matter))) @ words.counts
    plain = np.array([w not in names and not _DISTRICT.fullmatch(w) for w in words.words], dtype=bool)
    kept = TermMatrix(summed[:, plain], tuple(w for w, p in zip(words.words, plain, strict=True) if p))
    return limit_frequency(kept, min_df=min(_MIN_MATTERS, max(2, n // 10)))


def _name_words(titles: list[list[str]], masked: list[list[str]]) -> set[str]:
    """Return the words that stand mostly inside names: taking the names out takes them out."""
    before, after = (Counter(w for title in some for w in title) for some in (titles, masked))
    return {w for w, n in before.items() if after[w] < n / 2}


def _embed(weighted: sp.csr_matrix, seed: int) -> np.ndarray:
    """Reduce to a few dimensions of meaning (latent semantic analysis), rows of unit length."""
    from sklearn.utils.extmath import randomized_svd

    k = min(DIMENSIONS, weighted.shape[0] // _MATTERS_A_DIMENSION, weighted.shape[1] - 1)
    if k < 1:
        return np.zeros((weighted.shape[0], 1), dtype=np.float32)
    u, s, _ = randomized_svd(weighted, k, n_iter=3, random_state=seed)
    vectors = (u * s).astype(np.float32)
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 1e-9)
