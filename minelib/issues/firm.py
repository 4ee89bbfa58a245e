"""How firm is each group: is it found again when some matters were not there?"""

from collections.abc import Callable, Iterable

import numpy as np

SHARE = 0.8  # of the matters are in a resample
MOST = 20_000  # but no more petitions than about so many


Regroup = Callable[[Iterable[tuple[np.ndarray, int]]], Iterable[np.ndarray]]


def stability(
    group: np.ndarray, matter: np.ndarray, regroup: Regroup, *, resamples: int, seed: int
) -> np.ndarray:
    """Return for each group how well resamples find the same members.

    Parameters
    ----------
    group, matter : ndarrays of int
        Group of each petition, -1 for none; its matter, which stays or goes as a whole.
    regroup : callable
        For each of some resamples, its rows and a seed, new groups of those rows.
    resamples : int
        Each on a random 80 % of the matters and with a seed of its own.

    Returns
    -------
    ndarray, shape (n_groups,)
        Mean over resamples of the best Jaccard overlap with a new group, 0 … 1; NaN without resamples.

    Notes
    -----
    C. Hennig, "Cluster-wise assessment of cluster stability", Computational Statistics & Data Analysis 52
    (2007).

    Examples
    --------
    >>> all_in_one = lambda draws: (np.zeros(len(rows), int) for rows, seed in draws)
    >>> stability(np.array([0, 0, 0, 0]), np.arange(4), all_in_one, resamples=2, seed=0)
    array([1.])
    """
    n_groups, n_matters = int(group.max(initial=-1)) + 1, int(matter.max(initial=-1)) + 1
    if not resamples:
        return np.full(n_groups, np.nan)
    draw = np.random.default_rng(seed)
    share = min(SHARE, MOST / max(len(group), 1))
    kept = [np.flatnonzero(draw.random(n_matters)[matter] < share) for _ in range(resamples)]
    seeds = range(seed + 1, seed + 1 + resamples)
    found = regroup(list(zip(kept, seeds, strict=True)))
    pairs = zip(kept, found, strict=True)
    return np.mean([_best_jaccard(group[rows], new, n_groups) for rows, new in pairs], axis=0)


def _best_jaccard(old: np.ndarray, new: np.ndarray, n_groups: int) -> np.ndarray:
    width = int(new.max(initial=-1)) + 2
    table = np.zeros((n_groups + 1, width))
    np.add.at(table, (old, new), 1)  # -1 falls into the last row and column
    shared = table[:n_groups, : width - 1]
    union = table.sum(axis=1)[:n_groups, None] + table.sum(axis=0)[None, : width - 1] - shared
    return (shared / np.maximum(union, 1)).max(axis=1, initial=0.0)
