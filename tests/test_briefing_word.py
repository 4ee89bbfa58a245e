"""The Word file holds what the PDF holds, in type an office can edit."""

import io
import re
from dataclasses import replace

import docx
import pytest
from docx.oxml.ns import qn
from fake_run import CONFIG, make_run
from pypdf import PdfReader

from minelib.briefing import brief, compose, render_docx
from minelib.cli import main
from minelib.errors import InputError
from minelib.plots import FIGURES, draw_figure


@pytest.fixture(scope="module")
def word(run):
    return docx.Document(io.BytesIO(brief(run, config=CONFIG, format="docx")))


def bare(text: str) -> str:
    """Take out spaces, bullets and page numbers: what is left are the words."""
    return re.sub(r"\s|—\d+—", "", text)


def test_word_holds_the_headings_tables_and_figures_of_the_pdf(facts):
    figure = draw_figure("monthly", FIGURES["monthly"].data(make_run(400))).png()
    first = render_docx(facts, figures={"monthly": figure})
    assert first == render_docx(facts, figures={"monthly": figure})
    file = docx.Document(io.BytesIO(first))
    headings = [p.text for p in file.paragraphs if p.style.name.startswith("Heading")]
    assert headings[:3] == ["一、基本情况", "二、主要特点", "（一）类别分布"]
    tables = [block for block in compose(facts)["blocks"] if block["kind"] in ("table", "form")]
    assert len(file.tables) == len(tables)
    assert len(file.inline_shapes) == 1
    assert file.core_properties.author == "" and file.core_properties.title == facts["head"]["title"]


def test_every_figure_of_the_pdf_is_in_the_word_file(run, word):
    drawn = [kind for kind, figure in FIGURES.items() if len(figure.data(run))]
    assert len(word.inline_shapes) == len(drawn)
    for shape in word.inline_shapes:
        assert shape._inline.docPr.get("descr")
        assert shape.width.mm == pytest.approx(156, abs=0.1)


def test_every_paragraph_of_the_word_file_is_in_the_pdf(run, word):
    pdf = bare(
        "".join(page.extract_text() for page in PdfReader(io.BytesIO(brief(run, config=CONFIG))).pages)
    )
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    for text in [*(line.text for line in word.paragraphs), *cells]:
        for part in filter(None, re.split(r"[\n\t]", text)):
            assert bare(part)[:20] in pdf, part  # a longer one may go over to the next page


def test_page_margins_and_faces_are_those_of_the_standard(word):
    section = word.sections[0]
    assert [round(side.mm) for side in (section.page_width, section.page_height)] == [210, 297]
    margins = section.top_margin, section.bottom_margin, section.left_margin, section.right_margin
    assert [round(side.mm) for side in margins] == [37, 35, 28, 26]
    normal = word.styles["Normal"].element.rPr
    assert normal.rFonts.get(qn("w:eastAsia")) == "仿宋_GB2312" and word.styles["Normal"].font.size.pt == 16
    heading = next(line for line in word.paragraphs if line.style.name == "Heading 1")
    assert heading.runs[0]._r.rPr.rFonts.get(qn("w:eastAsia")) == "黑体"


def test_heads_of_tables_repeat_and_numbers_stand_right(word):
    table = next(t for t in word.tables if t.rows[0].cells[0].text == "类别")
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    assert table.rows[1].cells[1].paragraphs[0].alignment == docx.enum.text.WD_ALIGN_PARAGRAPH.RIGHT


def test_the_imprint_closes_the_file(word):
    assert [line.text for line in word.paragraphs][-2:][0] == "分送：院领导"
    assert word.paragraphs[-1].text.startswith("某区检察院\t") and word.paragraphs[-1].text.endswith("印发")


@pytest.mark.parametrize("template", ["short", "cards"])
def test_the_other_templates_are_there_for_word_too(run, template):
    file = docx.Document(io.BytesIO(brief(run, config=CONFIG, template=template, format="docx")))
    assert file.tables and not file.inline_shapes


def test_an_unknown_format_is_refused(run):
    with pytest.raises(InputError, match="docx"):
        brief(run, format="odt")


@pytest.mark.parametrize(
    ("given", "made"),
    [
        (["--format", "docx"], "briefing.docx"),
        (["--word", "--template", "cards"], "cards.docx"),
        (["--out", "{tmp}/我的.docx"], "我的.docx"),
    ],
)
def test_the_command_line_makes_word(run, tmp_path, monkeypatch, given, made):
    told = replace(run, manifest={**run.manifest, "config": {"briefing": CONFIG}})
    monkeypatch.setattr("minelib.runs.load_run", lambda folder: told)
    assert main(["brief", str(tmp_path), *(part.format(tmp=tmp_path) for part in given)]) == 0
    assert docx.Document(str(tmp_path / made)).tables
