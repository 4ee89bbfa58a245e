"""What every reader gives: a table of numbered rows of raw cells, whatever the file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from minelib.errors import InputError

Row = tuple[int, "Sequence | Unreadable"]


@dataclass(frozen=True)
class Unreadable:
    """A row that could not be read, and why."""

    reason: str


@dataclass(frozen=True)
class Table:
    """One sheet, or one file of a format without sheets.

    Attributes
    ----------
    path : Path
    sheet : str
        "" where the format has no sheets.
    kind : str
        Format and encoding, for the user: "csv, GB18030".
    rows : iterable of (row number, cells or Unreadable)
        Rows counted from 1 as a spreadsheet shows them; blank rows may be left out.
    """

    path: Path
    sheet: str
    kind: str
    rows: Iterable[Row]


def shown(path: Path) -> str:
    """Return a file's name on one line, whatever characters it holds.

    >>> shown(Path("a\\nb.csv"))
    'a\\\\nb.csv'
    """
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in path.name)


def wanted_sheets(path: Path, names: Sequence[str], only: Sequence[str] | None) -> list[str]:
    """Return the sheets to read, all of them unless the user named some.

    Raises
    ------
    InputError
        When the workbook has no sheet of a wanted name.
    """
    missing = [name for name in only or () if name not in names]
    if missing:
        raise InputError(f"{shown(path)} has no sheet {missing[0]!r}; its sheets are {', '.join(names)}")
    return [name for name in names if not only or name in only]


def first_cell(cells: Sequence):
    """Return the first cell that is not blank, or None in a blank row."""
    for cell in cells:
        if cell is not None and cell != "" and not (isinstance(cell, str) and cell.isspace()):
            return cell
    return None
