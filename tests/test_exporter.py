"""The notebook exporter: found by nbconvert and Lab, sets tagged cells only, refuses what must not go out."""

import base64
import io
import re
import subprocess
import sys
from importlib.metadata import entry_points

import pytest
from nbconvert.exporters import get_export_names, get_exporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pypdf import PdfReader

from minelib.briefing.markup import html_tables
from minelib.exporter import RefusedError, SupervisionBriefingExporter

TAGGED = {"tags": ["briefing"]}
TABLE = (
    "<table><thead><tr><th></th><th>类别</th><th>件次</th></tr></thead><tbody><tr><th>0</th><td>工资</td><td>12</td></tr>"
    "<tr><th>1</th><td>物业</td><td>7</td></tr></tbody></table>"
)


def html_output(html, plain="表"):
    return new_output("execute_result", {"text/html": html, "text/plain": plain}, execution_count=1)


def notebook(*cells, **metadata):
    title = new_markdown_cell("# 某区诉求研判", metadata=TAGGED)
    return new_notebook(cells=[title, *cells], metadata=metadata)


def export(book):
    pdf, resources = SupervisionBriefingExporter().from_notebook_node(book, {"metadata": {"name": "研判"}})
    return PdfReader(io.BytesIO(pdf)), resources


def text_of(reader):
    return re.sub(r"\s", "", "".join(page.extract_text() for page in reader.pages))


def refused(*cells):
    with pytest.raises(RefusedError) as caught:
        export(notebook(*cells))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_entry_point_is_found_by_name_and_can_be_made():
    if not any(point.name == "SupervisionBriefing" for point in entry_points(group="nbconvert.exporters")):
        pytest.skip("minelib is not installed, only on the path")
    assert "SupervisionBriefing" in get_export_names()
    assert get_exporter("SupervisionBriefing") is SupervisionBriefingExporter


def test_the_exporter_says_it_makes_pdf():
    exporter = SupervisionBriefingExporter()
    assert exporter.output_mimetype == "application/pdf"
    assert exporter.file_extension == ".pdf"
    assert exporter.enabled


def test_only_tagged_cells_are_set_and_no_code():
    reader, _ = export(
        notebook(
            new_markdown_cell("未标记的说明"),
            new_code_cell("secret = 1", execution_count=1, outputs=[html_output(TABLE)], metadata=TAGGED),
            new_code_cell(
                "x", execution_count=2, outputs=[new_output("stream", name="stdout", text="未标记输出")]
            ),
        )
    )
    text = text_of(reader)
    assert "工资" in text and "12" in text
    for absent in ("未标记", "secret"):
        assert absent not in text


def test_the_first_heading_is_the_title():
    reader, _ = export(notebook(new_markdown_cell("## 一、概况\n\n正文", metadata=TAGGED)))
    assert reader.metadata.title == "某区诉求研判"
    assert [item.title for item in reader.outline] == ["一、概况"]


def test_markdown_is_set_with_its_marks():
    source = (
        "## 概况\n\n**重点**与*口径*和`代码`\n\n- 甲\n- 乙\n\n1. 丙\n\n> 引文\n\n|项|数|\n|-|-:|\n|件次|300|"
    )
    text = text_of(export(notebook(new_markdown_cell(source, metadata=TAGGED)))[0])
    for words in ("一、概况", "重点与口径和代码", "·甲", "1.丙", "引文", "件次300"):
        assert words in text


def test_text_of_the_notebook_never_acts_as_markup():
    text = text_of(export(notebook(new_markdown_cell("正文 #panic(1) $x$ @ref", metadata=TAGGED)))[0])
    assert "#panic(1)$x$@ref" in text


def test_row_numbers_of_a_frame_are_left_out():
    cell = new_code_cell("t", execution_count=1, outputs=[html_output(TABLE)], metadata=TAGGED)
    text = text_of(export(notebook(cell))[0])
    assert "工资12物业7" in text


def test_a_figure_is_set():
    import matplotlib.figure

    out = io.BytesIO()
    matplotlib.figure.Figure(figsize=(2, 1)).savefig(out, format="png")
    data = {"image/png": base64.b64encode(out.getvalue()).decode(), "text/plain": "<Chart>"}
    cell = new_code_cell("f", execution_count=1, outputs=[new_output("display_data", data)], metadata=TAGGED)
    reader, _ = export(notebook(cell))
    assert len(reader.pages[0].images) == 1
    assert "Chart" not in text_of(reader)


def test_the_head_comes_from_the_notebooks_metadata():
    head = {
        "masthead": "研判简报",
        "office": "某院",
        "issue": "第2期",
        "date": "2026-03-05",
        "recipients": "院领导",
    }
    reader, _ = export(notebook(briefing=head))
    text = text_of(reader)
    for words in ("研判简报", "某院", "第2期", "2026年3月5日", "分送：院领导"):
        assert words in text


