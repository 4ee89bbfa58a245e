"""The gate reads every file that leaves, names places and never text, and does not stop for numbers of our own."""

import json
import zipfile

import pandas as pd
import pytest
import xlsxwriter
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from minelib.errors import InputError, LeakError
from minelib.gate import Reader, check_leaks, check_notebook
from minelib.gate.marks import Marks
from minelib.gate.texts import texts_of
from minelib.redact import Redactor, Sealed, Surfaces, scan, seal

PHONE = "13912345678"
KEY = bytes(range(32))
CLEAN = "物业公司停用门禁卡催缴物业费"


def _parquet(path):
    pd.DataFrame({"record_id": ["L1"], "text": [f"电话{PHONE}"]}).to_parquet(path)


def _xlsx(path, cell=f"电话{PHONE}", comment=None, title="线索", sheet="线索"):
    book = xlsxwriter.Workbook(path)
    book.set_properties({"title": title})
    page = book.add_worksheet(sheet)
    page.write_string(3, 2, cell)
    if comment:
        page.write_comment(0, 0, comment)
    book.close()


def _docx(path):
    document = Document()
    document.add_paragraph("电话139").add_run("12345678")
    document.save(path)


def _pdf(path, title=CLEAN, body=f"电话{PHONE}"):
    import typst

    source = f'#set document(title: "{title}")\n#set text(font: "Noto Sans SC")\n{body}'
    path.write_bytes(typst.compile(source.encode()))


def _png(path):
    import struct
    import zlib

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    text = b"Comment\0" + f"tel {PHONE}".encode()
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"tEXt", text) + chunk(b"IEND", b""))


def _notebook(path, **cell):
    tree = {"cells": [{"cell_type": "code", "source": "1", "outputs": [], **cell}], "metadata": {}}
    path.write_text(json.dumps(tree), encoding="utf-8")


