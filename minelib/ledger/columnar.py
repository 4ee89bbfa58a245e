"""Rows of parquet files, batch by batch."""

from collections.abc import Iterator
from pathlib import Path

from minelib.errors import InputError
from minelib.ledger.tables import Row, Table, shown

MAX_ROW_GROUP = 4 << 30  # bytes of one row group unpacked
_BATCH = 10_000
_BUFFER = 1 << 20  # bytes read ahead; without it a whole row group is held packed


def _rows(path: Path, file, names: list[str]) -> Iterator[Row]:
    import pyarrow as pa

    yield 0, names
    number = 0
    try:
        for batch in file.iter_batches(_BATCH, columns=names, use_threads=False):
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                number += 1
                yield number, row
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"{shown(path)} is damaged after row {number}: {str(error)[:200]!r}") from error


def read_parquet(path: Path) -> Iterator[Table]:
    """Yield the one table of a parquet file; nested columns are left out.

    Raises
    ------
    InputError
        When the file is damaged, or a row group would unpack to more than `MAX_ROW_GROUP`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"{shown(path)} is not a readable parquet file: {str(error)[:200]!r}") from error
    groups = range(file.metadata.num_row_groups)
    largest = max((file.metadata.row_group(i).total_byte_size for i in groups), default=0)
    if largest > MAX_ROW_GROUP:
        raise InputError(
            f"{shown(path)} has a row group of {largest >> 20} MB unpacked, more than the "
            f"{MAX_ROW_GROUP >> 20} MB allowed; write it with smaller row groups"
        )
    names = [field.name for field in file.schema_arrow if not pa.types.is_nested(field.type)]
    yield Table(path, "", "parquet", _rows(path, file, names))
