"""What an xlsx file would unpack to, measured before anything is made of it.

The sizes a zip file declares can lie, so every part is unpacked once and thrown away; the text of its cells,
the rows and columns they spread over, and entity declarations are looked at on the way.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from minelib.errors import InputError

MAX_UNPACKED = 2 << 30  # bytes of XML in one workbook, and of text in its cells: some two million rows
MAX_CELLS = 30_000_000  # the block of cells between the first and the last used one, at about 50 bytes each
SAVE_AGAIN = "open it in Excel or WPS and save it again as .xlsx"
DECRYPT = "is encrypted; open it with its password and save it without one"

_SPLIT = "split the ledger into smaller workbooks"
_CHUNK = 1 << 20
_OVERLAP = 300  # bytes of the chunk before, so that no tag is cut
_ROW = re.compile(rb'<(?:\w+:)?row [^<>]{0,200}?\br=["\'](\d{1,7})["\']')
_COLUMN = re.compile(rb'r=["\']([A-Z]{2,3})\d{1,7}["\']')
_SHARED = re.compile(rb't=["\']s["\'][^<>]{0,100}><v>(\d{1,9})</v>')
_ITEM = re.compile(rb"<(?:\w+:)?si[ >/]")
_STRINGS = re.compile(r"xl/sharedStrings\.xml$", re.I)


def _chunks(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[tuple[bytes, int]]:
    """Yield a part's unpacked bytes, each piece behind the end of the one before, and how many are new."""
    before = b""
    with package.open(part) as file:
        while chunk := file.read(_CHUNK):
            yield before + chunk, len(chunk)
            before = chunk[-_OVERLAP:]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _check_size(size: int) -> None:
    if size > MAX_UNPACKED:
        raise InputError(f"unpacks to more than {MAX_UNPACKED >> 20} MB; {_SPLIT}")


def _string_sizes(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> np.ndarray:
    """Return about how many bytes each shared string takes: from one item's tag to the next."""
    starts, end = [np.empty(0, np.int64)], 0
    for window, new in _chunks(package, part):
        begin, end = end + new - len(window), end + new
        starts.append(np.array([m.start() for m in _ITEM.finditer(window)], dtype=np.int64) + begin)
        _check_size(end + 16 * sum(map(len, starts)))
    return np.diff(np.append(np.unique(np.concatenate(starts)), end))


def _check_part(package: zipfile.ZipFile, part: zipfile.ZipInfo, sizes: np.ndarray) -> int:
    """Unpack one part without keeping it; return its true size.

    `sizes` tells how long each shared string is: cells that all repeat a long one are small packed and
    endless as text.
    """
    size, text, rows, columns = 0, 0, 1, 26
    longest = int(sizes.max(initial=0))
    for window, new in _chunks(package, part):
        size += new
        _check_size(size)
        if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
            raise InputError(f"{part.filename} declares XML entities, which no ledger needs; {SAVE_AGAIN}")
        rows = max([rows, *map(int, _ROW.findall(window))])
        columns = max([columns, *map(_column_number, set(_COLUMN.findall(window)))])
        if rows * columns > MAX_CELLS:
            raise InputError(
                f"{part.filename} spreads over {rows} rows and {columns} columns, over {MAX_CELLS} cells; "
                "delete the stray cells right of and below the table"
            )
        # A cell that refers to a string takes 20 bytes at least.
        if part.file_size // 20 * longest > MAX_UNPACKED:
            used = np.array(_SHARED.findall(window), dtype="S9").astype(np.int64)
            text += int(sizes[used[used < len(sizes)]].sum())
        if text > MAX_UNPACKED:
            raise InputError(f"{part.filename} repeats text to more than {MAX_UNPACKED >> 20} MB; {_SPLIT}")
    return size


def check_package(path: Path) -> None:
    """Refuse an xlsx file that would fill memory or is none.

    Raises
    ------
    InputError
        Saying what is wrong, without the file's name.
    zipfile.BadZipFile, zlib.error, EOFError, OSError
        When the file is damaged.
    """
    with zipfile.ZipFile(path) as package:
        parts = package.infolist()
        if not any(p.filename.lower() == "xl/workbook.xml" for p in parts):
            raise InputError(f"is a zip file but not an xlsx workbook; {SAVE_AGAIN}")
        _check_size(sum(p.file_size for p in parts))
        strings = [_string_sizes(package, p) for p in parts if _STRINGS.match(p.filename)]
        sizes = np.concatenate([*strings, np.empty(0, np.int64)])
        total = 0
        for part in parts:
            if part.filename.lower().endswith((".xml", ".rels")):
                total += _check_part(package, part, sizes)
                _check_size(total)
