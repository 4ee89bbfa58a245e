"""Read markdown and HTML tables, as notebooks hold them, into the blocks a document is made of."""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser

_NUMBERED = re.compile(
    r"^(?:[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|\d+(?:\.\d+)*[.、\s]|附件)"
)
# Half-width characters of 五号 in the type area, the most a column may claim of them, and one that never wraps.
_LINE, _WIDEST, _NARROW = 80, 36, 14
_NUMBER = re.compile(r"[-+]?[\d,.]*%?")


def markdown_blocks(source: str) -> list[dict]:
    """Return the blocks of a markdown text.

    >>> [block["kind"] for block in markdown_blocks("# 题\\n\\n正文\\n\\n- 一\\n- 二")]
    ['heading', 'para', 'list']
    """
    import mistune

    read = mistune.create_markdown(renderer="ast", plugins=["table", "strikethrough"])
    return [block for node in read(source) for block in _node_blocks(node)]


def html_tables(source: str, *, names: Mapping[str, str] | None = None) -> list[dict]:
    """Return the tables of an HTML text, such as pandas gives for a frame; `names` puts its heads into words.

    >>> html_tables("<table><tr><th>类别</th></tr><tr><td>工资</td></tr></table>")[0]["rows"]
    [['工资']]
    """
    reader = _TableReader()
    reader.feed(source)
    return [table for rows, head in reader.tables if (table := _table(rows, head, names or {}))]


def _node_blocks(node: dict) -> Iterator[dict]:
    """Turn one node of mistune's tree into blocks."""
    kind = node["type"]
    if kind == "heading":
        runs = list(_runs(node))
        numbered = not _NUMBERED.match("".join(run["text"] for run in runs))
        yield {"kind": "heading", "level": node["attrs"]["level"], "text": runs, "numbered": numbered}
    elif kind in ("paragraph", "block_text"):
        yield from _paragraph(node)
    elif kind == "list":
        yield {"kind": "list", "items": list(_items(node))}
    elif kind == "block_quote":
        for child in node["children"]:
            for block in _node_blocks(child):
                yield block | {"kind": "quote"} if block["kind"] == "para" else block
    elif kind == "block_code":
        yield {"kind": "code", "text": node["raw"].rstrip("\n")}
    elif kind == "table":
        yield from _markdown_table(node)
    elif kind == "block_html":
        yield from html_tables(node["raw"])


def _paragraph(node: dict) -> Iterator[dict]:
    """Return a paragraph, and the images in it as figures after it."""
    runs = list(_runs(node))
    if any(run["text"].strip() for run in runs):
        yield {"kind": "para", "text": runs}
    for child in node["children"]:
        if child["type"] == "image":
            caption = "".join(run["text"] for run in _runs(child))
            yield {"kind": "figure", "file": child["attrs"]["url"], "caption": caption, "alt": caption}


def _runs(node: dict, **style: bool) -> Iterator[dict]:
    """Walk the words of a node with their emphasis."""
    for child in node.get("children", []):
        kind = child["type"]
        if kind in ("text", "codespan", "inline_html"):
            if kind != "inline_html":
                yield {"text": child["raw"], **style, **({"code": True} if kind == "codespan" else {})}
        elif kind == "softbreak":
            yield {"text": "", **style}  # a Chinese line break is no space
        elif kind == "linebreak":
            yield {"text": "\n", **style}
        elif kind != "image":
            extra = {"strong": {"bold": True}, "emphasis": {"italic": True}}.get(kind, {})
            yield from _runs(child, **style, **extra)


def _items(node: dict) -> Iterator[list[dict]]:
    """Walk the items of a list, those of lists inside it after their own; ordered ones with their number."""
    ordered = node["attrs"]["ordered"]
    for number, item in enumerate(node["children"], start=node["attrs"].get("start", 1)):
        mark = f"{number}. " if ordered else "· "
        for child in item["children"]:
            if child["type"] == "list":
                yield from _items(child)
            elif runs := list(_runs(child)):
                yield [{"text": mark}, *runs]
                mark = ""


def _markdown_table(node: dict) -> Iterator[dict]:
    """Return the table of a table node."""
    head, *bodies = node["children"]
    columns = [list(_runs(cell)) for cell in head["children"]]
    rows = [[list(_runs(cell)) for cell in row["children"]] for body in bodies for row in body["children"]]
    right = [k for k, cell in enumerate(head["children"]) if cell["attrs"]["align"] == "right"]
    yield {"kind": "table", "columns": columns, "rows": rows, "right": right}


def _table(rows: list[list[str]], head: int, names: Mapping[str, str]) -> dict | None:
    """Return a table block of rows of which the first `head` are its head; columns of numbers go right."""
    if not rows:
        return None
    n = max(map(len, rows))
    rows = [row + [""] * (n - len(row)) for row in rows]
    head = max(1, head)
    columns = [" ".join(filter(None, dict.fromkeys(names))) for names in zip(*rows[:head], strict=True)]
    body = rows[head:]
    if not columns[0] and [row[0] for row in body] == [str(k) for k in range(len(body))]:
        columns, body = columns[1:], [row[1:] for row in body]  # pandas' own row numbers say nothing
    columns = [names.get(column, column) for column in columns]
    right = [k for k, cells in enumerate(zip(*body, strict=True)) if all(map(_NUMBER.fullmatch, cells))]
    return {"kind": "table", "columns": columns, "rows": body, "right": right, **_shares(columns, body)}


def _shares(columns: list[str], rows: list[list[str]]) -> dict:
    """Let the columns of words share what the others leave of a line too short for all; 0 takes what it needs."""
    lengths = [[len(cell) + sum(char > "⺀" for char in cell) for cell in line] for line in [columns, *rows]]
    widest = [max(column) + 2 for column in zip(*lengths, strict=True)]
    if sum(widest) <= _LINE:
        return {}
    narrow = [0 if width <= _NARROW else min(width, _WIDEST) for width in widest]
    left = _LINE - sum(width for width, share in zip(widest, narrow, strict=True) if not share)
    return {"widths": narrow if left > _LINE // 5 else [min(width, _WIDEST) for width in widest]}


class _TableReader(HTMLParser):
    """Gather the cells of every table: (rows, how many of them stand in the head)."""

    def __init__(self):
        super().__init__()
        self.tables: list[tuple[list[list[str]], int]] = []
        self._rows: list[list[str]] | None = None
        self._cell: list[str] | None = None
        self._span, self._head, self._in_head = 1, 0, False

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self._rows, self._head = [], 0
        elif self._rows is None:
            return
        elif tag == "thead":
            self._in_head = True
        elif tag == "tr":
            self._rows.append([])
            self._head += self._in_head
        elif tag in ("th", "td") and self._rows:
            self._cell = []
            self._span = int(dict(attrs).get("colspan") or 1)

    def handle_data(self, data):
        if self._cell is not None:
            self._cell.append(data)

    def handle_endtag(self, tag):
        if tag in ("th", "td") and self._cell is not None:
            self._rows[-1] += ["".join(self._cell).strip()] * self._span
            self._cell = None
        elif tag == "thead":
            self._in_head = False
        elif tag == "table" and self._rows is not None:
            self.tables.append((self._rows, self._head))
            self._rows = None
