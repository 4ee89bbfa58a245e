"""The same document for offices that edit: Word, with the headings, tables, figures and fonts of the PDF."""

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO

from minelib.errors import MinelibError

# Names a Chinese Word knows; an office's machine has them even where this one has not.
_FACES = {
    "title": "方正小标宋简体",
    "body": "仿宋_GB2312",
    1: "黑体",
    2: "楷体_GB2312",
    3: "仿宋_GB2312",
    4: "仿宋_GB2312",
}
_MARKS = ("{}、", "（{}）", "{}.", "（{}）")
_HAN = "零一二三四五六七八九"


def to_word(document: Mapping, images: Mapping[str, bytes] | None = None) -> bytes:
    """Return `document` (see `compose`) as .docx bytes; the same document gives the same bytes.

    Parameters
    ----------
    document : mapping
    images : mapping of str to bytes, optional
        Figure file name → PNG bytes; Word does not take SVG.

    Raises
    ------
    MinelibError
        When python-docx is not installed; the message says how to install it.
    """
    try:
        import docx
    except ImportError as error:
        raise MinelibError("Word output needs python-docx: pip install python-docx") from error
    file = docx.Document()
    _set_page(file)
    file.core_properties.title, file.core_properties.author = document["title"], ""
    file.core_properties.created = file.core_properties.modified = datetime.fromisoformat(document["date"])
    if "head" in document:
        _masthead(file, document["head"])
    counters = [0] * 4
    for block in document["blocks"]:
        _WRITERS[block["kind"]](file, block, counters, images or {})
    if "head" in document:
        _imprint(file, document["head"])
    return _packed(file)


def _set_page(file) -> None:
    """Set page, margins and body type of GB/T 9704-2012 5.2, and the page number of 7.5."""
    from docx.enum.text import WD_LINE_SPACING
    from docx.shared import Mm, Pt

    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    normal = file.styles["Normal"]
    _face(normal, _FACES["body"], Pt(16))
    normal.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    normal.paragraph_format.line_spacing = Pt(28.95)
    normal.paragraph_format.space_after = Pt(0)
    _language(normal)
    _page_number(section)


def _page_number(section) -> None:
    """Write — 1 — in the footer, right on odd pages and left on even."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    section.different_first_page_header_footer = False
    section._document_part.settings.odd_and_even_pages_header_footer = True
    for footer, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        line = footer.paragraphs[0]
        line.alignment = side
        line.add_run("— ")
        _field(line, "PAGE")
        line.add_run(" —")
        for run in line.runs:
            _face(run, "宋体", _points(14))


def _field(line, code: str) -> None:
    """Add a field, such as the page number, that Word fills in."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for kind, text in (("begin", None), (None, code), ("end", None)):
        run = line.add_run()._r
        item = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            item.set(qn("w:fldCharType"), kind)
        else:
            item.text = text
        run.append(item)


def _face(styled, name: str, size=None) -> None:
    """Set the font of a run or style for Han and Latin alike."""
    from docx.oxml.ns import qn

    styled.font.name = name
    properties = styled._element.get_or_add_rPr()
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), name)
    if size is not None:
        styled.font.size = size


def _language(style) -> None:
    """Say that the text is Chinese, for spelling and for reading aloud."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")  # of Latin letters and digits: a number is not broken as Han is
    language.set(qn("w:eastAsia"), "zh-CN")
    style._element.get_or_add_rPr().append(language)


def _points(n: float):
    from docx.shared import Pt

    return Pt(n)


def _masthead(file, head: Mapping) -> None:
    """Write the red name, issue, office and day; the head of a 简报 is practice, not the standard."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import RGBColor

    name = file.add_paragraph()
    name.alignment = WD_ALIGN_PARAGRAPH.CENTER
    name.paragraph_format.line_spacing = 1.0
    run = name.add_run(head["masthead"])
    _face(run, _FACES["title"], _points(min(42, 442 / max(1, len(head["masthead"])))))
    run.font.color.rgb = RGBColor(0xC8, 0x10, 0x2E)
    if head["issue"]:
        file.add_paragraph(head["issue"]).alignment = WD_ALIGN_PARAGRAPH.CENTER
    line = file.add_paragraph(f"{head['office']}\t{head['day']}")
    _to_both_sides(line)
    _rule(line, bottom=16, colour="C8102E")


