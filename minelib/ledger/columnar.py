"""Rows of parquet files, batch by batch, or a stretch of them by itself."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path

from minelib.errors import InputError
from minelib.ledger.tables import Row, Table, shown
from minelib.scale import unseen

MAX_ROW_GROUP = 4 << 30  # bytes of one row group unpacked
_BATCH = 10_000
_CUTS = 32  # stretches of a row group
_DEAR = 4  # times its own rows in the row group of a stretch
_BUFFER = 1 << 20  # bytes read ahead; without it a whole row group is held packed


def _rows(path: Path, file, names: list[str]) -> Iterator[Row]:
    yield 0, names
    yield from enumerate(_cells(path, file, range(file.num_row_groups)), 1)


def _cells(path: Path, file, groups: Iterable[int], skip: int = 0) -> Iterator[tuple]:
    """Yield the rows of some row groups but the first `skip`."""
    import pyarrow as pa

    number = 0
    try:
        for batch in file.iter_batches(_BATCH, groups, columns=_columns(file), use_threads=False):
            part = batch.slice(min(max(skip - number, 0), len(batch)))
            number += len(batch) - len(part)
            for row in zip(*(column.to_pylist() for column in part.columns), strict=True):
                number += 1
                yield row
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"{shown(path)} is damaged after row {number}: {str(error)[:200]!r}") from error


def _columns(file) -> list[str]:
    """Name the columns of a file that are not nested."""
    import pyarrow as pa

    return [field.name for field in file.schema_arrow if not pa.types.is_nested(field.type)]


@dataclass(frozen=True)
class Stretch:
    """Some rows of a parquet file: `n` of row group `group` after its first `skip`; `before` it lie so many rows.

    `size` rows are in the group, which is unpacked from its beginning.
    """

    path: Path
    group: int
    before: int
    skip: int
    n: int
    size: int

    @property
    def is_dear(self) -> bool:
        """Tell whether much more is unpacked than these rows, so that they had better not be read again."""
        return self.size > _DEAR * self.n


def read_stretches(those: Sequence[Stretch]) -> Iterator[list[Row]]:
    """Yield the rows of stretches that follow each other in a row group, unpacked once; numbered as in the file."""
    first = those[0]
    with _opened(first.path) as file:
        cells = _cells(first.path, file, [first.group], first.skip)
        rows = enumerate(cells, first.before + first.skip + 1)
        for stretch in those:
            yield list(islice(rows, stretch.n))


def stretches(path: Path, rows: int) -> list[Stretch]:
    """Cut a parquet file into stretches of `rows` rows or more: a row group is unpacked from its beginning.

    A group that is not small is cut into at most `_CUTS`, so that little is unpacked for nothing.
    """
    with _opened(path) as file:
        sizes = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
    before = list(accumulate(sizes, initial=0))
    return [
        Stretch(path, group, before[group], skip, min(step, size - skip), size)
        for group, size in enumerate(sizes)
        for step in [max(rows, -(-size // _CUTS))]
        for skip in range(0, size, step)
    ]


def _opened(path: Path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False)
    except FileNotFoundError as error:
        raise InputError(unseen(path)) from error
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"{shown(path)} is not a readable parquet file: {str(error)[:200]!r}") from error


def read_parquet(path: Path) -> Iterator[Table]:
    """Yield the one table of a parquet file; nested columns are left out.

    Raises
    ------
    InputError
        When the file is damaged, or a row group would unpack to more than `MAX_ROW_GROUP`.
    """
    file = _opened(path)
    groups = range(file.metadata.num_row_groups)
    largest = max((file.metadata.row_group(i).total_byte_size for i in groups), default=0)
    if largest > MAX_ROW_GROUP:
        raise InputError(
            f"{shown(path)} has a row group of {largest >> 20} MB unpacked, more than the "
            f"{MAX_ROW_GROUP >> 20} MB allowed; write it with smaller row groups"
        )
    yield Table(path, "", "parquet", _rows(path, file, _columns(file)))
