"""What a committed notebook must keep to: each rule returns what is wrong, in words, or nothing."""

import ast
import re
from collections.abc import Iterator
from html import unescape

import minelib
from minelib.notebooks import KERNEL, normalise
from minelib.redact import scan

TAGS = {"parameters", "briefing", "nbval-ignore-output"}
MIMES = {"text/plain", "text/html", "text/markdown", "image/png"}
MOST_LINES, MOST_BYTES, MOST_CODE_IN_A_ROW = 12, 500_000, 2
# Folders of one machine, addresses of one process, anything fetched.
MACHINE = re.compile(
    r"(?<![\w.])/(?:home|root|Users|tmp|private|var|opt|usr|work|mnt)/"
    r"|[A-Z]:\\|site-packages|\bat 0x[0-9a-f]{6,}"
)
FETCHED = re.compile(r"<script|https?://|src=[\"']?//", re.I)


def codes(book):
    return [c for c in book.cells if c.cell_type == "code"]


def words(cell) -> Iterator[str]:
    """Yield what a reader of the cell sees, outputs included, without markup and pictures."""
    yield cell.source
    for output in cell.get("outputs", []):
        yield output.get("text", "")
        for mime, content in output.get("data", {}).items():
            if mime == "text/html":
                yield unescape(re.sub(r"<style.*?</style>|<[^>]+>", " ", content, flags=re.S))
            elif mime.startswith("text/"):
                yield content


def run_in_order(book, stem):
    counts = [c.execution_count for c in codes(book)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"execution counts {counts}: run it from a fresh kernel, all cells"


def clean_outputs(book, stem):
    for cell in codes(book):
        for output in cell.outputs:
            if output.output_type == "error" or output.get("name") == "stderr":
                yield f"{cell.id}: {output.get('name', 'error')} output"
            if FETCHED.search(output.get("data", {}).get("text/html", "")):
                yield f"{cell.id}: an output runs a script or fetches"
            for mime in set(output.get("data", {})) - MIMES:
                yield f"{cell.id}: output of type {mime}"


def metadata(book, stem):
    if book.metadata.get("kernelspec") != KERNEL:
        yield f"kernelspec {book.metadata.get('kernelspec')}"
    for key in set(book.metadata) - {"kernelspec", "language_info", "briefing"}:
        yield f"metadata {key}"
    for cell in book.cells:
        for tag in set(cell.metadata.get("tags", [])) - TAGS:
            yield f"{cell.id}: tag {tag}"
        for key in set(cell.metadata) - {"tags"}:
            yield f"{cell.id}: metadata {key}"


def ids(book, stem):
    found = [c.id for c in book.cells]
    if found != [f"{stem.split('_')[0]}-{n:02d}" for n in range(1, len(found) + 1)]:
        yield f"cell ids {found}: make refresh sets them"


def as_refreshed(book, stem):
    before = str(book)
    if str(normalise(book, stem)) != before:
        yield "something a refresh would take away"


def one_parameters_cell(book, stem):
    cells = codes(book)
    tagged = [c for c in cells if "parameters" in c.metadata.get("tags", [])]
    if tagged != cells[:1]:
        yield "the first code cell, and no other, is tagged parameters"
    for cell in tagged:
        for line in ast.parse(cell.source).body:
            if not (isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant)):
                yield f"{cell.id}: a parameter is NAME = literal, not {ast.unparse(line)}"


def short_cells(book, stem):
    for cell in codes(book):
        if len(cell.source.splitlines()) > MOST_LINES:
            yield f"{cell.id}: {len(cell.source.splitlines())} lines"
        if not cell.source.strip():
            yield f"{cell.id}: empty"


def story_only(book, stem):
    """A notebook tells; what is defined belongs in the library, and only its public names are used."""
    for cell in codes(book):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
                yield f"{cell.id}: defines {getattr(node, 'name', 'a lambda')}"
            elif isinstance(node, ast.Attribute):
                known = ast.unparse(node.value) != "ml" or node.attr in minelib.__all__
                if node.attr.startswith("_") or not known:
                    yield f"{cell.id}: {ast.unparse(node)} is not public"
            elif isinstance(node, ast.ImportFrom) and "._" in ".".join(["", node.module, *_names(node)]):
                yield f"{cell.id}: private import from {node.module}"


def _names(node: ast.ImportFrom) -> list[str]:
    return [alias.name for alias in node.names]


def prose_first(book, stem):
    first = book.cells[0]
    if first.cell_type != "markdown" or not re.match(rf"# .*(?:{stem.split('_')[1]})", first.source):
        yield f"the first cell is no title: # {stem.split('_')[0]} {stem.split('_')[1]}"
    if not re.search(r"^\*[A-Z][^*]+\.\*$", first.source, re.M):
        yield "the first cell has no one-line English summary in italics"
    if book.cells[-1].cell_type != "markdown" or "局限" not in book.cells[-1].source:
        yield "the last cell tells no limits (局限)"
    kinds = "".join(_kind(cell) for cell in book.cells)
    if "c" * (MOST_CODE_IN_A_ROW + 1) in kinds:
        yield f"more than {MOST_CODE_IN_A_ROW} code cells without a sentence between"
    for cell, before in zip(book.cells[1:], book.cells, strict=False):
        if "nbval-ignore-output" in cell.metadata.get("tags", []) and before.cell_type != "markdown":
            yield f"{cell.id}: an output that is not compared needs its reason in prose above"


def _kind(cell) -> str:
    """Say m for prose, p for the parameters, c for other code."""
    if cell.cell_type == "markdown":
        return "m"
    return "p" if "parameters" in cell.metadata.get("tags", []) else "c"


def no_machine(book, stem):
    for cell in book.cells:
        for text in words(cell):
            if found := MACHINE.search(text):
                yield f"{cell.id}: {found.group()}"


def nobody(book, stem):
    for cell in book.cells:
        for text in words(cell):
            if text is cell.source and ".redact(" in text:
                continue  # an invented example, there to be masked
            for span in scan(text):
                yield f"{cell.id}: {span.kind}"


RULES = [
    run_in_order, clean_outputs, metadata, ids, as_refreshed, one_parameters_cell, short_cells, story_only,
    prose_first, no_machine, nobody,
]  # fmt: skip
