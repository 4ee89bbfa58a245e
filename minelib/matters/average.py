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
    groups = _Groups(left, right, chance, first=first, least=least, most_pairs=most_pairs)
    best = {i: groups.best_of(i) for i in groups.near}
    heap = [(pair, i) for i, pair in best.items() if pair]
    heapq.heapify(heap)
    while heap:
        pair, owner = heapq.heappop(heap)
        if best.get(owner) is not pair:
            continue
        if groups.holds(pair):
            _, owner, gone = pair
            groups.join(owner, gone)
            del best[gone]
        best[owner] = groups.best_of(owner)
        if best[owner]:
            heapq.heappush(heap, (best[owner], owner))
    return np.array([groups.root(i) for i in range(n)], dtype=np.int64)


# Minus its mean chance, the lower and the higher group: the likeliest comes first, then the lower.
Pair = tuple[float, int, int]


class _Groups:
    """Groups as they are so far, each called by its smallest item.

    Of each group only its likeliest partner is in the heap. A pair's mean changes only when one of the two is joined,
    which is then looked through anew; so of every pair one of the two knows it, or knows a likelier one.
    """

    def __init__(self, left, right, chance, *, first: float, least: float, most_pairs: int):
        self.near: dict[int, dict[int, float]] = defaultdict(dict)
        for i, j, p in zip(left.tolist(), right.tolist(), chance.tolist(), strict=True):
            self.near[i][j] = self.near[j][i] = p
        self._size = dict.fromkeys(self.near, 1)
        self._into: dict[int, int] = {}
        self._first, self._least, self._most = first, least, most_pairs

    def best_of(self, i: int) -> Pair | None:
        """Return the pair of a group and its likeliest partner, None where it has none that is likely enough."""
        ours, size, most = self._size[i], self._size, self._most
        top, partner = 0.0, -1
        for k, total in self.near[i].items():
            theirs = size[k]
            small, large = (ours, theirs) if ours < theirs else (theirs, ours)
            mean = total / (small * (large if large < most else most))
            if mean < top or mean < (self._first if large == 1 else self._least):
                continue
            if mean > top or k < partner:
                top, partner = mean, k
        return (-top, min(i, partner), max(i, partner)) if partner >= 0 else None

    def holds(self, pair: Pair) -> bool:
        """Tell whether a pair is still one of two groups, and as likely as it was."""
        chance, i, j = pair
        if i in self._into or j in self._into:
            return False
        small, large = sorted((self._size[i], self._size[j]))
        return -chance == self.near[i][j] / (small * min(large, self._most))

    def join(self, i: int, j: int) -> None:
        """Let group `i` take over group `j` and its pairs."""
        near, ours = self.near, self.near[i]
        for k, p in near.pop(j).items():
            del near[k][j]
            if k != i:
                ours[k] = near[k][i] = ours.get(k, 0.0) + p
        self._size[i] += self._size[j]
        self._into[j] = i

    def root(self, i: int) -> int:
        """Return the group that `i` ended in."""
        while i in self._into:
            i = self._into[i]
        return i