def _imprint(file, head: Mapping) -> None:
    """Write 版记 (7.4): rules of 0.35 mm outside and 0.25 mm between, in 4号, last on the page."""
    told = [f"分送：{head['recipients']}"] if head["recipients"] else []
    told += [f"{head['office']}\t{head['day']}印发"] if head["office"] else []
    for n, text in enumerate(told):
        line = file.add_paragraph()
        line.paragraph_format.space_before = _points(0 if n else 24)
        line.paragraph_format.left_indent = line.paragraph_format.right_indent = _points(14)
        _add_runs(line, text, size=14)
        _to_both_sides(line)
        _rule(line, top=6 if n else 8, bottom=8 if n + 1 == len(told) else 6)


def _to_both_sides(line) -> None:
    """Let a tab push what follows it to the right edge."""
    from docx.enum.text import WD_TAB_ALIGNMENT

    line.paragraph_format.tab_stops.add_tab_stop(_points(442), WD_TAB_ALIGNMENT.RIGHT)


def _rule(line, *, colour: str = "000000", **edges: int) -> None:
    """Draw rules at the edges of a paragraph, their width in eighths of a point."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:pBdr")
    for edge, width in edges.items():
        border = OxmlElement(f"w:{edge}")
        for name, value in (("val", "single"), ("sz", width), ("space", 4), ("color", colour)):
            border.set(qn(f"w:{name}"), str(value))
        borders.append(border)
    properties = line._p.get_or_add_pPr()
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _para(file, block, counters, images, *, face: str | None = None, size: float = 16, indent: float = 32):
    """Write a paragraph of runs."""
    line = file.add_paragraph()
    line.paragraph_format.first_line_indent = _points(indent)
    if size < 16:
        line.paragraph_format.line_spacing = _points(size * 1.5)
    _add_runs(line, block["text"], face=face, size=size)


def _add_runs(line, text, *, face: str | None = None, size: float = 16) -> None:
    """Add a text, or a list of runs with their emphasis."""
    for part in [{"text": text}] if isinstance(text, str) else text:
        run = line.add_run(part["text"])
        shown = "黑体" if part.get("bold") else "楷体_GB2312" if part.get("italic") else face
        _face(run, shown or _FACES["body"], _points(size))


def _heading(file, block, counters, images) -> None:
    """Write a heading with its number, as a heading Word knows."""
    level = min(block["level"], 4)
    mark = ""
    if block.get("numbered", True):
        counters[level - 1] += 1
        counters[level:] = [0] * (4 - level)
        n = counters[level - 1]
        mark = _MARKS[level - 1].format(_han(n) if level < 3 else n)
    line = file.add_paragraph(style=f"Heading {level}")
    line.paragraph_format.first_line_indent = _points(32)
    line.paragraph_format.space_before = _points(0)
    _add_runs(line, mark, face=_FACES[level])
    _add_runs(line, block["text"], face=_FACES[level])
    for run in line.runs:
        run.bold, run.font.color.rgb = False, _black()


def _black():
    from docx.shared import RGBColor

    return RGBColor(0, 0, 0)


def _han(n: int) -> str:
    """Write 1 … 99 in Chinese numerals.

    >>> _han(3), _han(10), _han(21)
    ('三', '十', '二十一')
    """
    tens, ones = divmod(n, 10)
    return (_HAN[tens] if tens > 1 else "") + ("十" if tens else "") + (_HAN[ones] if ones else "")


def _title(file, block, counters, images) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    line = file.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line.paragraph_format.space_before = line.paragraph_format.space_after = _points(16)
    _add_runs(line, block["text"], face=_FACES["title"], size=22)


def _table(file, block, counters, images) -> None:
    """Write a table whose head repeats on every page and whose rows do not break."""
    if block.get("caption"):
        _caption(file, block["caption"])
    widths = block.get("widths") or [1] * len(block["columns"])
    grid = _grid(file, [block["columns"], *block["rows"]], widths)
    for cell in grid.rows[0].cells:
        _set_cell(cell, side="center", face=_FACES[1])
    _row_property(grid.rows[0], "w:tblHeader")
    for row in grid.rows[1:]:
        for column in block.get("right", ()):
            _set_cell(row.cells[column], side="right")
    _gap(file)


def _form(file, block, counters, images) -> None:
    """Write names, centred, beside what belongs to them."""
    grid = _grid(file, [[name, "\n".join(lines)] for name, lines in block["rows"]], [1, 6])
    for row in grid.rows:
        _set_cell(row.cells[0], side="center", face=_FACES[1])
    _gap(file)


def _grid(file, rows, widths):
    """Return a filled table in 五号, as wide as the type area, whose rows stay whole."""
    from docx.enum.table import WD_ALIGN_VERTICAL
    from docx.shared import Mm

    table = file.add_table(len(rows), len(widths), style="Table Grid")
    table.autofit = False
    widths = [Mm(156 * width / sum(widths)) for width in widths]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for line, row in zip(table.rows, rows, strict=True):
        _row_property(line, "w:cantSplit")
        for cell, text, width in zip(line.cells, row, widths, strict=True):
            cell.width, cell.vertical_alignment = width, WD_ALIGN_VERTICAL.CENTER
            cell.paragraphs[0].paragraph_format.line_spacing = _points(15)
            _add_runs(cell.paragraphs[0], text, size=10.5)
    return table


def _row_property(row, name: str) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _set_cell(cell, *, side: str, face: str | None = None) -> None:
    """Align a cell, and set it in another face."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH[side.upper()]
    for run in cell.paragraphs[0].runs if face else ():
        _face(run, face)


