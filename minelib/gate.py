"""The leak gate: what is about to leave is read once more, as a stranger would read it.

Redaction masks at load; this looks at the files themselves (tables, facts, figures' data, PDF text and metadata), so
that a slip anywhere between is caught. A hit stops the run and names files and record ids, never text.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from minelib.errors import LeakError

# Columns that hold no text of anybody's: codes, counts and dates of our own making.
_OWN = {
    "record_id", "petitioner_id", "matter_id", "issue_id", "linked_to", "class_code", "class_evidence", "source", "sheet",
    "exemplar", "exemplars",
}  # fmt: skip
_CODE = re.compile(r"[A-Za-z0-9_-]+")


def check_leaks(folder: str | Path, *, surfaces=None) -> None:
    """Read every text of a run folder and stop when one holds personal information.

    Parameters
    ----------
    folder : path
    surfaces : minelib.redact.Surfaces, optional
        The very strings that were masked: none of them may stand anywhere.

    Raises
    ------
    LeakError
        Naming up to ten places, as file and record id or page, and the kinds of information found there.
    """
    from minelib.redact import scan

    found, ids = {}, _record_ids(Path(folder))
    again = surfaces.find if surfaces is not None else lambda text: ()
    for where, text in texts_of(Path(folder)):
        text = _CODE.sub(lambda m: "" if m[0] in ids else m[0], text)
        kinds = sorted({span.kind for span in scan(text)} | {f"{span.kind} masked elsewhere" for span in again(text)})
        if kinds:
            found[where] = kinds
    if found:
        shown = "; ".join(f"{where} ({', '.join(kinds)})" for where, kinds in sorted(found.items())[:10])
        raise LeakError(f"{len(found)} texts still hold personal information, nothing was released: {shown}")


def _record_ids(folder: Path) -> frozenset[str]:
    """Return the ledger's own numbers, which a briefing lists and which may look like telephone numbers."""
    path = folder / "petitions.parquet"
    return frozenset(pd.read_parquet(path, columns=["record_id"])["record_id"]) if path.exists() else frozenset()


def texts_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield (place, text) of every text that leaves with a run folder; the place holds no text."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        read = _READERS.get(path.suffix)
        if read:
            yield from ((f"{path.relative_to(folder).as_posix()}: {where}", text) for where, text in read(path))


def _parquet(path: Path) -> Iterator[tuple[str, str]]:
    yield from _rows(pd.read_parquet(path))


def _csv(path: Path) -> Iterator[tuple[str, str]]:
    yield from _rows(pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig"))


def _rows(table: pd.DataFrame) -> Iterator[tuple[str, str]]:
    names = [c for c in table if c not in _OWN and not _is_number(table[c])]
    ids = table["record_id"] if "record_id" in table else table.index.astype(str)
    for name in names:
        yield from ((f"{i} {name}", text) for i, text in zip(ids, table[name], strict=True) if isinstance(text, str) and text)


def _is_number(column: pd.Series) -> bool:
    """Tell whether a column holds numbers or times, also where a CSV gives them as text."""
    if not pd.api.types.is_string_dtype(column):
        return True
    filled = column[column.notna() & (column != "")]
    return bool(filled.str.fullmatch(r"-?\d{1,10}(?:\.\d+)?(?:e-?\d+)?").all())


def _json(path: Path) -> Iterator[tuple[str, str]]:
    if path.name != "manifest.json":
        yield from _leaves(json.loads(path.read_text(encoding="utf-8")), "")


def _leaves(node, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield from _leaves(value, f"{where}.{name}")
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from _leaves(value, f"{where}[{i}]")
    elif isinstance(node, str):
        yield where, node


def _pdf(path: Path) -> Iterator[tuple[str, str]]:
    from pypdf import PdfReader

    reader = PdfReader(path)
    yield from ((f"metadata {name}", str(value)) for name, value in (reader.metadata or {}).items() if "Date" not in name)
    yield from ((f"page {n}", page.extract_text()) for n, page in enumerate(reader.pages, 1))


_READERS = {".parquet": _parquet, ".csv": _csv, ".json": _json, ".pdf": _pdf}
