"""Files no office meant to send: each is read right, or refused in one line that names it.

Every case is made here. Time and memory are bounded by what the reader refuses before it opens a file.
"""

import io
import json
import os
import struct
import zipfile

import pandas as pd
import pytest
import xlsxwriter
from openpyxl import Workbook
from test_ledger import WRITERS

from minelib.errors import InputError
from minelib.ledger import iter_ledger, read_ledger
from minelib.ledger.cells import MAX_CELL

HEAD = ["编号", "标题", "内容", "日期"]
ROW = ["1", "拖欠工资", "工地拖欠工资三个月", "2024-03-05"]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


def xlsx(rows=(HEAD, ROW), **options):
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True, "strings_to_formulas": False, **options})
    sheet = book.add_worksheet("台账")
    for r, row in enumerate(rows):
        sheet.write_row(r, 0, row)
    book.close()
    return held.getvalue()


def repacked(changes, data=None):
    """Return an xlsx with some of its parts replaced."""
    held = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data or xlsx())) as old,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, changes.pop(name, None) or old.read(name))
        for name, part in changes.items():
            new.writestr(name, part)
    return held.getvalue()


def _zip(parts):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return held.getvalue()


def cell(ref, text):
    return f'<c r="{ref}" t="inlineStr"><is><t>{text}</t></is></c>'


def stray_cell():
    far = f'<row r="1048576">{cell("XFD1048576", "x")}</row>'
    rows = f'<row r="1">{cell("A1", "编号")}{cell("B1", "内容")}</row>'
    return repacked({"xl/worksheets/sheet1.xml": SHEET.format(rows + far)})


def entity_bomb():
    lol = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "lol"}">' for i in range(10))
    return repacked({"xl/sharedStrings.xml": f"<?xml version='1.0'?><!DOCTYPE sst [{lol}]><sst>&l9;</sst>"})


def external_entity():
    part = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + SHEET.format("&e;")
    return repacked({"xl/worksheets/sheet1.xml": part})


def zip_bomb():
    """Return a package that declares 3 GB for its sheet."""
    data = bytearray(_zip({"xl/workbook.xml": "<workbook/>", "xl/worksheets/sheet1.xml": " " * 5000}))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 3 << 30)
    return bytes(data)


def lying_zip_bomb():
    """Return a package that declares one byte for a part that unpacks to 16 MB."""
    data = bytearray(repacked({"xl/worksheets/sheet1.xml": " " * (16 << 20)}))
    for mark, size in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.index(mark)
        while b"sheet1.xml" not in data[at : at + 90]:
            at = data.index(mark, at + 4)
        data[at + size : at + size + 4] = struct.pack("<I", 1)
    return bytes(data)


def repeated_string():
    """Return a workbook of 200,000 cells that all show one string of 30,000 characters: 18 GB of text."""
    rows = "".join(f'<row r="{r}"><c r="B{r}" t="s"><v>0</v></c></row>' for r in range(2, 200_002))
    head = f'<row r="1">{cell("A1", "编号")}{cell("B1", "内容")}</row>'
    strings = f"<sst><si><t>{'欠薪' * 15_000}</t></si></sst>"
    return repacked({"xl/worksheets/sheet1.xml": SHEET.format(head + rows), "xl/sharedStrings.xml": strings})


def external_link():
    link = '<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    return repacked({"xl/externalLinks/externalLink1.xml": link})


def macros():
    return repacked({"xl/vbaProject.bin": OLE + bytes(600)})


def shuffled_parquet():
    held = io.BytesIO()
    pd.DataFrame([ROW], columns=HEAD).to_parquet(held)
    data = held.getvalue()
    return data[:4] + bytes(len(data) - 12) + data[-8:]


def read_only_workbook():
    held = io.BytesIO()
    book = Workbook(write_only=True)
    sheet = book.create_sheet("台账")
    for row in (HEAD, ROW):
        sheet.append(row)
    book.save(held)
    return held.getvalue()


def text(*lines, encoding="utf-8"):
    return "\n".join([",".join(HEAD), *lines]).encode(encoding)


