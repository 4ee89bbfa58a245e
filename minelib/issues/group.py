"""Put each petition into the group of the wrong it tells of, or into none."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from minelib.issues.absorb import absorbed, drawn_in
from minelib.issues.discover import discover_groups, sums
from minelib.issues.exact import exactly
from minelib.issues.gather import Rows, tells_class
from minelib.issues.spot import SAID
from minelib.issues.spread import best_wrong, spread_best
from minelib.issues.wrongs import Wrong
from minelib.scale import MapBlocks, distinct, map_here
from minelib.vectorise import Weights

MIN_MATTERS = 3  # a wrong recurs: in at least so many matters, at so many places or respondents
ENOUGH_TO_SPREAD = 200  # petitions from which on the known wrongs are carried over
ENOUGH_TO_DISCOVER = 40  # petitions without a known wrong from which on groups are looked for
_SURE = 3 * SAID  # this score or more is full strength
_MATTER_AGREES = 0.7  # this share of a matter's petitions tells a wrong: the silent ones mean it too
_BY_MATTER = 0.3  # strength of those
_BY_LIKENESS = 0.2  # and of petitions that join a wrong because they are like its members
_FIRM = 0.4  # mean overlap with what resamples find that a group outside the list must reach
_ALIKE = 0.075  # and mean cosine between the words of its matters
_OF_A_KIND = 0.5  # and share of its matters in its two commonest classes
_ROWS_COMPARED = 1 << 16  # rows compared with their centres at a time, for memory's sake
_SPLIT = 24  # a group of so many petitions may be cut into finer ones


@dataclass(frozen=True)
class Grouping:
    """Group of each row, -1 for none; each group's name, "" where no list knows it; how clear each row is."""

    group: np.ndarray
    names: tuple[str, ...]
    strength: np.ndarray


def group_rows(rows: Rows, wrongs: Sequence[Wrong], *, seed: int = 0) -> Grouping:
    """Group petitions by known wrong, each part of a wider one on its own; then cluster the rest.

    Parameters
    ----------
    rows : Rows
    wrongs : sequence of Wrong
        As many as `rows.score` has columns.
    seed : int
    """
    names = [w.name for w in wrongs]
    group, strength = _by_matter(rows.matter, *_known(rows))
    rest = np.flatnonzero(group < 0)
    if len(rest) >= ENOUGH_TO_DISCOVER:
        found = discover_groups(rows.vectors[rest], seed=seed)
        group[rest] = np.where(found >= 0, found + len(names), -1)
        strength[rest] = closeness(rows.vectors[rest], found)
        names += [""] * (int(found.max()) + 1)
        group, strength = _absorb(rows, group, strength, wrongs)
    return Grouping(group, tuple(names), strength)


def _absorb(
    rows: Rows, group: np.ndarray, strength: np.ndarray, wrongs: Sequence[Wrong]
) -> tuple[np.ndarray, np.ndarray]:
    """Let found groups, then single petitions, that tell a known wrong in other words join it."""
    wider, topics = [w.part_of for w in wrongs], [w.topic for w in wrongs]
    codes = np.where(tells_class(rows.code), rows.code, "")
    into = absorbed(rows.vectors, group, wider=wider, topics=topics, codes=codes)
    group = np.append(into, -1)[group]
    drawn = drawn_in(rows.vectors, group, wider=wider, topics=topics, codes=codes)
    return np.where(drawn >= 0, drawn, group), np.where(drawn >= 0, _BY_LIKENESS, strength)


def widen(found: Grouping, wrongs: Sequence[Wrong]) -> Grouping:
    """Join the parts of each wider wrong."""
    wider = [w.part_of for w in wrongs]
    first = np.array([wider.index(name) for name in wider] + [*range(len(wrongs), len(found.names)), -1])
    return Grouping(first[found.group], (*wider, *found.names[len(wrongs) :]), found.strength)


def cut_large(whole: Grouping, vectors: np.ndarray, seed: int, map_blocks: MapBlocks = map_here) -> Grouping:
    """Cut each large group into the groups its own petitions make; those near none stay together."""
    group, names = whole.group.copy(), list(whole.names)
    large = np.flatnonzero(np.bincount(group[group >= 0], minlength=len(names)) >= _SPLIT)
    members = [np.flatnonzero(group == g) for g in large]
    parts = map_blocks(_parts, (vectors[rows] for rows in members), seed)
    for g, rows, part in zip(large, members, parts, strict=True):
        for p in range(1, int(part.max()) + 1):
            group[rows[part == p]] = len(names)
            names.append(names[g])
    return Grouping(group, tuple(names), whole.strength)


def _parts(vectors: np.ndarray, seed: int) -> np.ndarray:
    """Return the groups that the petitions of one group make."""
    return discover_groups(vectors, resolution=1.5, seed=seed)


