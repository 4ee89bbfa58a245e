"""Every text in the files that leave, with the place where it stands; the place itself holds no text.

A file of a kind that cannot be read here does not leave.
"""

import html
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pandas as pd

from minelib.errors import LeakError

Text = tuple[str, str]

# Columns that hold no text of anybody's: codes, counts and dates of our own making.
_OWN = {
    "petitioner_id", "matter_id", "issue_id", "linked_to", "class_code", "second_class", "class_evidence",
    "exemplar", "exemplars",
}  # fmt: skip
_KEYS = ("record_id", "matter_id", "issue_id")  # what names a row, the first that is there
_NUMBER = r"-?\d{1,10}(?:\.\d+)?(?:e-?\d+)?"
_TAGS = re.compile(r"<[^>]*>")
_PARAGRAPH = re.compile(r"</(?:w:p|text|title|desc|p|div|td|th|li|h\d|si|comment)>|<br\s*/?>")
# Parts of a workbook beside its cells, and those of a Word file, in which somebody's words may stand.
_SHEET_PARTS = re.compile(r"docProps/.*\.xml|xl/(?:comments|drawings|threadedComments)[^/]*/?.*\.xml")
_WORD_PARTS = re.compile(r"docProps/.*\.xml|word/(?!styles|settings|fontTable|numbering)[^/]*\.xml")


def texts_of(folder: Path) -> Iterator[Text]:
    """Yield (place, text) of every text that leaves with a folder; hidden folders stay behind.

    Raises
    ------
    LeakError
        When a file is of a kind that cannot be read here.
    """
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder)
        if any(part.startswith(".") for part in name.parts):
            continue
        read = _READERS.get(path.suffix.lower())
        if read is None:
            raise LeakError(f"{name.as_posix()}: a file of this kind cannot be checked, so it must not leave")
        yield from ((f"{name.as_posix()}: {where}", text) for where, text in read(path) if text)


def _parquet(path: Path) -> Iterator[Text]:
    yield from _rows(pd.read_parquet(path))


def _csv(path: Path) -> Iterator[Text]:
    yield from _rows(pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig"))


def _rows(table: pd.DataFrame) -> Iterator[Text]:
    """Yield each different text of a column once, named by the first row it stands in."""
    key = next((k for k in _KEYS if k in table), None)
    names = table[key] if key else table.index
    for column in table:
        if column == "record_id" or column in _OWN or _is_number(table[column]):
            continue
        first = ~table[column].duplicated() & table[column].notna()
        for name, text in zip(names[first], table.loc[first, column], strict=True):
            yield f"{name} {column}", str(text)


def _is_number(column: pd.Series) -> bool:
    """Tell whether a column holds numbers or times, also where a CSV gives them as text."""
    if not (pd.api.types.is_string_dtype(column) or column.dtype == object):
        return True
    return bool(column.dropna().drop_duplicates().astype(str).str.fullmatch(f"(?:{_NUMBER})?").all())


def _workbook(path: Path) -> Iterator[Text]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(path)
    for n, name in enumerate(book.sheet_names, 1):
        yield f"sheet {n} name", name
        seen = set()
        for r, row in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False), 1):
            for c, value in enumerate(row, 1):
                if isinstance(value, str) and value not in seen:
                    seen.add(value)
                    yield f"sheet {n} row {r} column {c}", value
    yield from _parts(path, _SHEET_PARTS)


def _word(path: Path) -> Iterator[Text]:
    yield from _parts(path, _WORD_PARTS)


def _parts(path: Path, wanted: re.Pattern) -> Iterator[Text]:
    with zipfile.ZipFile(path) as package:
        for name in sorted(filter(wanted.fullmatch, package.namelist())):
            markup = package.read(name).decode("utf-8", "replace")
            if name.startswith("docProps/"):  # each property is a text of its own
                markup = markup.replace("</", "\n</")
            words = _words(markup)
            yield from ((f"{name} {where}", text) for where, text in words)


def _words(markup: str) -> Iterator[Text]:
    """Yield the words of XML or HTML, a paragraph at a time: a name cut by tags is one again."""
    for n, part in enumerate(_PARAGRAPH.split(markup), 1):
        yield f"paragraph {n}", html.unescape(_TAGS.sub("", part)).strip()


