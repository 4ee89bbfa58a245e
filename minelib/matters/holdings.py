"""Which petition holds which key: sparse matrices made of mentions, all petitions at once.

A key is read off the kind and form of a mention, once for all its places.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from types import EllipsisType

import numpy as np
import scipy.sparse as sp

from minelib.mentions import Mentions
from minelib.scale import distinct
from minelib.tokens import places

Keys = Callable[[str, str], Sequence[str]]  # of a kind and a form


@dataclass(frozen=True, eq=False)
class Source:
    """Mentions, the keys of each, and which of them count; all where not given."""

    mentions: Mentions
    keys: Keys
    kept: np.ndarray | EllipsisType = ...


@dataclass(frozen=True, eq=False)
class Holdings:
    """Which of `n_rows` rows holds which of `n_keys` keys: row × n_keys + key, sorted."""

    cells: np.ndarray
    n_rows: int
    n_keys: int

    def matrix(self, data: np.ndarray | None = None) -> sp.csr_matrix:
        """Return a row a petition and a column a key, in order of the keys; `data` of the cells, 1 where not given."""
        data = np.ones(len(self.cells)) if data is None else data
        row, key = np.divmod(self.cells, max(self.n_keys, 1))
        ends = np.searchsorted(row, np.arange(self.n_rows + 1))
        shape = self.n_rows, self.n_keys
        return sp.csr_matrix((data.astype(np.float32), key.astype(np.int32), ends), shape=shape)


def holdings(*groups: Sequence[Source]) -> list[Holdings]:
    """Return what the sources of each group hold together; a key is the same column in all of them.

    >>> from minelib.mentions import find_mentions
    >>> found = Mentions.of(map(find_mentions, ["云栖苑旁的金桂路", "金桂路"]))
    >>> [held] = holdings([Source(found, lambda kind, name: [name])])
    >>> held.matrix().toarray().tolist()
    [[1.0, 1.0], [0.0, 1.0]]
    """
    told = [[[s.keys(*thing) for thing in s.mentions.things] for s in group] for group in groups]
    names = sorted(set(chain.from_iterable(chain.from_iterable(chain.from_iterable(told)))))
    place = {name: i for i, name in enumerate(names)}
    found = []
    for group, keys in zip(groups, told, strict=True):
        cells = [_cells(s, k, place) for s, k in zip(group, keys, strict=True)]
        found.append(Holdings(distinct(np.concatenate(cells)), len(group[0].mentions), len(names)))
    return found


def _cells(source: Source, keys: Sequence[Sequence[str]], place: dict[str, int]) -> np.ndarray:
    """Return the cells of one source, some more than once."""
    flat = np.array([place[key] for some in keys for key in some], dtype=np.int64)
    counts = np.fromiter(map(len, keys), np.int64, len(keys))
    codes, rows = source.mentions.codes[source.kept], source.mentions.rows[source.kept]
    n = counts[codes]
    where = places(counts.cumsum()[codes], n)
    return np.repeat(rows, n) * np.int64(len(place)) + flat[where]
