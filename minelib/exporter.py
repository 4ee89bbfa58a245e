"""A notebook as a briefing, from JupyterLab's export menu or `jupyter nbconvert --to SupervisionBriefing`.

Only the cells tagged `briefing` are set, without their code. No cell is ever run: what is exported is
what was saved. A notebook with cells unrun or failed, or with personal information in what would be set, is
refused.
"""

import base64
import copy
import re
from collections.abc import Iterator, Mapping

from nbconvert.exporters.exporter import Exporter
from nbconvert.utils.exceptions import ConversionException

from minelib.errors import LeakError, MinelibError

TAG = "briefing"
UNDATED = "1970-01-01"  # PDF/A wants a date; a clock would change the bytes
_IMAGES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}


_RUN, _RUN_EN = "请“运行全部单元格”并保存后再导出", "run all cells and save."


class RefusedError(ConversionException, MinelibError):
    """The notebook cannot go out as it is; one line in Chinese and English says why and what to do."""


class SupervisionBriefingExporter(Exporter):
    """Export the cells tagged `briefing` of an executed notebook as a briefing in PDF.

    The head comes from the notebook's metadata, `{"briefing": {"masthead", "office", "issue", "date",
    "recipients"}}`, the title from its first heading.
    """

    export_from_notebook = "Supervision Briefing"
    output_mimetype = "application/pdf"

    def _file_extension_default(self):
        return ".pdf"

    def from_notebook_node(self, nb, resources=None, **kw):
        """Return the PDF's bytes and the resources; no preprocessor runs, so that none can execute a cell.

        Raises
        ------
        RefusedError
        """
        from minelib.briefing.typeset import typeset  # here: Lab makes every exporter to fill its menu

        resources = self._init_resources(resources)
        resources["output_extension"] = ".pdf"
        for name in ("outputs", "attachments"):  # with either, the server would answer with a zip
            resources.pop(name, None)
        name = resources["metadata"].get("name") or "notebook"
        document, images = notebook_document(nb, name=name)
        try:
            return typeset(document, images), resources
        except MinelibError as error:
            raise RefusedError(f"无法排版，请按提示修改后再导出。{error}") from error


def notebook_document(nb, *, name: str) -> tuple[dict, dict[str, bytes]]:
    """Return the document of a notebook's tagged cells and the images it names.

    Raises
    ------
    RefusedError
        When a code cell was not run or failed, no cell is tagged, or personal information would leave.
    """
    _refuse_unfinished(nb.cells)
    cells = [cell for cell in nb.cells if _is_set(cell)]
    if not cells:
        raise RefusedError(
            f"没有标记为“{TAG}”的单元格，请给要导出的单元格加此标签 / no cell is tagged '{TAG}'."
        )
    images: dict[str, bytes] = {}
    made = [list(_cell_blocks(cell, images)) for cell in cells]
    head = _head(nb.metadata.get(TAG, {}))
    _refuse_leaks({"name": name, "head": head}, dict(zip(_places(nb.cells), made, strict=True)), images)
    blocks = [block for several in made for block in several]
    title = name
    if blocks and blocks[0]["kind"] == "heading" and blocks[0]["level"] == 1:
        title = _plain(blocks.pop(0)["text"])
    for block in blocks:  # the title took level one
        if block["kind"] == "heading":
            block["level"] = max(1, block["level"] - 1)
    blocks.insert(0, {"kind": "title", "text": title})
    document = {"title": title, "date": UNDATED, "blocks": blocks, **head}
    return document, images


def _refuse_unfinished(cells) -> None:
    """Refuse code cells that were not run or ended in an error, naming the first by its place."""
    for place, cell in enumerate(cells, start=1):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        if cell.execution_count is None:
            raise RefusedError(f"第{place}个单元格尚未运行，{_RUN} / cell {place} was not run: {_RUN_EN}")
        if any(output.output_type == "error" for output in cell.outputs):
            raise RefusedError(
                f"第{place}个单元格运行出错，请改正后{_RUN} / cell {place} failed: mend it, {_RUN_EN}"
            )


def _is_set(cell) -> bool:
    return TAG in cell.metadata.get("tags", [])


def _places(cells) -> list[str]:
    return [f"cell {place}" for place, cell in enumerate(cells, start=1) if _is_set(cell)]


