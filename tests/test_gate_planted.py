"""Whatever is planted in whatever leaves: the gate stops it, names the place, and repeats none of it."""

import json
import struct
import zipfile
import zlib

import pandas as pd
import pytest
import xlsxwriter
from docx import Document

from minelib.errors import LeakError
from minelib.explore.page import embedded
from minelib.gate import Reader, check_leaks
from minelib.redact import Surfaces

# What a slip could carry: text in which it stands, and the part nobody may read.
PLANTS = {
    "NAME": ("投诉人张小芳反映", "张小芳"),
    "ID": ("身份证号11010519491231002X", "11010519491231002X"),
    "PHONE": ("电话13912345678", "13912345678"),
    "BANK": ("银行卡号6222021234567890128", "6222021234567890128"),
    "PLATE": ("车牌号京A12345", "京A12345"),
    "EMAIL": ("邮箱who.is@example.org", "who.is@example.org"),
    "SOCIAL": ("微信号zhang_xf1988", "zhang_xf1988"),
    "CASE_NO": ("案号（2024）京0105民初12345号", "京0105民初12345号"),
}
CLEAN = "物业公司停用门禁卡"


def _json(tree):
    return lambda path, text: path.write_text(json.dumps(tree(text), ensure_ascii=False), encoding="utf-8")


def _text(form):
    return lambda path, text: path.write_text(form.replace("@", text), encoding="utf-8")


def _book(**places):
    def make(path, text):
        said = dict.fromkeys(places, text)
        book = xlsxwriter.Workbook(path)
        book.set_properties({said.get("property", "title"): CLEAN} | {"subject": said.get("subject", CLEAN)})
        page = book.add_worksheet(said.get("sheet", "线索")[:31])
        page.write_string(2, 1, said.get("cell", CLEAN))
        if "comment" in said:
            page.write_comment(0, 0, text)
        if "foot" in said:
            page.set_footer(f"&C{text}")
        if "link" in said:
            page.write_url(4, 0, "internal:线索!A1", string="甲", tip=text)
        if "formula" in said:
            page.write_formula(6, 0, f'="{text}"', value="甲")
        if "name" in said:
            book.define_name("甲", f'="{text}"')
        if "choice" in said:
            page.data_validation(5, 0, 5, 0, {"validate": "list", "source": ["甲"], "input_message": text})
        if "chart" in said:
            chart = book.add_chart({"type": "bar"})
            chart.set_title({"name": text})
            chart.add_series({"values": "=线索!$B$1:$B$2"})
            page.insert_chart("D1", chart)
        book.close()

    return make


def _word(put):
    def make(path, text):
        document = Document()
        put(document, text)
        document.save(path)

    return make


def _split_runs(document, text):
    paragraph = document.add_paragraph(text[:5])
    paragraph.add_run(text[5:]).bold = True


def _pdf(title="甲", body="甲"):
    def make(path, text):
        import typst

        from minelib.fonts import resolve_fonts

        folders = sorted({str(font.path.parent) for font in resolve_fonts().values()})
        source = '#set document(title: sys.inputs.title)\n#set text(font: "Noto Sans SC")\n#sys.inputs.body'
        said = {"title": title.replace("@", text), "body": body.replace("@", text)}
        path.write_bytes(typst.compile(source.encode(), font_paths=folders, sys_inputs=said))

    return make


def _png(kind):
    def make(path, text):
        content = text.encode()
        content = b"Comment\0\0" + zlib.compress(content) if kind == b"zTXt" else b"Comment\0" + content
        chunks = ((kind, content), (b"IEND", b""))
        packed = (struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in chunks)
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(packed))

    return make


def _frame(**columns):
    def make(path, text):
        table = pd.DataFrame([{"record_id": "L1", **{c: v.replace("@", text) for c, v in columns.items()}}])
        table = table.rename(columns=lambda c: c.replace("@", text))
        table.to_parquet(path) if path.suffix == ".parquet" else table.to_csv(path, index=False)

    return make


def _output(**data):
    cell = {"cell_type": "code", "source": "1", "outputs": [data], "metadata": {}}
    return _json(lambda text: json.loads(json.dumps({"cells": [cell]}).replace("@", text)))


