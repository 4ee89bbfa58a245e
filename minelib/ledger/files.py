"""Which files are ledgers: told by what is in them, since names lie."""

from collections.abc import Iterable, Iterator, Sequence
from os import PathLike
from pathlib import Path

from minelib.errors import InputError
from minelib.ledger.columnar import read_parquet
from minelib.ledger.delimited import read_delimited
from minelib.ledger.header import Columns
from minelib.ledger.jsonlines import read_json
from minelib.ledger.oldbook import read_old_workbook
from minelib.ledger.tables import Table, shown
from minelib.ledger.workbook import read_workbook
from minelib.scale import unseen

FORMATS = "xlsx, xls, csv, tsv, json lines (.jsonl) and parquet"
_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1"
_OTHERS = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a rar archive",
    b"PK\x05\x06": "an empty zip archive",
    b"{\\rtf": "an rtf document",
    b"MZ": "a program",
    b"\x7fELF": "a program",
    b"SQLite format": "a database",
}
_WEB = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<head")


def ledger_paths(paths: str | PathLike | Iterable[str | PathLike]) -> list[Path]:
    """Return the files to read, each one once and each a file.

    A folder stands for the parquet files in it, in order of name: so other tools write a large table.

    Raises
    ------
    InputError
        When a path is missing, is neither a file nor a folder of parquet files, or is given twice.
    """
    given = [paths] if isinstance(paths, str | PathLike) else list(paths)
    if not given:
        raise InputError(f"no ledger was given; give one or more files ({FORMATS})")
    found = [file for p in given for file in _files_of(Path(p))]
    seen: dict[Path, Path] = {}
    for path in found:
        if seen.setdefault(path.resolve(), path) is not path:
            raise InputError(f"{shown(path)} is given twice; name each ledger once")
    return found


def _files_of(path: Path) -> list[Path]:
    try:
        if path.is_dir():
            return _parts(path)
        if not path.is_file():
            found = "is not a regular file" if path.exists() else "does not exist"
            raise InputError(f"{shown(path)} {found}; give a ledger file ({FORMATS})")
    except (OSError, ValueError) as error:
        raise InputError(f"{shown(path)}: no such file name is possible ({error})") from error
    return [path]


def _parts(folder: Path) -> list[Path]:
    visible = sorted(p for p in folder.iterdir() if not p.name.startswith((".", "_")))
    if any(p.is_dir() and "=" in p.name for p in visible):
        raise InputError(
            f"{shown(folder)} holds folders whose names are values of a column (such as city=1); "
            "write the table without partition columns, so that no column is lost"
        )
    if parts := [p for p in visible if p.suffix == ".parquet" and p.is_file()]:
        return parts
    raise InputError(
        f"{shown(folder)} is a folder without parquet files; name the ledger files in it ({FORMATS})"
    )


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except FileNotFoundError as error:
        raise InputError(unseen(path)) from error
    except OSError as error:
        raise InputError(f"{shown(path)} cannot be read: {error.strerror or error}") from error


def is_parquet(path: Path) -> bool:
    """Tell whether a file begins as a parquet file does."""
    return _head(path).startswith(_PARQUET)


def open_tables(path: Path, *, chosen: Columns, sheets: Sequence[str] | None) -> Iterator[Table]:
    """Yield the tables of one ledger file.

    Raises
    ------
    InputError
        When the file is of no format a ledger comes in, or cannot be read.
    """
    head = _head(path)
    if not head:
        raise InputError(f"{shown(path)}: the file is empty; export the ledger again")
    if head.startswith(_ZIP):
        return read_workbook(path, only=sheets)
    if head.startswith(_OLE):
        return read_old_workbook(path, only=sheets)
    if head.startswith(_PARQUET):
        return read_parquet(path)
    for magic, what in _OTHERS.items():
        if head.startswith(magic):
            raise InputError(f"{shown(path)} is {what}, not a ledger; minelib reads {FORMATS}")
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:20].lower().startswith(_WEB):
        raise InputError(f"{shown(path)} is a web page or XML; open it in Excel or WPS and save it as .xlsx")
    if text.startswith((b"{", b"[{")) or path.suffix.lower() in (".json", ".jsonl", ".ndjson"):
        return read_json(path)
    return read_delimited(path, chosen)
