"""The one thing an engine does, the engine that does it here, and how one is chosen."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib import import_module
from typing import Protocol

import pandas as pd

from minelib.errors import InputError
from minelib.scale.threads import cores, one_thread

BLOCK_ROWS = 1_000  # about a megabyte of petitions, a second of work; less is not worth a process

# What a run needs of other libraries after its first pass: loaded while the workers are at that, it is not waited for.
# In small parts, as meanwhile no worker gets a new block.
_LATER = (
    "scipy.special",
    "scipy.linalg",
    "scipy.sparse.linalg",
    "scipy.spatial",
    "scipy.optimize",
    "scipy.interpolate",
    "scipy.stats",
    "sklearn.utils",
    "sklearn.svm",
    "PIL.Image",
    "matplotlib.axis",
    "matplotlib.figure",
    "igraph",
    "pypdf",
    "xlsxwriter",
)

MapBlocks = Callable[..., Iterator]  # an engine's `map`: (function, blocks, *common) → results


class Engine(Protocol):
    """Something that can map a function over blocks.

    Attributes
    ----------
    workers : int
        How many blocks are worked on at a time.
    block_rows : int
        How many rows of a table make a block; what is made does not hang on it.
    """

    workers: int
    block_rows: int

    def map(self, function: Callable, blocks: Iterable, *common) -> Iterator:
        """Yield ``function(block, *common)`` of each block, in order.

        The function is a module's own and keeps nothing between calls; blocks are taken a few ahead, never all.
        """
        ...


def map_here(function: Callable, blocks: Iterable, *common) -> Iterator:
    """Yield ``function(block, *common)`` of each block, one after another in this process.

    >>> list(map_here(pow, [2, 3], 2))
    [4, 9]
    """
    return (function(block, *common) for block in blocks)


class Here:
    """The engine of small ledgers: this process."""

    workers = 1
    map = staticmethod(map_here)

    def __init__(self, *, block_rows: int = BLOCK_ROWS):
        self.block_rows = block_rows


def blocks_of(table: pd.DataFrame, rows: int = BLOCK_ROWS) -> "Blocks":
    """Return a table at most `rows` at a time, each block numbered from 0; one empty block for an empty table.

    Blocks are of one size, so that no worker waits for the others to do whole ones while it had the odd rows.

    >>> blocks = blocks_of(pd.DataFrame({"a": range(7)}), 5)
    >>> len(blocks), [len(block) for block in blocks]
    (2, [4, 3])
    """
    return Blocks(table, rows)


class Blocks:
    """Parts of a table, each made when it is its turn; how many there are is known before."""

    def __init__(self, table: pd.DataFrame, rows: int):
        self._table, self._rows = table, rows

    def __len__(self) -> int:
        return max(-(-len(self._table) // self._rows), 1)

    def __iter__(self) -> Iterator[pd.DataFrame]:
        rows = max(-(-len(self._table) // len(self)), 1)
        for at in range(0, max(len(self._table), 1), rows):
            yield self._table.iloc[at : at + rows].reset_index(drop=True)


@contextlib.contextmanager
def open_engine(kind: str = "local", *, workers: int | None = None, scheduler: str = "") -> Iterator[Engine]:
    """Yield the engine asked for and close it afterwards.

    Parameters
    ----------
    kind : {"local", "dask"}
    workers : int, optional
        Processes; as many as this process may use cores when not given.
    scheduler : str, optional
        Address of a Dask scheduler; a cluster of `workers` processes on this machine when not given.

    Raises
    ------
    InputError
        When the kind is unknown, there are less than 1 workers, dask is not installed or no scheduler answers.
    """
    if workers is not None and workers < 1:
        raise InputError(f"workers is {workers}; it must be at least 1")
    workers = workers or cores()
    if kind == "local":
        from minelib.scale.processes import Processes

        errands = (partial(import_module, name) for name in _LATER)
        with one_thread():
            yield Processes(workers, errands=errands) if workers > 1 else Here()
    elif kind == "dask":
        from minelib.scale.cluster import open_cluster

        with open_cluster(workers, scheduler) as engine:
            yield engine
    else:
        raise InputError(f"engine is {kind!r}; allowed: local, dask")
