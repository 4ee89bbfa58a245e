"""Put each matter into the group of the wrong it tells of, or into none."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from minelib.issues.discover import discover_groups
from minelib.issues.spot import SAID
from minelib.issues.spread import best_wrong, spread_scores
from minelib.issues.wrongs import Wrong

MIN_MATTERS = 3  # a wrong recurs: at least so many matters, at so many places or respondents
ENOUGH_TO_SPREAD = 200  # matters from which on the known wrongs are carried over
ENOUGH_TO_DISCOVER = 40  # matters without a known wrong from which on groups are looked for
_SURE = 3 * SAID  # this score or more is full strength
_SPLIT = 24  # a group of so many matters may be cut into finer ones


@dataclass(frozen=True)
class Grouping:
    """Group of each matter, -1 for none; each group's name, "" where no list knows it; how clear it is."""

    group: np.ndarray
    names: tuple[str, ...]
    strength: np.ndarray


def group_matters(
    score: sp.csr_matrix,
    vectors: np.ndarray,
    site: np.ndarray,
    wrongs: Sequence[Wrong],
    *,
    fine: bool = False,
    seed: int = 0,
) -> Grouping:
    """Group matters by known wrong, then cluster the rest.

    Parameters
    ----------
    score : csr_matrix, shape (n_matters, n_wrongs)
    vectors : ndarray, shape (n_matters, n_dimensions)
    site : ndarray of int, shape (n_matters,)
        Place or respondent of each matter, equal numbers for the same one.
    fine : bool
        Keep the parts of a wider wrong apart and cut large groups further.
    """
    names = [w.name if fine else w.part_of for w in wrongs]
    group, strength = _known(score, vectors)
    group = np.where(group >= 0, np.array([names.index(n) for n in names] or [0])[group], -1)
    rest = np.flatnonzero(group < 0)
    if len(rest) >= ENOUGH_TO_DISCOVER:
        found = discover_groups(vectors[rest], seed=seed)
        group[rest] = np.where(found >= 0, found + len(names), -1)
        strength[rest] = closeness(vectors[rest], found)
        names += [""] * (int(found.max()) + 1)
    whole = Grouping(group, tuple(names), strength)
    return _recurring(_cut_large(whole, vectors, seed) if fine else whole, site)


def _known(score: sp.csr_matrix, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if score.shape[0] >= ENOUGH_TO_SPREAD and score.shape[1]:
        total = score.toarray() + spread_scores(vectors, score)
        top, column = total.max(axis=1), total.argmax(axis=1)
    else:
        top, column = best_wrong(score)
    said = top >= SAID
    return np.where(said, column, -1), np.where(said, np.clip(top / _SURE, 0, 1), 0.0)


def closeness(vectors: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return the cosine of each row to the centre of its group, 0 without one."""
    if not len(group) or group.max() < 0:
        return np.zeros(len(group))
    centre = np.zeros((group.max() + 1, vectors.shape[1]))
    np.add.at(centre, group[group >= 0], vectors[group >= 0])
    length = np.linalg.norm(centre, axis=1, keepdims=True)
    centre = np.divide(centre, length, out=np.zeros_like(centre), where=length > 0)
    return np.where(group >= 0, np.clip(np.einsum("ij,ij->i", vectors, centre[group]), 0, 1), 0.0)


def _cut_large(whole: Grouping, vectors: np.ndarray, seed: int) -> Grouping:
    """Cut each large group into the groups its own matters make; those near none stay together."""
    group, names = whole.group.copy(), list(whole.names)
    for g in np.flatnonzero(np.bincount(group[group >= 0], minlength=len(names)) >= _SPLIT):
        rows = np.flatnonzero(group == g)
        part = discover_groups(vectors[rows], resolution=1.5, seed=seed)
        for p in range(1, int(part.max()) + 1):
            group[rows[part == p]] = len(names)
            names.append(names[g])
    return Grouping(group, tuple(names), whole.strength)


def _recurring(found: Grouping, site: np.ndarray) -> Grouping:
    """Keep the groups that recur, numbered by size, and let the others go."""
    inside = found.group >= 0
    size = np.bincount(found.group[inside], minlength=len(found.names))
    pairs = np.unique(np.column_stack([found.group[inside], site[inside]]), axis=0)
    sites = np.bincount(pairs[:, 0], minlength=len(found.names))
    kept = np.flatnonzero((size >= MIN_MATTERS) & (sites >= MIN_MATTERS))
    kept = kept[np.argsort(-size[kept], kind="stable")]
    number = np.full(len(found.names) + 1, -1)
    number[kept] = np.arange(len(kept))
    group = number[found.group]
    return Grouping(group, tuple(found.names[k] for k in kept), np.where(group >= 0, found.strength, 0.0))