def _gap(file) -> None:
    """Leave a little room under a table."""
    line = file.add_paragraph()
    line.paragraph_format.line_spacing = _points(8)


def _caption(file, text: str, *, keep: bool = True) -> None:
    """Write a caption; one above its table stays with it."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    line = file.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line.paragraph_format.line_spacing = _points(18)
    line.paragraph_format.keep_with_next = keep
    _add_runs(line, text, size=10.5, face=_FACES[1])


def _figure(file, block, counters, images) -> None:
    """Place a figure as wide as the type area, its description for screen readers kept."""
    from docx.shared import Mm

    if block["file"] not in images:
        return
    line = file.add_paragraph()
    line.paragraph_format.line_spacing, line.paragraph_format.keep_with_next = 1.0, True
    shape = line.add_run().add_picture(BytesIO(images[block["file"]]), width=Mm(156))
    shape._inline.docPr.set("descr", block["alt"])
    _caption(file, block["caption"], keep=False)


def _list(file, block, counters, images) -> None:
    for item in block["items"]:
        _para(file, {"text": item}, counters, images)


def _quote(file, block, counters, images) -> None:
    _para(file, block, counters, images, face="楷体_GB2312")


def _note(file, block, counters, images) -> None:
    _para(file, block, counters, images, size=10.5, indent=0)


def _pagebreak(file, block, counters, images) -> None:
    file.add_page_break()


_WRITERS = {
    "title": _title, "heading": _heading, "para": _para, "quote": _quote, "note": _note, "list": _list,
    "code": _note, "table": _table, "form": _form, "figure": _figure, "pagebreak": _pagebreak,
}  # fmt: skip


def _packed(file) -> bytes:
    """Save, then pack again without the clock the zip entries carry."""
    from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

    loose, tight = BytesIO(), BytesIO()
    file.save(loose)
    with ZipFile(loose) as source, ZipFile(tight, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(ZipInfo(name, (1980, 1, 1, 0, 0, 0)), source.read(name), ZIP_DEFLATED)
    return tight.getvalue()