def keep_recurring(found: Grouping, rows: Rows) -> Grouping:
    """Keep the groups that recur, numbered by how many matters they are in, and let the others go."""
    n_matters, n_sites = (_distinct(found, of) for of in (rows.matter, rows.site))
    kept = np.flatnonzero((n_matters >= MIN_MATTERS) & (n_sites >= MIN_MATTERS))
    kept = kept[np.argsort(-n_matters[kept], kind="stable")]
    number = np.full(len(found.names) + 1, -1)
    number[kept] = np.arange(len(kept))
    group = number[found.group]
    return Grouping(group, tuple(found.names[k] for k in kept), np.where(group >= 0, found.strength, 0.0))


def keep_firm(
    found: Grouping, firm: np.ndarray, alike: np.ndarray, kind: np.ndarray
) -> tuple[Grouping, np.ndarray]:
    """Let go the groups that no list knows and that are chance: a turn of phrase, not a kind of wrong.

    Parameters
    ----------
    firm, alike, kind : ndarrays, shape (n_groups,)
        See `stability` (NaN lets none go), `likeness` and `class_share`.
    """
    unsure = (firm < _FIRM) | (alike < _ALIKE) | (kind <= _OF_A_KIND)
    chance = np.array([not name for name in found.names], dtype=bool) & unsure
    number = np.append(np.where(chance, -1, np.cumsum(~chance) - 1), -1)
    group, names = number[found.group], tuple(n for n, c in zip(found.names, chance, strict=True) if not c)
    return Grouping(group, names, np.where(group >= 0, found.strength, 0.0)), firm[~chance]


def class_share(found: Grouping, rows: Rows) -> np.ndarray:
    """Return which share of the matters of each group its two commonest classes hold, 1 where none tells.

    One kind of wrong falls into a class or two; what people say whatever is wrong (我不想添麻烦) into all.
    """
    told = (found.group >= 0) & tells_class(rows.code)
    code = pd.factorize(rows.code[told], sort=True)[0]
    pairs, n_matters = _coded(found.group[told], rows.matter[told])
    cells, n_codes = _coded(pairs, code)
    cells = distinct(cells)
    table = np.zeros((len(found.names), n_codes + 1))
    np.add.at(table, (cells // n_codes // n_matters, cells % n_codes), 1)
    total, two = table.sum(axis=1), np.sort(table, axis=1)[:, -2:].sum(axis=1)
    return np.divide(two, total, out=np.ones_like(total), where=total > 0)


def likeness(weights: Weights | sp.csr_matrix, found: Grouping, matter: np.ndarray) -> np.ndarray:
    """Return how many words the matters of each group share: their mean cosine, one petition a matter."""
    pairs, _ = _coded(found.group, matter)
    first = np.sort(np.unique(pairs, return_index=True)[1])
    total = sums(weights, found.group, first)
    n = np.bincount(found.group[first][found.group[first] >= 0], minlength=len(found.names))
    inner = np.asarray(total.multiply(total).sum(axis=1)).ravel()
    return (inner - n) / np.maximum(n * (n - 1), 1)


def closeness(vectors: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return the cosine of each row to the centre of its group, 0 without one."""
    if group.max(initial=-1) < 0:
        return np.zeros(len(group))
    centre = sums(vectors, group)
    length = np.linalg.norm(centre, axis=1, keepdims=True)
    centre = exactly(np.divide(centre, length, out=np.zeros_like(centre), where=length > 0))
    some = (slice(at, at + _ROWS_COMPARED) for at in range(0, len(group), _ROWS_COMPARED))
    near = [np.einsum("ij,ij->i", vectors[part], centre[group[part]]) for part in some]
    return np.where(group >= 0, np.clip(np.concatenate(near), 0, 1), 0.0)


def _known(rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    if len(rows) >= ENOUGH_TO_SPREAD and rows.score.shape[1]:
        top, column = spread_best(rows.vectors, rows.score)
    else:
        top, column = best_wrong(rows.score)
    said = top >= SAID
    return np.where(said, column, -1), np.where(said, np.clip(top / _SURE, 0, 1), 0.0)


def _by_matter(matter: np.ndarray, group: np.ndarray, strength: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give petitions that tell no wrong the one that nearly all others of their matter tell."""
    told = group >= 0
    pairs, n_groups = _coded(matter[told], group[told])
    pairs, times = np.unique(pairs, return_counts=True)
    size = np.bincount(matter)
    agreed = pairs[times >= _MATTER_AGREES * size[pairs // n_groups]]
    of_matter = np.full(len(size), -1)
    of_matter[agreed // n_groups] = agreed % n_groups
    taken = ~told & (of_matter[matter] >= 0)
    return np.where(taken, of_matter[matter], group), np.where(taken, _BY_MATTER, strength)


def _distinct(found: Grouping, of: np.ndarray) -> np.ndarray:
    """Count the distinct values of `of` in each group."""
    inside = found.group >= 0
    pairs, width = _coded(found.group[inside], of[inside])
    return np.bincount(distinct(pairs) // width, minlength=len(found.names))


def _coded(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, int]:
    """Write pairs of numbers as one, first × width + second, in the same order; also return the width."""
    width = int(second.max(initial=0)) + 1
    return first * np.int64(width) + second, width