# name of a file and of what is put in it: how, and what the refusal must name
PLACES = {
    "a.parquet cell": (_frame(text="见@。"), "a.parquet: L1 text"),
    "a.parquet column": (_frame(**{"@": "甲"}), "a.parquet: column 2 name"),
    "a.csv cell": (_frame(text="见@。"), "a.csv: L1 text"),
    "a.csv header": (_frame(**{"@": "甲"}), "a.csv: column 2 name"),
    "a.xlsx cell": (_book(cell=1), "a.xlsx: sheet 1 row 3 column 2"),
    "a.xlsx comment": (_book(comment=1), "a.xlsx: xl/comments1.xml"),
    "a.xlsx sheet": (_book(sheet=1), "a.xlsx: sheet 1 name"),
    "a.xlsx property": (_book(subject=1), "a.xlsx: docProps/core.xml"),
    "a.xlsx footer": (_book(foot=1), "a.xlsx: xl/worksheets/sheet1.xml"),
    "a.xlsx chart": (_book(chart=1), "a.xlsx: xl/charts/chart1.xml"),
    "a.xlsx tooltip": (_book(link=1), "a.xlsx: xl/worksheets/sheet1.xml"),
    "a.xlsx choice": (_book(choice=1), "a.xlsx: xl/worksheets/sheet1.xml"),
    "a.xlsx formula": (_book(formula=1), "a.xlsx: xl/worksheets/sheet1.xml formula 1"),
    "a.xlsx name": (_book(name=1), "a.xlsx: xl/workbook.xml"),
    "facts.json value": (_json(lambda t: {"issues": [{"label": t}]}), r"facts.json: .issues\[0\].label"),
    "facts.json field": (_json(lambda t: {t: 1}), "facts.json:  field 1"),
    "manifest.json": (_json(lambda t: {"sources": [t]}), "manifest.json: .sources"),
    "decisions.jsonl": (_json(lambda t: {"action": "note", "details": {"why": t}}), "decisions.jsonl: line 1"),
    "a.html words": (_text("<td>@</td>"), "a.html: paragraph 1"),
    "a.html attribute": (_text('<a title="@">x</a>'), "a.html: attribute 1"),
    "explore.html data": (
        lambda path, text: path.write_text(
            f'<script type="application/json" id="data">{embedded({"rows": [[text]]})}</script>',
            encoding="utf-8",
        ),
        "explore.html: script 1",
    ),
    "a.png tEXt": (_png(b"tEXt"), "a.png: chunk at 8"),
    "a.png zTXt": (_png(b"zTXt"), "a.png: chunk at 8"),
    "a.svg text": (_text("<svg><text>@</text></svg>"), "a.svg: paragraph 1"),
    "a.svg title": (_text("<svg><title>@</title></svg>"), "a.svg: paragraph 1"),
    "a.svg metadata": (_text("<svg><metadata><x>@</x></metadata></svg>"), "a.svg: paragraph 1"),
    "a.pdf words": (_pdf(body="@"), "a.pdf: page 1 line 1"),
    "a.pdf metadata": (_pdf(title="@"), "a.pdf: metadata /Title"),
    "a.docx words": (_word(lambda d, t: d.add_paragraph(t)), "a.docx: word/document.xml"),
    "a.docx cut": (_word(_split_runs), "a.docx: word/document.xml"),
    "a.docx table": (_word(lambda d, t: d.add_table(1, 1).cell(0, 0).add_paragraph(t)), "a.docx: word/document"),
    "a.docx header": (
        _word(lambda d, t: d.sections[0].header.paragraphs[0].add_run(t)), "a.docx: word/header"
    ),
    "a.docx property": (_word(lambda d, t: setattr(d.core_properties, "comments", t)), "a.docx: docProps/core"),
    "a.ipynb source": (_json(lambda t: {"cells": [{"source": [f"# {t}"]}]}), "a.ipynb: cell 1.source"),
    "a.ipynb stream": (_output(output_type="stream", text=["@\n"]), "a.ipynb: cell 1.outputs"),
    "a.ipynb html": (_output(data={"text/html": "<td>@</td>"}), "a.ipynb: cell 1.outputs"),
    "a.ipynb plain": (_output(data={"text/plain": ["'@'"]}), "a.ipynb: cell 1.outputs"),
    "a.ipynb error": (_output(output_type="error", evalue="@", traceback=["x"]), "a.ipynb: cell 1.outputs"),
    "a.ipynb traceback": (_output(output_type="error", traceback=["---> 1 @"]), "a.ipynb: cell 1.outputs"),
    "a.md": (_text("一\n@\n"), "a.md: line 2"),
    "a.txt": (_text("@"), "a.txt: line 1"),
}  # fmt: skip


@pytest.mark.parametrize("kind", PLANTS)
@pytest.mark.parametrize("place", PLACES)
def test_what_is_planted_is_found_and_not_repeated(place, kind, tmp_path):
    make, said = PLACES[place]
    text, surface = PLANTS[kind]
    make(tmp_path / place.split()[0], text)
    with pytest.raises(LeakError, match=said) as caught:
        check_leaks(tmp_path)
    assert kind in str(caught.value)
    assert surface not in str(caught.value) and surface not in str(caught.value.__context__)


@pytest.mark.parametrize("place", PLACES)
def test_what_was_masked_is_found_where_no_rule_would(place, tmp_path):
    PLACES[place][0](tmp_path / place.split()[0], "琪琪格附近")
    assert check_leaks(tmp_path) is None
    with pytest.raises(LeakError, match=PLACES[place][1]):
        check_leaks(tmp_path, reader=Reader(masked=Surfaces({("琪琪格", "NAME")})))


def test_a_package_in_a_package_does_not_leave(tmp_path):
    _word(lambda d, t: d.add_paragraph(t))(tmp_path / "a.docx", CLEAN)
    with zipfile.ZipFile(tmp_path / "a.docx", "a") as package:
        package.writestr("word/embeddings/a.xlsx", b"PK")
    with pytest.raises(LeakError, match="a.docx"):
        check_leaks(tmp_path)
