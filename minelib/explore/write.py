"""The explore page in a run folder."""

import os
from pathlib import Path

from minelib.explore.data import MOST_ROWS
from minelib.explore.page import explore_page
from minelib.gate import Reader, check_file
from minelib.runs import Run

NAME = "explore.html"


def write_explore(
    run: Run, folder: str | Path, *, most: int = MOST_ROWS, reader: Reader | None = None
) -> Path:
    """Write the explore page of a run as ``explore.html``, once nothing in it tells who somebody is.

    Parameters
    ----------
    run : Run
    folder : path
        The run folder.
    most : int
        See `explore_page`.
    reader : minelib.gate.Reader, optional
        Knows what was masked at load, and which texts it has read before; made from the folder when not given.

    Raises
    ------
    LeakError
        Naming places and kinds; no file is written.
    """
    folder = Path(folder)
    fresh = folder / f".{NAME}"
    try:
        _write(explore_page(run, most=most), fresh)
        check_file(fresh, folder=folder, reader=reader)
        os.replace(fresh, folder / NAME)
    finally:
        fresh.unlink(missing_ok=True)
    return folder / NAME


def write_page(run: Run, folder: Path) -> frozenset[str]:
    """Write the page unread, and return its name: whoever calls this has the gate read it before it leaves."""
    _write(explore_page(run), folder / NAME)
    return frozenset({NAME})


def _write(page: str, path: Path) -> None:
    path.write_text(page, encoding="utf-8", newline="\n")
