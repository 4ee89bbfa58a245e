"""Sheets of xls workbooks (Excel 97 to 2003).

Read by xlrd and not by calamine: a damaged xls of a few kilobytes makes calamine ask for gigabytes and abort
the whole process, while pure Python raises.
"""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from minelib.errors import InputError
from minelib.ledger.package import DECRYPT, SAVE_AGAIN
from minelib.ledger.tables import Row, Table, shown, wanted_sheets

MAX_BYTES = 512 << 20  # of an xls file, which is not compressed


def _open(path: Path):
    import xlrd

    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"{shown(path)} is larger than {MAX_BYTES >> 20} MB; {SAVE_AGAIN}")
    data = path.read_bytes()
    # An encrypted xlsx is an OLE file with such a stream; names are UTF-16 in its directory.
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise InputError(f"{shown(path)} {DECRYPT}")
    try:
        return xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), ragged_rows=True, on_demand=True)
    # A damaged file makes xlrd fail in every way there is: struct.error, AssertionError, IndexError …
    except Exception as error:
        if "encrypted" in str(error).lower():
            raise InputError(f"{shown(path)} {DECRYPT}") from error
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError(f"{shown(path)} is no readable workbook ({type(error).__name__}); {SAVE_AGAIN}")


def _cell(value, kind: int, datemode: int):
    import xlrd

    if kind == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(value, datemode)
        except (ValueError, OverflowError):
            return value
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    return "" if kind == xlrd.XL_CELL_ERROR else value


def _sheet_rows(path: Path, book, name: str) -> Iterator[Row]:
    try:
        sheet = book.sheet_by_name(name)
        for r in range(sheet.nrows):
            values, kinds = sheet.row_values(r), sheet.row_types(r)
            yield r + 1, [_cell(v, k, book.datemode) for v, k in zip(values, kinds, strict=True)]
    except Exception as error:
        raise _unreadable(path, error) from error
    finally:
        book.unload_sheet(name)


def read_old_workbook(path: Path, *, only: Sequence[str] | None) -> Iterator[Table]:
    """Yield the worksheets of an xls workbook, hidden ones too, in their order.

    Raises
    ------
    InputError
        When the workbook cannot be read, or has no sheet of a wanted name.
    """
    book = _open(path)
    for name in wanted_sheets(path, book.sheet_names(), only):
        yield Table(path, name, "xls", _sheet_rows(path, book, name))
