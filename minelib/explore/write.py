"""The explore page in a run folder."""

import os
from pathlib import Path

import pandas as pd

from minelib.errors import LeakError
from minelib.explore.data import MOST_ROWS, page_data
from minelib.explore.page import page_of
from minelib.gate import Reader
from minelib.runs import Run

NAME = "explore.html"
_OWN = ("marks", "matter_id", "issue_id", "record_id", "day", "class_code")
_SHOWN = 10


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
        Naming record ids and kinds; no file is written.
    """
    folder, data = Path(folder), page_data(run, most=most)
    _stop_leaks(data, reader or Reader(passed=_passed(folder)))
    path, fresh = folder / NAME, folder / f".{NAME}.new"
    fresh.write_text(page_of(data), encoding="utf-8", newline="\n")
    os.replace(fresh, path)
    return path


def _passed(folder: Path) -> list[int]:
    """Return the digests of the texts the run's own gate has read, as far as this program makes such digests."""
    path = folder / ".stages" / "read" / "passed.parquet"
    marks = pd.read_parquet(path)["digest"] if path.exists() else pd.Series(dtype="uint64")
    return marks.tolist() if marks.dtype.kind == "u" else []


def _stop_leaks(data: dict, reader: Reader) -> None:
    rows, points = data["rows"], data["points"]
    ids = frozenset(rows["record_id"])
    texts = [(i["id"], str(v)) for i in data["issues"] for v in i.values() if isinstance(v, str | list)]
    for table, key in ((rows, "record_id"), (points, "matter_id")):
        columns = [c for c in table if c not in _OWN]
        texts += [(name, str(v)) for c in columns for name, v in zip(table[key], table[c], strict=True)]
    found = sorted({f"{name} ({', '.join(k)})" for name, text in texts if (k := reader.kinds(text, ids=ids))})
    if found:
        raise LeakError(
            f"{NAME}: {len(found)} texts still hold personal information: {'; '.join(found[:_SHOWN])}"
        )
