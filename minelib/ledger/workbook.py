"""Sheets of xlsx workbooks, opened only after their size is known to be bearable."""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from minelib.errors import InputError
from minelib.ledger.package import DECRYPT, SAVE_AGAIN, check_package
from minelib.ledger.tables import Table, shown, wanted_sheets


def _check(path: Path) -> None:
    """Refuse a workbook that would fill memory, is cut short or is none, in one line naming the file."""
    try:
        check_package(path)
    except InputError as error:
        raise InputError(f"{shown(path)}: {error}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise InputError(
            f"{shown(path)} is damaged, cut short or encrypted ({_first_line(error)}); {SAVE_AGAIN}"
        ) from error


def _open(path: Path):
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_path(path)
    except PasswordError as error:
        raise InputError(f"{shown(path)} {DECRYPT}") from error
    except (CalamineError, OSError, ValueError) as error:
        raise InputError(
            f"{shown(path)} is no readable workbook ({_first_line(error)}); {SAVE_AGAIN}"
        ) from error
    except BaseException as error:
        raise _panic(path, error) from None


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _panic(path: Path, error: BaseException) -> BaseException:
    """Return a Rust panic as the user's error: the file is too broken to parse. Others stay as they are."""
    if type(error).__name__ != "PanicException":
        return error
    return InputError(f"{shown(path)} is damaged beyond reading; {SAVE_AGAIN}")


def _sheet_rows(path: Path, book, name: str) -> Iterator[tuple[int, Sequence]]:
    try:
        yield from enumerate(book.get_sheet_by_name(name).iter_rows(), 1)
    except Exception as error:
        raise InputError(f"{shown(path)}, sheet {name!r}: {_first_line(error)}; {SAVE_AGAIN}") from error
    except BaseException as error:
        raise _panic(path, error) from None


def read_workbook(path: Path, *, only: Sequence[str] | None) -> Iterator[Table]:
    """Yield the worksheets of an xlsx workbook, hidden ones too, in their order.

    Parameters
    ----------
    only : sequence of str, optional
        Names of the sheets wanted.

    Raises
    ------
    InputError
        When the workbook cannot be read, or has no sheet of a wanted name.
    """
    _check(path)
    book = _open(path)
    names = [m.name for m in book.sheets_metadata if str(m.typ).endswith("WorkSheet")]
    for name in wanted_sheets(path, names, only):
        yield Table(path, name, "xlsx", _sheet_rows(path, book, name))
