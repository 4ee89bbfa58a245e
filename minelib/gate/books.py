"""The texts of tables: parquet, CSV, workbooks; and of Word files, packages of the same make."""

import re
import zipfile
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import pandas as pd

from minelib.errors import LeakError
from minelib.gate.markup import words
from minelib.gate.trees import Text

# Columns that hold no text of anybody's: codes, counts and dates of our own making.
_OWN = {
    "record_id", "petitioner_id", "matter_id", "issue_id", "linked_to", "class_code", "second_class",
    "class_evidence", "exemplar", "exemplars",
}  # fmt: skip
_KEYS = ("record_id", "matter_id", "issue_id")  # what names a row, the first that is there
_BLOCK = 20_000  # rows held at once
_NUMBER = r"-?\d{1,10}(?:\.\d+)?(?:e-?\d+)?"
_DAY = r"\d{4}-\d\d(?:-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?)?"
_PLAIN = re.compile(f"(?:{_NUMBER}|{_DAY})?")
# Parts of a package that hold cells read otherwise, or form only.
_SHEETS = re.compile(
    r"xl/(?:worksheets/[^/]*|sharedStrings|styles|theme/[^/]*|workbook)\.xml|.*Content_Types.*"
)
_FORM = re.compile(
    r"word/(?:styles|settings|webSettings|fontTable|numbering|theme/[^/]*)\.xml|.*Content_Types.*"
)
_PICTURE = re.compile(r".*\.(?:png|jpe?g|gif|emf|wmf)")
_CELLS = re.compile(r"<sheetData\b.*</sheetData>", re.S)
_FORMULA = re.compile(r"<f\b[^>]*>([^<]+)</f>")


def parquet_file(path: Path, before: Path | None = None) -> Iterator[Text]:
    """Yield the texts of a parquet table, read a block of rows at a time, only the columns that hold text.

    What stands in the same row and column of a file read `before` is left out.
    """
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    names = [f.name for f in file.schema_arrow]
    yield from ((f"column {n} name", name) for n, name in enumerate(names, 1))
    told = [f.name for f in file.schema_arrow if _may_tell(f.type) and f.name not in _OWN]
    key = next((k for k in _KEYS if k in names), None)
    columns = [key] * bool(key) + [c for c in told if c != key]
    earlier = pq.ParquetFile(before).iter_batches(_BLOCK, columns=columns) if before else ()
    for batch, known in zip_longest(file.iter_batches(_BLOCK, columns=columns), earlier):
        if batch is not None:
            earlier_rows = None if known is None else known.to_pandas()
            yield from _rows(batch.to_pandas(), key, _unlike(batch, known, told), earlier_rows)


def _unlike(batch, known, columns: list[str]) -> list[str]:
    """Return the columns that say anything else than they are known to: most say just the same."""
    if known is None:
        return columns
    there = known.schema.names
    return [c for c in columns if c not in there or not batch.column(c).equals(known.column(c))]


def _may_tell(kind) -> bool:
    import pyarrow.types as t

    known = (t.is_integer, t.is_floating, t.is_boolean, t.is_temporal, t.is_null)
    return not any(is_kind(kind) for is_kind in known)


def csv_file(path: Path) -> Iterator[Text]:
    """Yield the texts of a CSV file, its header's too, a block of rows at a time."""
    options = {"dtype": str, "keep_default_na": False, "encoding": "utf-8-sig", "chunksize": _BLOCK}
    for n, table in enumerate(pd.read_csv(path, **options)):
        if not n:
            yield from ((f"column {i} name", str(name)) for i, name in enumerate(table, 1))
        key = next((k for k in _KEYS if k in table), None)
        yield from _rows(table, key, [c for c in table if c not in _OWN])


def _rows(
    table: pd.DataFrame, key: str | None, columns: list[str], before: pd.DataFrame | None = None
) -> Iterator[Text]:
    """Yield each different text of a block's columns once, named by the first row it stands in.

    Cells that say what they said `before` are left out.
    """
    names = table[key] if key else table.index.to_series()
    for column in columns:
        cells = table[column].dropna()
        if before is not None and column in before:
            cells = cells[cells.ne(before[column].reindex(cells.index))]
        cells = cells.astype(str).drop_duplicates()
        for name, text in zip(names[cells.index].tolist(), cells.tolist(), strict=True):
            if not _PLAIN.fullmatch(text):
                yield f"{name} {column}", text


def workbook_file(path: Path) -> Iterator[Text]:
    """Yield the texts of a workbook: names and cells of sheets, what stands beside them, every other part."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(path)
    for n, name in enumerate(book.sheet_names, 1):
        yield f"sheet {n} name", name
        for r, row in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False), 1):
            for c, value in enumerate(row, 1):
                if isinstance(value, str) and not _PLAIN.fullmatch(value):
                    yield f"sheet {n} row {r} column {c}", value
    yield from _beside_cells(path)
    yield from _parts(path, _SHEETS)


def _beside_cells(path: Path) -> Iterator[Text]:
    """Yield what sheets say beside their values: formulas, headers and footers, tips, prompts, defined names."""
    with zipfile.ZipFile(path) as package:
        for name in sorted(
            n for n in package.namelist() if n.startswith(("xl/worksheets/sheet", "xl/workbook"))
        ):
            markup = package.read(name).decode("utf-8", "replace")
            yield from ((f"{name} formula {n}", t) for n, t in enumerate(_FORMULA.findall(markup), 1))
            yield from ((f"{name} {where}", text) for where, text in words(_CELLS.sub("", markup)))


def word_file(path: Path) -> Iterator[Text]:
    """Yield the texts of a Word file."""
    yield from _parts(path, _FORM)


def _parts(path: Path, known: re.Pattern) -> Iterator[Text]:
    with zipfile.ZipFile(path) as package:
        for name in sorted(package.namelist()):
            if known.fullmatch(name) or _PICTURE.fullmatch(name) or name.endswith("/"):
                continue
            if not name.endswith((".xml", ".rels", ".vml")):
                raise LeakError(
                    f"{path.name} holds a part of a kind that cannot be checked, so it must not leave"
                )
            yield f"{name} name", name
            markup = package.read(name).decode("utf-8", "replace")
            if name.startswith("docProps/"):  # each property is a text of its own
                markup = markup.replace("</", "<p></p></")
            yield from ((f"{name} {where}", text) for where, text in words(markup))