def _refuse_leaks(about: Mapping, blocks: Mapping[str, list], images: Mapping[str, bytes]) -> None:
    """Have the leak gate read what would be set; the message names cells and kinds, never the text."""
    from minelib.gate import check_texts, png_texts, words

    told = {**about, **blocks}
    texts = [(place, text) for place, value in told.items() for text in _texts(value)]
    for name, content in images.items():
        within = words(content.decode("utf-8", "replace")) if name.endswith(".svg") else png_texts(content)
        texts += [(name, text) for _, text in within] if not name.endswith(".jpg") else []
    try:
        check_texts(texts)
    except LeakError as error:
        raise RefusedError(f"含有未脱敏的个人信息，请脱敏后{_RUN} / redact, {_RUN_EN} {error}") from None


def _cell_blocks(cell, images: dict[str, bytes]) -> Iterator[dict]:
    """Return the blocks of one cell: its prose, or its outputs without the code."""
    from minelib.briefing.markup import markdown_blocks

    if cell.cell_type == "markdown":
        attached = {
            name: next(iter(bundle.items())) for name, bundle in cell.get("attachments", {}).items() if bundle
        }
        for block in markdown_blocks(cell.source):
            yield from _attached(block, attached, images) if block["kind"] == "figure" else [block]
    elif cell.cell_type == "code":
        for output in cell.outputs:
            yield from _output_blocks(output, images)


def _attached(block: dict, attached: Mapping, images: dict[str, bytes]) -> Iterator[dict]:
    """Return the figure of a cell's attachment; an image elsewhere is not fetched."""
    found = attached.get(block["file"].removeprefix("attachment:"))
    if found and found[0] in _IMAGES:
        yield _figure(found[0], found[1], block["caption"], images)


def _output_blocks(output, images: dict[str, bytes]) -> Iterator[dict]:
    """Return the blocks of one output: figure, table, prose or plain text, the richest it offers."""
    from minelib.briefing.markup import html_tables, markdown_blocks
    from minelib.tables import NAMES

    if output.output_type == "stream":
        if output.name == "stdout":
            yield {"kind": "code", "text": output.text.rstrip()}
        return
    data = output.get("data", {})
    mime = next((mime for mime in _IMAGES if mime in data), None)
    if mime:
        yield _figure(mime, data[mime], output.metadata.get("caption", ""), images)
    elif tables := html_tables(_joined(data.get("text/html", "")), names=NAMES):
        yield from tables
    elif "text/markdown" in data:
        yield from markdown_blocks(_joined(data["text/markdown"]))
    elif "text/plain" in data:
        yield {"kind": "code", "text": _joined(data["text/plain"])}


def _figure(mime: str, content, caption: str, images: dict[str, bytes]) -> dict:
    """Keep an image under a name of its own and return its block."""
    content = _joined(content)
    name = f"figure{len(images) + 1}.{_IMAGES[mime]}"
    images[name] = content.encode() if mime == "image/svg+xml" else base64.b64decode(content)
    return {"kind": "figure", "file": name, "caption": caption, "alt": caption or f"图{len(images)}"}


def _head(settings: Mapping) -> dict:
    """Return the document's head and date, where the notebook's metadata give them."""
    given = {
        name: str(settings.get(name, "")) for name in ("masthead", "office", "issue", "recipients", "date")
    }
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", given["date"]):
        given["date"] = ""
    dated = {"date": given["date"]} if given["date"] else {}
    if not given["masthead"]:
        return dated
    year, month, day = (given["date"] or "--").split("-")
    given["day"] = f"{year}年{int(month)}月{int(day)}日" if year else ""
    return {"head": copy.copy(given), **dated}


def _joined(content) -> str:
    """Join the lines of a field that nbformat may keep as a list."""
    return content if isinstance(content, str) else "".join(content)


def _plain(text) -> str:
    """Return the words of a text, its runs joined."""
    return text if isinstance(text, str) else "".join(run["text"] for run in text)


def _texts(value) -> Iterator[str]:
    """Walk the words of blocks, runs joined so that no name is cut in two."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        if value and all(
            isinstance(item, Mapping) and set(item) >= {"text"} and "kind" not in item for item in value
        ):
            yield _plain(value)
        else:
            for item in value:
                yield from _texts(item)
