"""What petitions say, in numbers: words counted and weighed, known wrongs, meaning."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from minelib.issues.exact import exactly
from minelib.issues.read import ROWS_A_BLOCK, read_heads, read_wrongs
from minelib.issues.wrongs import Wrong, load_wrongs
from minelib.scale import MapBlocks, map_here
from minelib.tokens import Tokens
from minelib.vectorise import TermMatrix, Weights, term_counts

DIMENSIONS = 150  # of meaning; fewer in a small ledger, so that petitions still have some in common
_ROWS_A_DIMENSION = 4
_ROWS_READ = 20_000  # petitions the dimensions are learnt from, at most
_DISTRICT = re.compile(r"[A-Z][0-9]{0,2}[市区县省州镇乡]")  # anonymised places
_MIN_TEXTS = 4  # words of fewer petitions are names and slips


@dataclass(frozen=True)
class Wording:
    """What petitions say, one a row by `record_id`; of no matter and no class yet.

    Attributes
    ----------
    wrongs : tuple of Wrong
    score : csr_matrix, shape (n_petitions, n_wrongs)
        See `spot_wrongs`.
    heads : Tokens
        Words of the titles, without names.
    terms : TermMatrix
        Words of each petition, those of its title twice, without names.
    weights : Weights
    vectors : ndarray of float32, shape (n_petitions, n_dimensions)
        Unit length, on the grid of `exactly`; zero for a petition without words.
    """

    wrongs: tuple[Wrong, ...]
    score: sp.csr_matrix
    heads: Tokens
    terms: TermMatrix
    weights: Weights
    vectors: np.ndarray


def by_record_id(petitions: pd.DataFrame) -> np.ndarray:
    """Return the rows in order of their ids: what is drawn or found must not hang on the order given."""
    return np.argsort(petitions["record_id"].to_numpy(dtype=object), kind="stable")


def read_wording(
    petitions: pd.DataFrame,
    tokens: Sequence[Sequence[str]],
    *,
    wrongs: Sequence[Wrong] | None = None,
    seed: int = 0,
    map_blocks: MapBlocks = map_here,
) -> Wording:
    """Read petitions for `find_issues`.

    Parameters
    ----------
    petitions : DataFrame
        ``record_id``, ``title``, ``text``.
    tokens : sequence of sequences of str
        Words of title and text, one a petition.
    wrongs : sequence of Wrong, optional
        Instead of the packaged list.
    seed : int
        Of the petitions the dimensions of meaning are learnt from.
    map_blocks : callable
        An engine's `map`.
    """
    order = by_record_id(petitions)
    heads = read_heads(petitions, order, map_blocks)
    sizes = petitions["title"].str.len().to_numpy(np.int64)[order]
    terms = _terms(sizes, Tokens.of(tokens).take(order), heads)
    del tokens  # they are counted, and of a large ledger they are a gigabyte
    weights = Weights.of(terms.counts)
    vectors = _embed(weights, seed, map_blocks)
    known = load_wrongs() if wrongs is None else tuple(wrongs)
    return Wording(known, read_wrongs(petitions, order, known, map_blocks), heads, terms, weights, vectors)


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


def _embed(weights: Weights, seed: int, map_blocks: MapBlocks) -> np.ndarray:
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
    blocks = (weights.counts[at : at + ROWS_A_BLOCK] for at in range(0, n, ROWS_A_BLOCK))
    vectors, at = np.empty((n, k), dtype=np.float32), 0
    for placed in map_blocks(_place, blocks, weights.idf, axes):
        vectors[at : at + len(placed)] = placed
        at += len(placed)
    return vectors


def _place(counts: sp.csr_matrix, idf: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """Return the place of some petitions in the dimensions, on the grid of `exactly`."""
    return exactly(_unit(Weights(counts, idf)[:] @ axes.T))


def _unit(vectors: np.ndarray) -> np.ndarray:
    """Return rows of unit length, and of zeros where there is nothing."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 1e-9)
