"""Set a document of blocks as PDF bytes, with typst, offline.

A document is plain data: `title`, `date` (ISO), optionally `head`, and `blocks`, each with a `kind`
(title, heading, para, quote, note, list, code, table, form, figure, pagebreak). A text is a string, or a
list of runs `{"text", "bold", "italic", "code"}`. Text goes over as JSON, so nothing in it acts as markup.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from minelib.errors import MinelibError
from minelib.fonts import check_glyphs, resolve_fonts

# PDF/A-2a is 2b with tags; PDF/UA-1 makes the tags usable for a screen reader.
STANDARDS = ["a-2a", "ua-1"]


def typeset(document: Mapping, images: Mapping[str, bytes] | None = None) -> bytes:
    """Return `document` as a PDF; the same document gives the same bytes on the same machine.

    Parameters
    ----------
    document : mapping
    images : mapping of str to bytes, optional
        File name → content, for the figures the document names.

    Raises
    ------
    MinelibError
        When a character has no glyph (named by code point), or the document cannot be set.
    """
    return _compiled(document, images or {}, format="pdf", pdf_standards=STANDARDS)


def page_images(
    document: Mapping, images: Mapping[str, bytes] | None = None, *, ppi: float = 96
) -> list[bytes]:
    """Return the pages of `document` as PNG bytes, to look at or to measure; arguments as for `typeset`."""
    pages = _compiled(document, images or {}, format="png", ppi=ppi)
    return pages if isinstance(pages, list) else [pages]


def _compiled(document: Mapping, images: Mapping[str, bytes], **output):
    """Run typst over a folder that holds nothing but the template and the images."""
    import typst

    check_glyphs("".join(_strings(document)), where="briefing")
    fonts = resolve_fonts()
    payload = dict(document) | {
        "fonts": _families(),
        "stroked": fonts["小标宋"].substituted,
        "date": [int(part) for part in document["date"].split("-")],
    }
    with tempfile.TemporaryDirectory(prefix="minelib-") as folder:
        root = Path(folder)
        template = (files(__package__) / "templates" / "document.typ").read_bytes()
        (root / "document.typ").write_bytes(template)
        for name, content in images.items():
            (root / name).write_bytes(content)
        try:
            return typst.compile(
                root / "document.typ",
                root=root,
                font_paths=sorted({str(font.path.parent) for font in fonts.values()}),
                ignore_system_fonts=True,
                sys_inputs={"document": json.dumps(payload, ensure_ascii=False)},
                **output,
            )
        except typst.TypstError as error:
            raise MinelibError(f"the briefing could not be typeset: {error}") from error


def _families() -> dict[str, list[str]]:
    """Return role → families to try, the role's own first."""
    fonts = resolve_fonts()
    every = [font.family for font in fonts.values()]
    return {role: list(dict.fromkeys([font.family, *every])) for role, font in fonts.items()}


def _strings(value) -> Iterator[str]:
    """Walk every string of plain data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)