LEAKS = {
    "a.parquet": (_parquet, "a.parquet: L1 text"),
    "a.csv": (lambda p: p.write_text(f"record_id,text\nL1,电话{PHONE}\n", encoding="utf-8"), "a.csv: L1 text"),
    "a.json": (lambda p: p.write_text(json.dumps({"a": [{"b": PHONE}]})), r"a.json: .a\[0\].b"),
    "b.json": (lambda p: p.write_text(json.dumps({f"电话{PHONE}": 1})), "b.json:  field 1"),
    "a.xlsx": (_xlsx, "sheet 1 row 4 column 3"),
    "b.xlsx": (lambda p: _xlsx(p, CLEAN, comment=f"电话{PHONE}"), "b.xlsx: xl/comments1.xml"),
    "c.xlsx": (lambda p: _xlsx(p, CLEAN, title=f"电话{PHONE}"), "c.xlsx: docProps/core.xml"),
    "d.xlsx": (lambda p: _xlsx(p, CLEAN, sheet=f"电话{PHONE}"), "d.xlsx: sheet 1 name"),
    "a.docx": (_docx, "a.docx: word/document.xml paragraph"),
    "a.pdf": (lambda p: _pdf(p), "a.pdf: page 1 line 1"),
    "b.pdf": (lambda p: _pdf(p, title=f"tel {PHONE}", body="x"), "b.pdf: metadata /Title"),
    "a.png": (_png, "a.png: chunk at 8"),
    "a.svg": (lambda p: p.write_text(f"<svg><text>电话<tspan>{PHONE}</tspan></text></svg>"), "a.svg: paragraph 1"),
    "a.html": (lambda p: p.write_text(f"<td>电话</td><td>{PHONE[:3]}<b>{PHONE[3:]}</b></td>"), "a.html: paragraph 2"),
    "a.md": (lambda p: p.write_text(f"一\n电话{PHONE}\n"), "a.md: line 2"),
    "a.ipynb": (lambda p: _notebook(p, source=[f"电话{PHONE}"]), "a.ipynb: cell 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", LEAKS)
def test_a_telephone_is_found_in_every_kind_of_file(name, tmp_path):
    make, place = LEAKS[name]
    make(tmp_path / name)
    with pytest.raises(LeakError, match=place) as caught:
        check_leaks(tmp_path)
    assert PHONE not in str(caught.value) and "PHONE" in str(caught.value)


def test_a_file_that_cannot_be_read_does_not_leave(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"\0")
    with pytest.raises(LeakError, match="a.bin"):
        check_leaks(tmp_path)


def test_hidden_folders_stay_behind(tmp_path):
    (tmp_path / ".stages").mkdir()
    _parquet(tmp_path / ".stages" / "a.parquet")
    assert check_leaks(tmp_path) is None


def _petitions(folder, **columns):
    row = {
        "record_id": "L1",
        "matter_id": "M1",
        "issue_id": None,
        "petitioner_id": "P1",
        "text": CLEAN,
        **columns,
    }
    pd.DataFrame([row]).astype("str").to_parquet(folder / "petitions.parquet")


@pytest.mark.parametrize(
    "number", ["13800138000", "110105194912310021", "6222020200112233445", "2024-0571-88881234"]
)
def test_the_ledgers_own_numbers_may_look_like_anything(number, tmp_path):
    _petitions(tmp_path, record_id=number, matter_id=f"M{number[:11]}")
    (tmp_path / "facts.json").write_text(
        json.dumps({"records": [number, f"M{number[:11]}", f"见{number}号件"]})
    )
    assert check_leaks(tmp_path) is None


def test_numbers_with_marks_in_them_may_stand_in_a_row(tmp_path):
    number = "(2025)13800138000-1"
    _petitions(tmp_path, record_id=number)
    (tmp_path / "facts.json").write_text(
        json.dumps({"exemplars": f"{number} L2", "cut": "(2025)138001 38000-1"})
    )
    assert check_leaks(tmp_path) is None
    (tmp_path / "facts.json").write_text(json.dumps({"exemplars": f"(2025)13800138002-1 {number}"}))
    with pytest.raises(LeakError, match="PHONE"):
        check_leaks(tmp_path)


def test_a_ledger_that_numbers_rows_by_identity_card_is_stopped(tmp_path):
    _petitions(tmp_path, record_id="11010519491231002X")
    with pytest.raises(LeakError, match=r"record_id, place 1 in order \(ID\)"):
        check_leaks(tmp_path)


CELLS = {
    "text": {"outputs": [{"output_type": "stream", "name": "stdout", "text": [f"电话{PHONE}"]}]},
    "error": {"outputs": [{"output_type": "error", "evalue": f"电话{PHONE}", "traceback": []}]},
    "html": {"outputs": [{"output_type": "display_data", "data": {"text/html": f"<td>{PHONE}</td>"}}]},
    "plain": {"outputs": [{"output_type": "execute_result", "data": {"text/plain": [f"'{PHONE}'"]}}]},
    "json": {"outputs": [{"output_type": "display_data", "data": {"application/json": {"a": [PHONE]}}}]},
}


@pytest.mark.parametrize("kind", CELLS)
def test_outputs_of_a_notebook_are_read_in_every_form(kind, tmp_path):
    _notebook(tmp_path / "a.ipynb", **CELLS[kind])
    with pytest.raises(LeakError, match="cell 1") as caught:
        check_notebook(tmp_path / "a.ipynb")
    assert PHONE not in str(caught.value)


def test_metadata_of_a_notebook_is_read_and_pictures_are_not():
    check_notebook({"cells": [{"source": "", "outputs": [{"data": {"image/png": PHONE}}]}]})
    with pytest.raises(LeakError, match="metadata.authors"):
        check_notebook({"cells": [], "metadata": {"authors": [{"name": f"电话{PHONE}"}]}})


@pytest.mark.parametrize("content", ["", "[]", '{"cells": 1}', "\ud800".encode("utf-8", "surrogatepass")])
def test_what_is_no_notebook_is_named(content, tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match="a.ipynb"):
        check_notebook(path)


def test_what_was_masked_is_found_though_no_rule_would(tmp_path):
    name = "琪琪格"
    assert not scan(f"{name}附近")
    sealed = Sealed(seal(Surfaces({(name, "NAME")}), KEY), KEY)
    (tmp_path / "a.md").write_text(f"{name}附近", encoding="utf-8")
    check_leaks(tmp_path)
    with pytest.raises(LeakError, match="NAME"):
        check_leaks(tmp_path, reader=Reader(masked=sealed))
    check_leaks(tmp_path, reader=Reader(masked=sealed, keep_names=[name]))


def test_sealed_digests_hold_no_text_and_open_with_one_key_only():
    table = seal(Surfaces({("谷斌海", "NAME"), (PHONE, "PHONE")}), KEY)
    assert not any(s in table.to_csv() for s in ("谷斌海", PHONE, PHONE[:3]))
    assert [s.kind for s in Sealed(table, KEY).find(f"见谷斌海，{PHONE}")] == ["NAME", "PHONE"]
    assert Sealed(table, KEY[::-1]).find(f"见谷斌海，{PHONE}") == []


@given(st.text("谷斌海路，的1389 ", max_size=30))
@settings(max_examples=200, deadline=None)
def test_sealed_surfaces_find_what_open_ones_find(text):
    surfaces = Surfaces(
        {("谷斌海", "NAME"), ("海斌谷", "NAME"), ("13981398", "PHONE"), ("1398139813", "PHONE")}
    )

    def place(s):
        return s.start, s.end

    assert sorted(Sealed(seal(surfaces, KEY), KEY).find(text), key=place) == sorted(
        surfaces.find(text), key=place
    )


def test_a_text_is_read_once(monkeypatch):
    calls = []

    def counted(texts, *, model):
        calls.extend(texts)
        return [[] for _ in texts]

    monkeypatch.setattr("minelib.gate.reader.find_many", counted)
    reader = Reader()
    reader.find(CLEAN), reader.find_many([CLEAN, CLEAN])
    Reader(passed=reader.passed).find(CLEAN)
    assert calls == [CLEAN]


def test_settling_ends_in_a_text_the_gate_lets_pass():
    reader, redactor = Reader(), Redactor(KEY, model=False)
    settled = reader.settle(f"投诉人张小芳，电话{PHONE}，邮箱a@b.com", redactor)
    assert not reader.find(settled) and PHONE not in settled


def test_damaged_zip_parts_do_not_hide_text(tmp_path):
    _docx(tmp_path / "a.docx")
    with zipfile.ZipFile(tmp_path / "a.docx", "a") as package:
        package.writestr("word/header9.xml", f"<w:p><w:t>邮箱 who@example.org {PHONE}</w:t></w:p>")
    assert any("header9" in where for where, _ in texts_of(tmp_path))


def test_a_folder_can_be_read_in_parts(tmp_path):
    _petitions(tmp_path, record_id="13800138000")
    (tmp_path / "a.json").write_text(json.dumps({"records": ["13800138000"]}))
    (tmp_path / "b.md").write_text(f"电话{PHONE}", encoding="utf-8")
    assert check_leaks(tmp_path, only=lambda name: name != "b.md") is None
    assert check_leaks(tmp_path, only=lambda name: name == "a.json", own=Marks.of(["13800138000"])) is None
    with pytest.raises(LeakError, match="b.md"):
        check_leaks(tmp_path, only=lambda name: name == "b.md")


@pytest.mark.parametrize(
    "text",
    [
        f"<{PHONE}</td>",
        f"1<{PHONE}>2",
        f"<!-- {PHONE} -->",
        f"<script>x = '{PHONE}'</script>",
        f"<img alt='{PHONE}'>",
    ],
)
def test_what_only_looks_like_markup_is_read(text, tmp_path):
    (tmp_path / "a.html").write_text(f"<td>{text}", encoding="utf-8")
    with pytest.raises(LeakError, match="PHONE"):
        check_leaks(tmp_path)


STRAY = [
    f'[], "cells": ["电话{PHONE}"], "cells": []',
    f'[{{"x": "电话{PHONE}"}}]',
    f'[{{"x/y": ["电话{PHONE}"]}}]',
]


@pytest.mark.parametrize("cells", STRAY)
def test_fields_no_notebook_should_have_are_read(cells, tmp_path):
    (tmp_path / "a.ipynb").write_text(f'{{"cells": {cells}}}', encoding="utf-8")
    with pytest.raises(LeakError, match="PHONE"):
        check_notebook(tmp_path / "a.ipynb")


def test_a_packed_chunk_and_what_follows_the_picture_are_read(tmp_path):
    import struct
    import zlib

    def png(kind, content, after=b""):
        parts = (kind, content), (b"IEND", b"")
        chunks = (struct.pack(">I", len(c)) + k + c + b"\0" * 4 for k, c in parts)
        (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + after)

    for made in (
        (b"zTXt", b"Comment\0\0" + zlib.compress(f"tel {PHONE}".encode())),
        (b"prVt", PHONE.encode()),
    ):
        png(*made)
        with pytest.raises(LeakError, match="PHONE"):
            check_leaks(tmp_path)
    png(b"IDAT", b"", after=f" tel {PHONE}".encode())
    with pytest.raises(LeakError, match="after its end"):
        check_leaks(tmp_path)


def test_links_attached_files_and_programs_in_packages_do_not_leave(tmp_path):
    from pypdf import PdfWriter

    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.md").symlink_to("/etc/hostname")
    with pytest.raises(LeakError, match="link"):
        check_leaks(tmp_path / "a")
    writer = PdfWriter()
    writer.add_blank_page(9, 9)
    writer.add_attachment("a.txt", PHONE.encode())
    (tmp_path / "p").mkdir()
    writer.write(tmp_path / "p" / "a.pdf")
    with pytest.raises(LeakError, match="attached"):
        check_leaks(tmp_path / "p")
    (tmp_path / "x").mkdir()
    _xlsx(tmp_path / "x" / "a.xlsx", CLEAN)
    with zipfile.ZipFile(tmp_path / "x" / "a.xlsx", "a") as package:
        package.writestr("xl/vbaProject.bin", PHONE)
    with pytest.raises(LeakError, match="a.xlsx"):
        check_leaks(tmp_path / "x")


def test_a_note_in_a_pdf_and_the_description_of_a_figure_are_read(tmp_path):
    from pypdf import PdfWriter
    from pypdf.generic import DictionaryObject, NameObject, TextStringObject

    writer = PdfWriter()
    writer.add_blank_page(9, 9)
    note = DictionaryObject({NameObject("/Alt"): TextStringObject(f"电话{PHONE}")})
    writer.pages[0][NameObject("/PieceInfo")] = writer._add_object(note)
    writer.write(tmp_path / "a.pdf")
    with pytest.raises(LeakError, match="/Alt"):
        check_leaks(tmp_path)


def test_the_name_of_a_file_and_a_number_that_is_a_name_are_read(tmp_path):
    (tmp_path / f"电话{PHONE}.md").write_text("x")
    with pytest.raises(LeakError, match="file 1 name"):
        check_leaks(tmp_path)
    (tmp_path / f"电话{PHONE}.md").unlink()
    _petitions(tmp_path, record_id="投诉人张小芳")
    with pytest.raises(LeakError, match=r"record_id, place 1 in order \(NAME\)"):
        check_leaks(tmp_path)


def test_texts_redaction_vouches_for_are_still_searched_for_what_was_masked():
    text = "琪琪格附近"
    reader = Reader(masked=Surfaces({("琪琪格", "NAME")}))
    assert "琪琪格" not in reader.settle_many([text], Redactor(KEY, model=False), read={text})[0]
    unread = Reader().settle_many([f"电话{PHONE}"], Redactor(KEY, model=False), read=frozenset())
    assert PHONE not in unread[0]


def test_counts_side_by_side_in_a_line_are_no_telephone_number(tmp_path):
    (tmp_path / "a.txt").write_text("道路与交通管理 13887 1675 13.9%", encoding="utf-8")
    with pytest.raises(LeakError, match="PHONE"):
        check_leaks(tmp_path)
    (tmp_path / "facts.json").write_text('{"all": {"value": 13887}, "repeated": 1675}', encoding="utf-8")
    check_leaks(tmp_path)
    (tmp_path / "a.txt").write_text(f"电话{PHONE} 13887", encoding="utf-8")
    with pytest.raises(LeakError, match="PHONE"):
        check_leaks(tmp_path)


def test_letters_by_which_a_pdf_names_itself_are_nobodys(tmp_path):
    import typst

    for n in range(8):  # other letters for each file
        source = f'#set document(title: "甲{n}", date: datetime(year: 2025, month: 1, day: 1))\n{n}'
        (tmp_path / "a.pdf").write_bytes(typst.compile(source.encode(), pdf_standards=["a-2a"]))
        assert not [place for place, text in texts_of(tmp_path) if "==" in text]
    _pdf(tmp_path / "a.pdf", title=f"{PHONE}==", body="x")
    with pytest.raises(LeakError, match="PHONE"):
        check_leaks(tmp_path)
