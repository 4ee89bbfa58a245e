"""Find recurring wrongs that no list knows: groups of petitions that tell the same in much the same words."""

import random

import numpy as np
import scipy.sparse as sp

from minelib.issues.exact import exactly

NEIGHBOURS = 15
_SAMPLE = 8_000  # rows clustered at most; the rest join the nearest group
_BLOCK = 1024
_COLUMN_GROUPS = 500  # whose best tell how large the largest of all columns are at least
_ROWS_ADDED = 1 << 17  # rows added up at a time: the product is made of doubles
_ALIKE = 0.8  # groups this much as close to each other as to themselves are one
_JOIN = 0.55  # a member nearer to its group's centre than this belongs to it
_COHESION = 0.5  # mean closeness to the centre a group must have


def discover_groups(vectors: np.ndarray, *, resolution: float = 1.0, seed: int = 0) -> np.ndarray:
    """Group unit vectors by the Leiden method on their nearest-neighbour graph.

    How many groups there are is an outcome; what is near no group stays outside.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n_petitions, n_dimensions)
        Unit length, on the grid of `exactly`; rows in the order of their ids.
    resolution : float
        More than 1 gives smaller groups, less gives larger ones.

    Returns
    -------
    ndarray of int, shape (n_rows,)
        Group of each matter, -1 for none.

    Notes
    -----
    V. Traag, L. Waltman, N. J. van Eck, "From Louvain to Leiden", Scientific Reports 9, 5233 (2019). Beyond
    8,000 rows a seeded sample is clustered and the others join the nearest centre, so that time grows
    with their number and not with its square.
    """
    n = len(vectors)
    sample = np.sort(np.random.default_rng(seed).permutation(n)[:_SAMPLE])
    found = _leiden(vectors[sample], resolution, seed)
    return _join(vectors, _centres(vectors[sample], _merge_alike(vectors[sample], found)))


def nearest(vectors: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return for each row the `k` nearest other rows and their cosine, in blocks; nearest first, then the first."""
    n = len(vectors)
    k = min(k, n - 1)
    index, cosine = np.empty((n, k), np.int64), np.empty((n, k), np.float32)
    for at in range(0, n, _BLOCK):
        near = vectors[at : at + _BLOCK] @ vectors.T
        near[np.arange(len(near)), np.arange(at, at + len(near))] = -2
        index[at : at + _BLOCK] = part = _largest(near, k)
        cosine[at : at + _BLOCK] = np.take_along_axis(near, part, axis=1)
    return index, cosine


def _largest(table: np.ndarray, k: int) -> np.ndarray:
    """Return where the `k` largest values of each row stand, largest first; the first among equals.

    The `k` best of groups of columns are `k` values of the row: none under the least of them is among the largest,
    and only the few others are sorted.
    """
    n, width = table.shape
    n_groups = max(_COLUMN_GROUPS, k)
    whole = width - width % n_groups
    best = table[:, :whole].reshape(n, -1, n_groups).max(axis=1) if whole else table
    least = np.partition(best, best.shape[1] - k, axis=1)[:, best.shape[1] - k]
    row, column = np.divmod(np.flatnonzero(table >= least[:, None]), width)
    order = np.lexsort((-table[row, column], row))  # stable: equals stay in order of column
    begin = np.searchsorted(row, np.arange(n))
    return column[order][begin[:, None] + np.arange(k)]


def _leiden(vectors: np.ndarray, resolution: float, seed: int) -> np.ndarray:
    import igraph

    n = len(vectors)
    if n < 3:
        return np.zeros(n, dtype=np.int64)
    index, cosine = nearest(vectors, NEIGHBOURS)
    starts = np.arange(0, index.size + 1, index.shape[1])
    near = sp.csr_matrix((np.maximum(cosine, 0).ravel(), index.ravel(), starts), shape=(n, n))
    edges = sp.triu(near + near.T, k=1).tocoo()
    graph = igraph.Graph(n, np.column_stack([edges.row, edges.col]))
    graph.es["weight"] = edges.data
    # igraph draws from Python's random; lend it a generator of its own and give the global one back.
    igraph.set_random_number_generator(random.Random(seed))
    try:
        # How fine a cut is useful grows with the root of the number of rows: 0.5 up to 100, 8.5 for 2,500.
        cut = resolution * max(0.5, 0.2 * n**0.5 - 1.5)
        found = graph.community_leiden("modularity", weights="weight", resolution=cut, n_iterations=3)
        return np.array(found.membership)
    finally:
        igraph.set_random_number_generator(random)


def _merge_alike(vectors: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Join groups whose members are nearly as close to each other's as to their own."""
    from scipy.sparse.csgraph import connected_components

    total = sums(vectors, group)
    size = np.bincount(group)
    inner = total @ total.T
    within = (inner.diagonal() - size) / np.maximum(size * (size - 1), 1)
    between = inner / np.outer(size, size)
    alike = between >= _ALIKE * np.maximum(np.minimum.outer(within, within), 1e-6)
    large = size >= 3
    return connected_components(alike & large & large[:, None])[1][group]


def _centres(vectors: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return the unit centres of groups that hold together."""
    total, size = sums(vectors, group), np.bincount(group)
    length = np.linalg.norm(total, axis=1)
    good = (size >= 3) & (length >= _COHESION * size) & (length > 0)
    return exactly(total[good] / length[good, None])


def sums(vectors, group: np.ndarray, rows: np.ndarray | None = None):
    """Add up the rows of each group, of some `rows` where these are given; those of group -1 are left out."""
    n, given = int(group.max(initial=-1)) + 1, len(group) if rows is None else len(rows)
    some = (slice(at, at + _ROWS_ADDED) for at in range(0, max(given, 1), _ROWS_ADDED))
    parts = some if rows is None else (rows[part] for part in some)
    return sum(_sums(vectors[part], group[part], n) for part in parts)


def _sums(vectors, group: np.ndarray, n: int):
    inside = np.flatnonzero(group >= 0)
    return sp.csr_matrix((np.ones(len(inside)), (group[inside], inside)), shape=(n, len(group))) @ vectors


def _join(vectors: np.ndarray, centres: np.ndarray) -> np.ndarray:
    group = np.full(len(vectors), -1, dtype=np.int64)
    if not len(centres):
        return group
    for at in range(0, len(vectors), _BLOCK):
        near = vectors[at : at + _BLOCK] @ centres.T
        best = near.argmax(axis=1)
        group[at : at + _BLOCK] = np.where(near.max(axis=1) >= _JOIN, best, -1)
    return group