def encrypted():
    return OLE + "EncryptedPackage".encode("utf-16-le").ljust(2000, b"\0")


def wide():
    return "\n".join([",".join(WIDE), ",".join([*ROW, *["x"] * 9_996])]).encode()


def never_closed():
    return text('1,甲,"欠薪,', *(f"{i},乙,噪音扰民,2024" for i in range(2, 50)))


def opened_in_every_row():
    return text(*(f'{i},甲,"欠薪{i},2024' for i in range(300)))


def numbered(n):
    return GOOD.replace("1", str(n), 1)


def commands():
    return text("1,<script>alert(1)</script>,\"=cmd|' /C calc'!A0 #set page() $x$ \\input{a}\",")


def endless_line():
    return as_json(ROW) + b'\n{"x":' + b"[" * 100_000


def endless_number():
    return '{"内容": '.encode() + b"9" * 1_000_000 + b"}"


def as_json(row):
    return json.dumps(dict(zip(HEAD, row, strict=True))).encode()


def long_id():
    return as_json(["1" * (MAX_CELL + 1), *ROW[1:]])


def two_encodings():
    return text(GOOD) + "\n2,甲,工地拖欠工资,".encode("gb18030")


def page():
    return b"<html><table><tr><td>\xc4\xda</td></tr></table>"


GOOD = ",".join(ROW)
WIDE = [*HEAD, *(f"列{i}" for i in range(9_996))]

