"""Group what hangs together on average, from likely pairs alone.

Average linkage (Sokal and Michener, 1958): the two groups whose pairs are likeliest on average are joined,
again and again. One sure pair does not chain two groups, as it would in connected components. A pair that was
never weighed counts as unlikely, so the work grows with the number of likely pairs.
"""

import heapq
from collections import defaultdict

import numpy as np


def average_groups(
    left: np.ndarray,
    right: np.ndarray,
    chance: np.ndarray,
    n: int,
    *,
    first: float,
    least: float,
    most_pairs: int,
) -> np.ndarray:
    """Return a group number for each of `n` items.

    Parameters
    ----------
    left, right : ndarray of int
        The pairs, each once.
    chance : ndarray of float
        How likely each pair belongs together, 0 … 1.
    n : int
    first : float
        Two single items are joined while their chance is at least this: what no third bears out must be
        likelier.
    least : float
        Groups are joined while the mean chance of their pairs is at least this.
    most_pairs : int
        Pairs an item can have been weighed in: a large group is not held against pairs that nobody weighed.

    Returns
    -------
    ndarray of int, shape (n,)
        The smallest item of each item's group.

    Examples
    --------
    >>> left, right = np.array([0, 1, 2]), np.array([1, 2, 3])
    >>> average_groups(left, right, np.array([0.9, 0.5, 0.9]), 4, first=0.7, least=0.4, most_pairs=9).tolist()
    [0, 0, 2, 2]
    """
    near: dict[int, dict[int, float]] = defaultdict(dict)
    for i, j, p in zip(left.tolist(), right.tolist(), chance.tolist(), strict=True):
        near[i][j] = near[j][i] = p
    heap = [(-p, i, j) for i in near for j, p in near[i].items() if i < j and p >= first]
    heapq.heapify(heap)
    size = dict.fromkeys(near, 1)
    into: dict[int, int] = {}

    def mean(i: int, j: int) -> float:
        small, large = sorted((size[i], size[j]))
        return near[i][j] / (small * min(large, most_pairs))

    while heap:
        p, i, j = heapq.heappop(heap)
        if i in into or j in into or -p != mean(i, j):
            continue
        _join(near, i, j)
        size[i] += size[j]
        into[j] = i
        for k in near[i]:
            if mean(i, k) >= least:  # from here on one of the two is no single item
                heapq.heappush(heap, (-mean(i, k), min(i, k), max(i, k)))
    return np.array([_root(into, i) for i in range(n)], dtype=np.int64)


def _join(near: dict[int, dict[int, float]], i: int, j: int) -> None:
    """Let group `i` take over the pairs of group `j`."""
    for k, p in near.pop(j).items():
        del near[k][j]
        if k != i:
            near[i][k] = near[k][i] = near[i].get(k, 0.0) + p


def _root(into: dict[int, int], i: int) -> int:
    """Return the group that `i` ended in."""
    while i in into:
        i = into[i]
    return i
