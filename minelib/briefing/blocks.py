"""The blocks a document is made of, each a small mapping; see `typeset` for their kinds."""

from collections.abc import Iterable, Mapping, Sequence

from minelib.plots import FIGURES

Block = dict


def heading(template: str, level: int = 1, *, numbered: bool = True) -> Block:
    """Return a heading."""
    return {"kind": "heading", "level": level, "template": template, "numbered": numbered}


def paras(templates: Iterable[str]) -> list[Block]:
    """Return one paragraph a sentence template."""
    return [{"kind": "para", "template": template} for template in templates]


def notes(facts: Mapping, templates: Iterable[str]) -> list[Block]:
    """Return small print: sentence templates, then the notes of the facts."""
    fixed = [{"kind": "note", "text": text} for text in facts["notes"].values()]
    return [*({"kind": "note", "template": template} for template in templates), *fixed]


def table(columns: Sequence[str], rows: list[list[str]], widths: Sequence[float], **more) -> Block:
    """Return a table; `right` names the columns of numbers, `caption` stands above it."""
    return {"kind": "table", "columns": list(columns), "rows": rows, "widths": list(widths), **more}


def form(rows: list) -> Block:
    """Return a form of (name, lines); a name without a line is left out."""
    return {"kind": "form", "rows": [[name, lines] for name, lines in rows if any(lines)]}


def figure(kind: str, figures: Mapping[str, str]) -> list[Block]:
    """Return the figure where it was drawn."""
    if kind not in figures:
        return []
    caption = FIGURES[kind].caption
    alt = f"{caption}。数据见运行目录中同名的表格文件。"
    return [{"kind": "figure", "file": figures[kind], "caption": caption, "alt": alt}]