# file name, bytes, and either (petitions, rejects) or what the one line must say
CASES = {
    "zip bomb": ("a.xlsx", zip_bomb, "unpacks to more than 2048 MB"),
    "zip bomb that lies about its size": ("a.xlsx", lying_zip_bomb, "damaged, cut short or encrypted"),
    "one long string in every cell": ("a.xlsx", repeated_string, "repeats text to more than 2048 MB"),
    "stray cell at the far corner": ("a.xlsx", stray_cell, "1048576 rows and 16384 columns"),
    "XML entity bomb": ("a.xlsx", entity_bomb, "declares XML entities"),
    "external XML entity": ("a.xlsx", external_entity, "declares XML entities"),
    "workbook cut short": ("a.xlsx", lambda: xlsx()[:3000], "damaged, cut short or encrypted"),
    "damaged bytes": ("a.xlsx", lambda: xlsx()[:300] + bytes(200) + xlsx()[500:], "damaged|readable"),
    "sheet of broken XML": ("a.xlsx", lambda: repacked({"xl/worksheets/sheet1.xml": "<a><b>"}), "a.xlsx"),
    "encrypted workbook": ("a.xlsx", encrypted, "is encrypted"),
    "old workbook of zeros": ("a.xls", lambda: OLE + bytes(5000), "a.xls"),
    "zip of something else": ("a.xlsx", lambda: _zip({"word/document.xml": "<w/>"}), "not an xlsx workbook"),
    "empty zip": ("a.xlsx", lambda: _zip({}), "an empty zip archive"),
    "workbook with an external link": ("a.xlsx", external_link, (1, 0)),
    "workbook with macros": ("a.xlsm", macros, (1, 0)),
    "workbook without dimensions": ("a.xlsx", read_only_workbook, (1, 0)),
    "formulas as text": ("a.xlsx", lambda: xlsx([HEAD, ["=1+1", "+cmd", "@SUM(A1) 欠薪", "-1"]]), (1, 0)),
    "PDF": ("a.xlsx", lambda: b"%PDF-1.7\n", "is a PDF"),
    "picture": ("a.csv", lambda: b"\x89PNG\r\n\x1a\n", "is a picture"),
    "gzip": ("a.csv.gz", lambda: b"\x1f\x8b\x08", "gzip archive"),
    "web page called xls": ("a.xls", page, "web page or XML"),
    "empty file": ("a.csv", lambda: b"", "the file is empty"),
    "only line ends": ("a.csv", lambda: b"\n\r\n\n", "the file is empty"),
    "only a byte order mark": ("a.csv", lambda: b"\xef\xbb\xbf", "the file is empty"),
    "only a header": ("a.csv", lambda: text(), (0, 0)),
    "no header": ("a.csv", lambda: GOOD.encode(), "no column holds the petitions' text"),
    "random bytes": ("a.csv", lambda: bytes(range(256)) * 40, "no column holds"),
    "a megabyte of zeros": ("a.csv", lambda: bytes(1 << 20), "a.csv"),
    "zero bytes in cells": ("a.csv", lambda: text("1,拖\0欠,工地\0拖欠,2024-03-05"), (1, 0)),
    "neither encoding": ("a.csv", lambda: text(GOOD) + b"\n2,\xff\xff,\xfe\xfe,", (1, 1)),
    "two encodings in one file": ("a.csv", two_encodings, (2, 0)),
    "cut inside a character": ("a.csv", lambda: text(GOOD, "2,甲," + "工地拖欠工资" * 9)[:-1], (2, 0)),
    "UTF-16 cut in half a character": ("a.csv", lambda: text(GOOD, encoding="utf-16")[:-1], (1, 0)),
    "old Mac line ends": ("a.csv", lambda: text(GOOD, numbered(2)).replace(b"\n", b"\r"), (2, 0)),
    "quote that never closes": ("a.csv", never_closed, (49, 0)),
    "quotes that never close": ("a.csv", opened_in_every_row, (300, 0)),
    "quote in every place": ("a.csv", lambda: text('"1"x,"甲"乙,"欠"薪"三",2024', '2,""",噪音,'), (2, 0)),
    "commas nobody escaped": ("a.csv", lambda: text(GOOD, "2,甲,欠薪,三个月,没人管,2024"), (1, 1)),
    "fewer fields than columns": ("a.csv", lambda: text("1,甲,欠薪", "2,乙"), (2, 0)),
    "ten thousand columns": ("a.csv", wide, (1, 0)),
    "ten thousand nameless columns": ("a.csv", lambda: ("," * 9_999 + "\n").encode() * 60, "no column holds"),
    "five megabytes in one cell": ("a.csv", lambda: text(GOOD, f"2,甲,{'a' * (5 << 20)},"), (1, 1)),
    "the longest cell allowed": ("a.csv", lambda: text(f"2,甲,{'薪' * MAX_CELL},"), (1, 0)),
    "long cell in a column of names": ("a.jsonl", long_id, (0, 1)),
    "markup and commands": ("a.csv", commands, (1, 0)),
    "bidirectional and zero-width": ("a.csv", lambda: text("1\u200b,\u202e甲,拆\u200b迁\u2066,2024"), (1, 0)),
    "NBSP and cell escapes": ("a.csv", lambda: text("1_x000D_,甲\u00a0,欠薪_x000D_\t三个月,2024"), (1, 0)),
    "json list": ("a.json", lambda: b"[" + as_json(ROW) + b", 3]", (1, 1)),
    "json list cut short": ("a.json", lambda: b'[{"a": 1}, {"b"', "not valid json"),
    "json nested without end": ("a.jsonl", lambda: b"[" * 100_000, "not valid json"),
    "json line nested without end": ("a.jsonl", endless_line, (1, 1)),
    "json number of a million digits": ("a.jsonl", endless_number, "no json object"),
    "json of lone surrogates": ("a.jsonl", lambda: b'{"\\u5185\\u5bb9": "\\ud800\\u6b20\\u85aa"}', (1, 0)),
    "json of no objects": ("a.jsonl", lambda: b"1\n2\n", "no json object"),
    "parquet cut short": ("a.parquet", lambda: b"PAR1" + bytes(50), "not a readable parquet"),
    "parquet with damaged pages": ("a.parquet", shuffled_parquet, "a.parquet"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_read_right_or_refused_in_one_line(case, tmp_path, capfd):
    name, make, expected = CASES[case]
    path = tmp_path / name
    path.write_bytes(make())
    if isinstance(expected, str):
        with pytest.raises(InputError, match=expected) as caught:
            read_ledger(path)
        message = str(caught.value)
        assert name in message and "\n" not in message and str(tmp_path) not in message
    else:
        ledger = read_ledger(path)
        assert (len(ledger.petitions), len(ledger.rejects)) == expected
        assert ledger.sources["n_read"].sum() == ledger.n_read == sum(expected)
        assert all(ledger.rejects["reason"])
        ledger.petitions.to_parquet(tmp_path / "out.parquet")
        parts = [b.petitions for b in iter_ledger(path, block_rows=7)]
        pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), ledger.petitions)
    assert capfd.readouterr().out == ""


