"""Carry the known wrongs over to petitions that half say them."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from minelib.issues.exact import exactly
from minelib.issues.spot import SAID

_FOLDS = 4
_ROWS_SCORED = 1 << 16  # rows scored at a time, whole folds: dense, the scores of a million take a gigabyte
_RIDGE = 2.0  # strength of the penalty
_STEP = 2.0**-10  # of a model's numbers: twice that of vectors, as likeness can add up to more than 1
_SILENT = 1.0  # below this a petition says no known wrong, and teaches the model what none looks like
_WEIGHT = 3.0  # points a sure prediction is worth, on the scale of `spot_wrongs`


def spread_best(vectors: np.ndarray, score: sp.csr_matrix) -> tuple[np.ndarray, np.ndarray]:
    """Return each row's highest score and its column, where likeness to those that say a wrong counts, too.

    A ridge regression on the petitions that say a wrong outright, each scored by a model that has not seen
    it, so that a petition with one stray phrase is not confirmed by itself.

    Parameters
    ----------
    vectors : ndarray, shape (n_petitions, n_dimensions)
    score : csr_matrix, shape (n_petitions, n_wrongs)
        As `spot_wrongs` gives it.

    Notes
    -----
    Self-training with held-out folds. Folds go by row number, so give rows in the order of their ids.
    """
    models = _models(vectors, score)
    top, column = np.empty(len(vectors), np.float32), np.empty(len(vectors), np.int64)
    for at in range(0, len(vectors), _ROWS_SCORED):
        part = slice(at, at + _ROWS_SCORED)
        total = _spread(vectors[part], models) + score[part].toarray()
        top[part], column[part] = total.max(axis=1), total.argmax(axis=1)
    return top, column


def _models(vectors: np.ndarray, score: sp.csr_matrix) -> list[np.ndarray | None]:
    """Return for each fold what the others teach, None where they teach nothing."""
    target, taught = _targets(score)
    fold = np.arange(len(vectors)) % _FOLDS
    parts = [_sums(vectors, target, np.flatnonzero(taught & (fold == k))) for k in range(_FOLDS)]
    n_rows, gram, said = (sum(kind) for kind in zip(*parts, strict=True))
    return [_ridge(gram - g, said - s)[:, :-1] if n_rows > n else None for n, g, s in parts]


def _sums(vectors: np.ndarray, target: sp.csr_matrix, rows: np.ndarray) -> tuple[int, np.ndarray, np.ndarray]:
    """Return how many `rows` there are, and their vectors multiplied with themselves and with the targets."""
    width = vectors.shape[1]
    gram, said = np.zeros((width, width)), np.zeros((target.shape[1], width))
    for at in range(0, len(rows), _ROWS_SCORED):
        some = rows[at : at + _ROWS_SCORED]
        part = vectors[some].astype(np.float64)
        gram += part.T @ part
        said += target[some].T @ part
    return len(rows), gram, said


def _spread(vectors: np.ndarray, models: Sequence[np.ndarray | None]) -> np.ndarray:
    """Return how strongly some petitions, from the first of a fold on, are like those that say each wrong."""
    width = next((model.shape[1] for model in models if model is not None), 1)
    spread = np.zeros((len(vectors), width), dtype=np.float32)
    for k, model in enumerate(models):
        if model is not None:
            spread[k::_FOLDS] = vectors[k::_FOLDS] @ model
    np.clip(spread, 0, 1, out=spread)
    spread *= _WEIGHT
    return spread


def best_wrong(score: sp.csr_matrix) -> tuple[np.ndarray, np.ndarray]:
    """Return each row's highest score and its column; -1 where the row is empty.

    >>> best_wrong(sp.csr_matrix([[0, 2.0, 1.0], [0, 0, 0]]))
    (array([2., 0.]), array([ 1, -1]))
    """
    table = score.tocsr()
    row = np.repeat(np.arange(table.shape[0]), np.diff(table.indptr))
    top, column = np.zeros(table.shape[0], table.dtype), np.full(table.shape[0], table.shape[1])
    np.maximum.at(top, row, table.data)
    best = table.data == top[row]
    np.minimum.at(column, row[best], table.indices[best])
    return top, np.where(top > 0, column, -1)


def _targets(score: sp.csr_matrix) -> tuple[sp.csr_matrix, np.ndarray]:
    top, column = best_wrong(score)
    column = np.where(top >= SAID, column, score.shape[1])
    taught = (top >= SAID) | (top < _SILENT)
    rows = np.arange(len(top))
    shape = len(top), score.shape[1] + 1
    return sp.csr_matrix((np.ones(len(top), np.float32), (rows, column)), shape=shape), taught


def _ridge(gram: np.ndarray, said: np.ndarray) -> np.ndarray:
    return exactly(np.linalg.solve(gram + _RIDGE * np.eye(len(gram)), said.T), _STEP)
