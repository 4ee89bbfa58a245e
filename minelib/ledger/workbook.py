"""Sheets of xlsx and xls workbooks, opened only after their size is known to be bearable."""

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from minelib.errors import InputError
from minelib.ledger.tables import Table, shown

MAX_UNPACKED = 2 << 30  # bytes of XML in one workbook: some two million rows
MAX_CELLS = 30_000_000  # the block of cells between the first and the last used one, at about 50 bytes each
_CHUNK = 1 << 20
_ROW = re.compile(rb'<(?:\w+:)?row [^<>]{0,200}?\br="(\d{1,7})"')
_COLUMN = re.compile(rb'\br="([A-Z]{2,3})\d{1,7}"')
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml$", re.I)
_SPLIT = "split the ledger into smaller workbooks"
_DECRYPT = "is encrypted; open it with its password and save it without one"
_AGAIN = "open it in Excel or WPS and save it again as .xlsx"


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _check_part(file, name: str, budget: int) -> int:
    """Unpack one part without keeping it; return its true size.

    Raises
    ------
    InputError
        When it is larger than `budget`, declares entities, or spreads over too many cells.
    """
    size, rows, columns, before = 0, 1, 26, b""
    while chunk := file.read(_CHUNK):
        size += len(chunk)
        if size > budget:
            raise InputError(f"unpacks to more than {MAX_UNPACKED >> 20} MB; {_SPLIT}")
        window = before + chunk
        if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
            raise InputError(f"{name} declares XML entities, which no ledger needs; {_AGAIN}")
        if _SHEET.match(name):
            rows = max(rows, *map(int, _ROW.findall(window)), 1)
            columns = max([columns, *map(_column_number, set(_COLUMN.findall(window)))])
        if rows * columns > MAX_CELLS:
            raise InputError(
                f"{name} spreads over {rows} rows and {columns} columns, more than {MAX_CELLS} cells; delete "
                "the stray cells right of and below the table"
            )
        before = chunk[-300:]
    return size


def _check_package(path: Path) -> None:
    with zipfile.ZipFile(path) as package:
        parts = package.infolist()
        names = {p.filename for p in parts}
        if not any(n.lower() == "xl/workbook.xml" for n in names):
            raise InputError(f"is a zip file but not an xlsx workbook; {_AGAIN}")
        declared = sum(p.file_size for p in parts)
        if declared > MAX_UNPACKED:
            raise InputError(f"unpacks to {declared >> 20} MB, over {MAX_UNPACKED >> 20} MB; {_SPLIT}")
        budget = MAX_UNPACKED
        for part in parts:
            if part.filename.lower().endswith((".xml", ".rels")):
                with package.open(part) as file:
                    budget -= _check_part(file, part.filename, budget)


def check_workbook(path: Path, package: bool) -> None:
    """Refuse a workbook that would fill memory, is encrypted, cut short, or is no workbook.

    Raises
    ------
    InputError
        In one line naming the file.
    """
    if not package:
        with path.open("rb") as file:
            # An encrypted xlsx is an OLE file with these streams; their names are UTF-16 in its directory.
            if "EncryptedPackage".encode("utf-16-le") in file.read():
                raise InputError(f"{shown(path)} {_DECRYPT}")
        return
    try:
        _check_package(path)
    except InputError as error:
        raise InputError(f"{shown(path)}: {error}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise InputError(f"{shown(path)} is damaged, cut short or encrypted ({error}); {_AGAIN}") from error


def _open(path: Path):
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_path(path)
    except PasswordError as error:
        raise InputError(f"{shown(path)} {_DECRYPT}") from error
    except (CalamineError, OSError, ValueError) as error:
        raise InputError(f"{shown(path)} is no readable workbook ({_first_line(error)}); {_AGAIN}") from error
    except BaseException as error:
        raise _panic(path, error) from None


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _panic(path: Path, error: BaseException) -> BaseException:
    """Return a Rust panic as the user's error: the file is too broken to parse. Others stay as they are."""
    if type(error).__name__ != "PanicException":
        return error
    return InputError(f"{shown(path)} is damaged beyond reading; {_AGAIN}")


def _sheet_rows(path: Path, book, name: str) -> Iterator[tuple[int, Sequence]]:
    try:
        yield from enumerate(book.get_sheet_by_name(name).iter_rows(), 1)
    except Exception as error:
        raise InputError(f"{shown(path)}, sheet {name!r}: {_first_line(error)}; {_AGAIN}") from error
    except BaseException as error:
        raise _panic(path, error) from None


def read_workbook(path: Path, *, package: bool, only: Sequence[str] | None) -> Iterator[Table]:
    """Yield the worksheets of a workbook, hidden ones too, in their order.

    Parameters
    ----------
    package : bool
        True for xlsx, False for xls.
    only : sequence of str, optional
        Names of the sheets wanted.

    Raises
    ------
    InputError
        When the workbook cannot be read, or has no sheet of a wanted name.
    """
    check_workbook(path, package)
    book = _open(path)
    names = [m.name for m in book.sheets_metadata if str(m.typ).endswith("WorkSheet")]
    missing = [n for n in only or () if n not in names]
    if missing:
        raise InputError(f"{shown(path)} has no sheet {missing[0]!r}; its sheets are {', '.join(names)}")
    for name in names:
        if not only or name in only:
            yield Table(path, name, "xlsx" if package else "xls", _sheet_rows(path, book, name))