def test_what_unpacks_to_more_than_is_allowed_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr("minelib.ledger.package.MAX_UNPACKED", 1 << 20)
    path = tmp_path / "a.xlsx"
    path.write_bytes(repacked({"xl/styles.xml": "<styleSheet/>" + " " * (2 << 20)}))
    with pytest.raises(InputError, match="a.xlsx: unpacks to more than 1 MB"):
        read_ledger(path)


def test_enough_cases():
    assert len(CASES) >= 40


def test_long_cells_are_rejected_by_name_not_cut(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(CASES["five megabytes in one cell"][1]())
    assert read_ledger(path).rejects["reason"].tolist() == [f"单元格超过 {MAX_CELL} 字"]


def test_messages_show_columns_but_no_petition(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("甲列,乙列\n王某反映某公司拖欠工资三个月至今没有任何部门处理,x\n")
    with pytest.raises(InputError) as caught:
        read_ledger(path)
    assert "甲列" in str(caught.value) and "拖欠工资" not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["引'号\".csv", "换\n行.csv", "空 格.csv", "-rf.csv", "零\u200b宽.csv", "好" * 60 + ".csv"]
)
def test_odd_file_names(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(text(GOOD))
    assert read_ledger(path).petitions["source"].tolist() == [name]
    path.write_bytes(b"")
    with pytest.raises(InputError) as caught:
        read_ledger(path)
    assert "\n" not in str(caught.value)


def test_what_is_no_file(tmp_path):
    good = tmp_path / "a.csv"
    good.write_bytes(text(GOOD))
    link = tmp_path / "link.csv"
    link.symlink_to(good)
    os.mkfifo(tmp_path / "pipe.csv")
    assert len(read_ledger(link).petitions) == 1
    for paths, said in [
        (tmp_path, "is a folder without parquet files"),
        (tmp_path / "none.csv", "does not exist"),
        (tmp_path / "pipe.csv", "not a regular file"),
        (tmp_path / ("长" * 300), "no such file name|does not exist"),
        ([], "no ledger was given"),
        ([good, link], "given twice"),
        ("a\0b.csv", "no such file name|does not exist"),
    ]:
        with pytest.raises(InputError, match=said):
            read_ledger(paths)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(text(GOOD))
    path.chmod(0)
    with pytest.raises(InputError, match="cannot be read"):
        read_ledger(path)


def test_one_bad_file_among_good_ones_is_named(tmp_path):
    (tmp_path / "好.csv").write_bytes(text(GOOD))
    (tmp_path / "坏.xlsx").write_bytes(xlsx()[:1000])
    with pytest.raises(InputError, match="坏.xlsx"):
        read_ledger([tmp_path / "好.csv", tmp_path / "坏.xlsx"])


@pytest.mark.parametrize("kind", ["xls", "xlsx", "parquet"])
def test_no_flipped_byte_stops_the_process(kind, tmp_path):
    """Damage a good file at sixty places, one at a time: it is read or refused, never a crash."""
    path = tmp_path / f"a.{kind}"
    WRITERS[kind](path)
    good = path.read_bytes()
    outcomes = set()
    for place in range(60):
        at = place * (len(good) - 1) // 59
        path.write_bytes(good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :])
        try:
            ledger = read_ledger(path)
            outcomes.add("read")
            assert ledger.sources["n_read"].sum() == ledger.n_read
        except InputError as error:
            outcomes.add("refused")
            assert "\n" not in str(error)
    assert "refused" in outcomes
