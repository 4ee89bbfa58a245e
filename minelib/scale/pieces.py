"""Blocks that know where they lie: whoever works on one reads it there, and no row passes through anybody else.

What lies on the disk in parts is written by the workers that made it, each part whole or not at all.
"""

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd

from minelib.errors import InputError
from minelib.scale.engine import Blocks

_GROUP_ROWS = 1_000  # of a row group, which is read by itself


class Block(Protocol):
    """Rows that are read where they are needed."""

    def __len__(self) -> int: ...

    def read(self) -> pd.DataFrame:
        """Return the rows."""
        ...


@dataclass(frozen=True)
class Table:
    """A block that is in memory."""

    rows: pd.DataFrame

    def __len__(self) -> int:
        return len(self.rows)

    def read(self) -> pd.DataFrame:
        """Return the rows."""
        return self.rows


@dataclass(frozen=True)
class Packed:
    """A block that is in memory, in half its size or less."""

    packed: bytes = field(repr=False)
    n: int

    @classmethod
    def of(cls, rows: pd.DataFrame) -> "Packed":
        """Pack a table.

        >>> rows = pd.DataFrame({"text": ["欠薪三个月"] * 1000})
        >>> block = Packed.of(rows)
        >>> len(block), len(block.packed) < 15_000, block.read().equals(rows)
        (1000, True, True)
        """
        import pyarrow as pa

        whole, sink = pa.Table.from_pandas(rows, preserve_index=False), pa.BufferOutputStream()
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        with pa.ipc.new_stream(sink, whole.schema, options=options) as stream:
            stream.write_table(whole)
        return cls(sink.getvalue().to_pybytes(), len(rows))

    def __len__(self) -> int:
        return self.n

    def read(self) -> pd.DataFrame:
        """Return the rows."""
        import pyarrow as pa

        return pa.ipc.open_stream(self.packed).read_all().to_pandas()


class Tables(Blocks):
    """Parts of a table in memory as such blocks, each made when it is its turn."""

    def __iter__(self) -> Iterator[Table]:
        return map(Table, super().__iter__())


@dataclass(frozen=True)
class Piece:
    """Rows `start` … `stop` of a part that `write_part` wrote."""

    path: Path
    start: int
    stop: int
    columns: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return self.stop - self.start

    def read(self) -> pd.DataFrame:
        """Return the rows, of `columns` only where these are named."""
        return self.arrow().to_pandas()

    def arrow(self):
        """Return the rows as an Arrow table; only the row groups they are in are read."""
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(self.path) as file:
                size = file.metadata.row_group(0).num_rows
                groups = list(range(self.start // size, -(-self.stop // size)))
                rows = file.read_row_groups(groups, columns=self.columns, use_threads=False)
        except FileNotFoundError as error:
            raise InputError(unseen(self.path)) from error
        return rows.slice(self.start - groups[0] * size, len(self))


def pieces_of(parts: Sequence[Path], rows: int, columns: Sequence[str] | None = None) -> list[Piece]:
    """Cut parts into pieces of `rows` rows; the last one of a part may be shorter."""
    import pyarrow.parquet as pq

    sizes = [pq.read_metadata(part).num_rows for part in parts]
    named = None if columns is None else tuple(columns)
    return [
        Piece(part, at, min(at + rows, size), named)
        for part, size in zip(parts, sizes, strict=True)
        for at in range(0, size, rows)
    ]


def write_part(rows, path: Path) -> None:
    """Write an Arrow table; a half-written file never has its name.

    Raises
    ------
    InputError
        When the folder is not there for this process.
    """
    import pyarrow.parquet as pq

    half = path.with_name(f".{path.name}.{platform.node()}-{os.getpid()}")
    try:
        pq.write_table(rows, half, row_group_size=_GROUP_ROWS, compression="zstd")
        os.replace(half, path)
    except FileNotFoundError as error:
        raise InputError(unseen(path.parent)) from error


def unseen(path: Path) -> str:
    """Say that a process does not see a file or folder that another one named to it."""
    return (
        f"a worker on {platform.node()} does not see {path.name}: ledger and run folder must lie where all "
        "workers see them under the same path (a shared file system), or leave out --scheduler"
    )


def sort_parts(ids: Sequence[pd.Series], rows: int) -> list[list[tuple[int, int, int]]]:
    """Say which rows of blocks, each sorted by id, make up each part of the whole in order.

    Returns
    -------
    list of list of (block, start, stop)
        Of each part of `rows` rows the stretches it is made of.

    >>> sort_parts([pd.Series(["a", "d"]), pd.Series(["b", "c"])], 2)
    [[(0, 0, 1), (1, 0, 1)], [(0, 1, 2), (1, 1, 2)]]
    """
    order = pd.concat(ids, ignore_index=True).argsort().to_numpy()
    part = np.empty(len(order), dtype=np.int64)
    part[order] = np.arange(len(order)) // rows
    parts: list[list[tuple[int, int, int]]] = [[] for _ in range(-(-len(order) // rows))]
    first = 0
    for block, its_ids in enumerate(ids):
        stops = np.bincount(part[first : first + len(its_ids)], minlength=len(parts)).cumsum().tolist()
        for n, (start, stop) in enumerate(zip([0, *stops], stops, strict=False)):
            if start < stop:
                parts[n].append((block, start, stop))
        first += len(its_ids)
    return parts