def _markup(path: Path) -> Iterator[Text]:
    yield from _words(path.read_text(encoding="utf-8"))


def _plain(path: Path) -> Iterator[Text]:
    for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        yield f"line {n}", line


def _json(path: Path) -> Iterator[Text]:
    tree = json.loads(path.read_text(encoding="utf-8"))
    digests = ("key", "petitions", "program", "segmenter") if path.name == "manifest.json" else ()
    yield from leaves({k: v for k, v in tree.items() if k not in digests} if digests else tree)


def leaves(node, where: str = "") -> Iterator[Text]:
    """Yield the strings of a JSON tree, the names of its fields too.

    >>> list(leaves({"a": ["x", 1]}))
    [(' field 1', 'a'), ('.a[0]', 'x')]
    """
    if isinstance(node, Mapping):
        for n, (name, value) in enumerate(node.items(), 1):
            yield f"{where} field {n}", str(name)
            yield from leaves(value, f"{where}.{name if str(name).isascii() else n}")
    elif isinstance(node, str):
        yield where, node
    elif isinstance(node, Iterable):
        for i, value in enumerate(node):
            yield from leaves(value, f"{where}[{i}]")


def _pdf(path: Path) -> Iterator[Text]:
    from pypdf import PdfReader

    reader = PdfReader(path)
    for name, value in (reader.metadata or {}).items():
        if "Date" not in name:
            yield f"metadata {name}", str(value)
    yield from ((f"outline {n}", str(item.title)) for n, item in enumerate(_flat(reader.outline), 1))
    for n, page in enumerate(reader.pages, 1):
        # Line by line: what stands in neighbouring cells and labels of figures is no one number. A name that
        # a line break cuts is whole in the facts.
        yield from (
            (f"page {n} line {i}", line) for i, line in enumerate(page.extract_text().splitlines(), 1)
        )


def _flat(outline) -> Iterator:
    for item in outline:
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield item


def _png(path: Path) -> Iterator[Text]:
    """Yield a picture's text chunks: what is drawn is checked by the table beside it."""
    data, at = path.read_bytes(), 8
    while at + 8 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if kind in (b"tEXt", b"iTXt", b"zTXt", b"eXIf"):
            chunk = data[at + 8 : at + 8 + size].replace(b"\0", b" ")
            yield f"chunk at {at}", chunk.decode("utf-8", "replace")
        at += size + 12


def notebook_texts(tree: Mapping) -> Iterator[Text]:
    """Yield what a saved notebook says: sources, outputs in every form, metadata; no picture's bytes."""
    yield from (("metadata" + where, text) for where, text in leaves(tree.get("metadata", {})))
    for n, cell in enumerate(tree.get("cells", []), 1):
        yield f"cell {n}", _joined(cell.get("source", ""))
        for output in cell.get("outputs", []):
            yield f"cell {n} output", _joined(output.get("text", ""))
            yield from ((f"cell {n} error", _joined(output.get(k, ""))) for k in ("evalue", "traceback"))
            for kind, content in output.get("data", {}).items():
                yield from ((f"cell {n} output {kind}", text) for text in _shown(kind, content))


def _shown(kind: str, content) -> Iterator[str]:
    if kind.startswith("image/") and "svg" not in kind:
        return
    if isinstance(content, Mapping):
        yield from (text for _, text in leaves(content))
    elif "html" in kind or "svg" in kind:
        yield from (text for _, text in _words(_joined(content)))
    else:
        yield _joined(content)


def _joined(content) -> str:
    """Join the lines of a field that nbformat may keep as a list."""
    return content if isinstance(content, str) else "".join(map(str, content))


def _notebook(path: Path) -> Iterator[Text]:
    yield from notebook_texts(json.loads(path.read_text(encoding="utf-8")))


_READERS = {
    ".parquet": _parquet, ".csv": _csv, ".json": _json, ".pdf": _pdf, ".xlsx": _workbook, ".docx": _word,
    ".svg": _markup, ".html": _markup, ".png": _png, ".ipynb": _notebook, ".txt": _plain, ".md": _plain,
}  # fmt: skip