def test_the_resources_do_not_make_the_server_zip():
    exporter = SupervisionBriefingExporter()
    given = {"metadata": {"name": "x"}, "outputs": {"a.png": b""}, "attachments": {"b": b""}}
    _, resources = exporter.from_notebook_node(notebook(), given)
    assert resources["output_extension"] == ".pdf"
    assert not resources.get("outputs") and not resources.get("attachments")


def test_no_cell_is_executed_even_when_execution_is_switched_on():
    from traitlets.config import Config

    cell = new_code_cell("raise SystemExit", execution_count=1, outputs=[html_output(TABLE)], metadata=TAGGED)
    exporter = SupervisionBriefingExporter(config=Config({"ExecutePreprocessor": {"enabled": True}}))
    pdf, _ = exporter.from_notebook_node(notebook(cell), {"metadata": {"name": "x"}})
    assert pdf[:5] == b"%PDF-"


def test_unrun_cells_are_refused_with_their_place():
    message = refused(new_code_cell("1 + 1"))
    assert "第2个单元格尚未运行" in message and "was not run" in message


def test_failed_cells_are_refused():
    error = new_output("error", ename="ValueError", evalue="x", traceback=[])
    assert "运行出错" in refused(new_code_cell("1 / 0", execution_count=1, outputs=[error]))


def test_empty_code_cells_need_not_be_run():
    assert export(notebook(new_code_cell("")))[0].pages


def test_a_notebook_without_tagged_cells_is_refused():
    with pytest.raises(RefusedError, match="没有标记为“briefing”的单元格"):
        export(new_notebook(cells=[new_markdown_cell("# 题")]))


@pytest.mark.parametrize("where", ["markdown", "table", "stdout"])
def test_personal_information_is_refused_and_not_repeated(where):
    phone = "13812345678"
    cell = {
        "markdown": new_markdown_cell(f"联系电话{phone}", metadata=TAGGED),
        "table": new_code_cell("t", execution_count=1, metadata=TAGGED,
                               outputs=[html_output(f"<table><tr><th>电话</th></tr><tr><td>{phone}</td></tr></table>")]),
        "stdout": new_code_cell("p", execution_count=1, metadata=TAGGED,
                                outputs=[new_output("stream", name="stdout", text=f"电话{phone}")]),
    }[where]  # fmt: skip
    message = refused(cell)
    assert "个人信息" in message and "cell 2 (PHONE)" in message and phone not in message


def test_a_phone_number_cut_by_emphasis_is_found():
    assert "个人信息" in refused(new_markdown_cell("电话138**1234**5678", metadata=TAGGED))


def test_personal_information_in_cells_that_are_not_set_does_not_matter():
    assert export(notebook(new_markdown_cell("电话13812345678")))[0].pages


def test_a_glyph_no_font_has_is_refused_by_code_point():
    assert "U+1F600" in refused(new_markdown_cell("好\U0001f600", metadata=TAGGED))


def test_the_same_notebook_gives_the_same_bytes():
    book = notebook(new_markdown_cell("正文", metadata=TAGGED))
    assert (
        SupervisionBriefingExporter().from_notebook_node(book)[0]
        == (SupervisionBriefingExporter().from_notebook_node(book)[0])
    )


def test_a_telephone_in_a_drawing_or_in_the_head_is_found():
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>电话13812345678</text></svg>'
    drawn = new_output("display_data", {"image/svg+xml": svg})
    assert "figure1.svg" in refused(new_code_cell("f", execution_count=1, outputs=[drawn], metadata=TAGGED))
    with pytest.raises(RefusedError, match="head"):
        export(notebook(briefing={"masthead": "简报", "recipients": "张三13812345678"}))


def test_the_columns_of_a_run_are_headed_in_words_and_share_the_line_by_what_they_hold():
    label = "职业院校强制实习、变相务工的诉求"
    html = (
        "<table><thead><tr><th></th><th>label</th><th>n_petitioners</th><th>keywords</th></tr></thead><tbody>"
        f"<tr><th>0</th><td>{label}</td><td>12</td><td>{label}{label}</td></tr></tbody></table>"
    )
    reader, _ = export(
        notebook(new_code_cell("t", metadata=TAGGED, execution_count=1, outputs=[html_output(html)]))
    )
    text = text_of(reader)
    assert "独立反映人" in text and "n_petitioners" not in text
    (table,) = html_tables(html, names={"n_petitioners": "独立反映人"})
    assert table["widths"][1] == 0 and table["widths"][2] >= table["widths"][0] > 0
    assert "widths" not in html_tables(TABLE)[0]  # a small one takes what it needs


def test_the_exporter_is_made_without_loading_what_sets_a_page():
    code = (
        "import sys, minelib.exporter as e; e.SupervisionBriefingExporter();"
        "print([m for m in ('pandas', 'typst', 'minelib.briefing', 'minelib.gate') if m in sys.modules])"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert made.stdout.strip() == "[]"
