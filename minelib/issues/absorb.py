"""Other words for a known wrong: found groups that are no new kind of wrong join the known one they tell.

A list says a wrong in some ways; petitioners find others. Those gather in a group of their own, close to the
members of the known wrong and to nobody else.
"""

from collections.abc import Sequence

import numpy as np

from minelib.issues.discover import sums
from minelib.issues.exact import exactly

_CLOSE = 0.7  # closeness to the wrong's members, as a share of the looser one's closeness within
_RIVAL = 0.65  # and to the next wrong at most this share of it
_NEAR = 0.4  # cosine to the middle of a wrong from which a single petition may join it
_BLOCK = 4096  # rows weighed together, for memory's sake
_LARGER = 2.5  # times as many as those who say it outright: more are a wrong of their own
_MEMBERS = 4  # a known wrong of fewer members has no middle


def absorbed(
    vectors: np.ndarray, group: np.ndarray, *, wider: Sequence[str], topics: Sequence[str], codes: np.ndarray
) -> np.ndarray:
    """Return for each found group the known wrong it tells in other words, for other groups themselves.

    Parameters
    ----------
    vectors : ndarray, shape (n_rows, n_dimensions)
        Unit length.
    group : ndarray of int
        Group of each row, -1 for none; the first ``len(wider)`` groups are known wrongs.
    wider, topics : sequences of str
        Of each known wrong: the wider wrong it is part of, which does not rival it; its grievance class.
    codes : ndarray of str
        Grievance class of each row; "" where it tells nothing.

    Examples
    --------
    >>> rows = np.array([[1, 0], [0.96, 0.28]] * 4 + [[0, 1]])
    >>> group, codes = np.array([0, 0, 0, 0, 1, 1, 1, 1, 2]), np.full(9, "C05")
    >>> absorbed(rows, group, wider=["电梯故障"], topics=["C05"], codes=codes).tolist()
    [0, 0, 2]
    """
    n, n_known = int(group.max(initial=-1)) + 1, len(wider)
    into = np.arange(n)
    total = sums(vectors, group)
    size = np.bincount(group[group >= 0], minlength=n)
    within = ((total * total).sum(axis=1) - size) / np.maximum(size * (size - 1), 1)
    within[size < 2] = 1
    for found in range(n_known, n):
        near = total[:n_known] @ total[found] / np.maximum(size[:n_known] * size[found], 1)
        near[size[:n_known] < _MEMBERS] = 0
        if not near.any():
            continue
        best = int(near.argmax())
        rivals = near[[name != wider[best] for name in wider]]
        close = near[best] >= _CLOSE * min(within[found], within[best])
        alone = rivals.max(initial=0) <= _RIVAL * near[best]
        told = _usual(codes[group == found]) in ("", topics[best])
        if close and alone and told and size[found] <= _LARGER * size[best]:
            into[found] = best
    return into


def drawn_in(
    vectors: np.ndarray, group: np.ndarray, *, wider: Sequence[str], topics: Sequence[str], codes: np.ndarray
) -> np.ndarray:
    """Return for each row that is in no group the known wrong it is near, and near to nothing else, or -1.

    Takes what `absorbed` takes.

    Examples
    --------
    >>> rows = np.array([[1, 0]] * 4 + [[0.8, 0.6], [0, 1]])
    >>> group, codes = np.array([0, 0, 0, 0, -1, -1]), np.full(6, "C05")
    >>> drawn_in(rows, group, wider=["电梯故障"], topics=["C05"], codes=codes).tolist()
    [-1, -1, -1, -1, 0, -1]
    """
    drawn = np.full(len(group), -1)
    rest = np.flatnonzero(group < 0)
    if not len(wider) or not len(rest) or group.max(initial=-1) < 0:
        return drawn
    total = sums(vectors, group)
    few = np.bincount(group[group >= 0], minlength=len(total)) < _MEMBERS
    length = np.linalg.norm(total, axis=1, keepdims=True)
    centre = np.divide(total, length, out=np.zeros_like(total), where=(length > 0) & ~few[:, None])
    centre = exactly(centre)
    names = np.array([*wider, *(f"\0{k}" for k in range(len(wider), len(total)))], dtype=object)
    name = np.unique(names, return_inverse=True)[1][: len(total)]
    topic = np.array([*topics, *[""] * len(names)], dtype=object)
    for row in np.array_split(rest, len(rest) // _BLOCK + 1):
        near = vectors[row] @ centre.T
        best = near.argmax(axis=1)
        top = near.max(axis=1)
        second = np.where(name == name[best][:, None], -1, near).max(axis=1)
        told = (codes[row] == "") | (codes[row] == topic[best])
        sure = (best < len(wider)) & (top >= _NEAR) & (second <= _RIVAL * top) & told
        drawn[row[sure]] = best[sure]
    return drawn


def _usual(codes: np.ndarray) -> str:
    """Return the code that stands most often, the smallest among equals."""
    values, times = np.unique(codes.astype(str), return_counts=True)
    return str(values[times.argmax()]) if len(values) else ""
