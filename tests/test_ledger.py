"""Reading ledgers: formats, headers, columns, cells, ids."""

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
import xlwt

from minelib.errors import InputError
from minelib.ledger import iter_ledger, read_ledger
from minelib.schema import RAW_PETITION, REJECT, check

HEAD = ["信访件编号", "信访人", "标题", "信访日期", "信访内容", "办理情况"]
ROWS = [
    ["007", "甲", "拖欠工资", "2024/2/28 11:25:05", "工地拖欠工资三个月", ""],
    ["8", "乙", "物业收费", "2024年2月28日", "第一段\n第二段", '答："已办"'],
    ["9", "丙", "", "20240228", "井盖缺失,有人受伤", "转办"],
]


def table(rows=ROWS, head=HEAD):
    return pd.DataFrame(rows, columns=head)


def workbook(path, sheets):
    """Write sheets of rows of cells; true dates become date cells."""
    book = xlsxwriter.Workbook(path)
    date = book.add_format({"num_format": "yyyy/m/d h:mm"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, dt.date):
                    sheet.write_datetime(r, c, value, date)
                elif value is not None and value != "":
                    sheet.write(r, c, value)
    book.close()
    return path


def old_workbook(path, rows):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            sheet.write(r, c, value)
    book.save(str(path))


def csv(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


WRITERS = {
    "xlsx": lambda p: workbook(p, {"Sheet1": [HEAD, *ROWS]}),
    "xls": lambda p: old_workbook(p, [HEAD, *ROWS]),
    "csv": lambda p: table().to_csv(p, index=False),
    "csv with BOM": lambda p: table().to_csv(p, index=False, encoding="utf-8-sig"),
    "csv GB18030": lambda p: table().to_csv(p, index=False, encoding="gb18030"),
    "csv UTF-16": lambda p: table().to_csv(p, index=False, encoding="utf-16"),
    "csv UTF-16 without BOM": lambda p: table().to_csv(p, index=False, encoding="utf-16-le"),
    "tsv": lambda p: table().to_csv(p, index=False, sep="\t"),
    "csv semicolon": lambda p: table().to_csv(p, index=False, sep=";"),
    "csv full-width comma": lambda p: table().to_csv(p, index=False, sep="，"),
    "csv CRLF": lambda p: table().to_csv(p, index=False, lineterminator="\r\n"),
    "csv all quoted": lambda p: table().to_csv(p, index=False, quoting=1),
    "jsonl": lambda p: table().to_json(p, orient="records", lines=True, force_ascii=False),
    "jsonl escaped": lambda p: table().to_json(p, orient="records", lines=True),
    "json": lambda p: table().to_json(p, orient="records", force_ascii=False, indent=1),
    "parquet": lambda p: table().to_parquet(p, index=False),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_every_format_gives_the_same_petitions(kind, tmp_path):
    path = tmp_path / f"台账.{kind.split()[0]}"
    WRITERS[kind](path)
    ledger = read_ledger(path)
    petitions = ledger.petitions
    check(petitions, RAW_PETITION, what="petitions")
    assert list(petitions.columns) == list(RAW_PETITION)
    assert petitions["record_id"].tolist() == ["007", "8", "9"]
    assert petitions["text"].tolist() == [row[4] for row in ROWS]
    assert petitions["title"].tolist() == ["拖欠工资", "物业收费", ""]
    assert petitions["reply"].tolist() == [row[5] for row in ROWS]
    assert petitions["received_at"].astype(str).tolist()[0] == "2024-02-28 11:25:05"
    assert str(petitions["received_at"].dtype) == "datetime64[s]"
    assert ledger.n_read == 3 and ledger.rejects.empty


@pytest.mark.parametrize("kind", WRITERS)
def test_blocks_together_are_the_whole(kind, tmp_path):
    path = tmp_path / f"台账.{kind.split()[0]}"
    WRITERS[kind](path)
    parts = list(iter_ledger(path, block_rows=2))
    assert len(parts) == 2
    joined = pd.concat([p.petitions for p in parts], ignore_index=True)
    pd.testing.assert_frame_equal(joined, read_ledger(path).petitions)


def test_a_name_says_nothing_the_content_decides(tmp_path):
    workbook(tmp_path / "真的.xlsx", {"S": [HEAD, *ROWS]})
    (tmp_path / "真的.xlsx").rename(tmp_path / "其实是表格.csv")
    assert len(read_ledger(tmp_path / "其实是表格.csv").petitions) == 3


def test_title_rows_above_and_totals_below(tmp_path):
    rows = [
        ["某区2024年上半年信访台账"],
        [],
        ["填表单位：某办", "", "日期：7月1日"],
        HEAD,
        *ROWS,
        [],
        ["合计", "", "", "3件"],
    ]
    ledger = read_ledger(workbook(tmp_path / "a.xlsx", {"台账": rows}))
    assert ledger.petitions["row"].tolist() == [5, 6, 7]
    assert ledger.rejects.values.tolist() == [["a.xlsx", "台账", 9, "合计行"]]
    assert ledger.sources["header_row"].tolist() == [4]


def test_a_header_of_two_rows(tmp_path):
    rows = [
        ["编号", "信访人", "", "日期", "", "信访内容", "被信访人", ""],
        ["", "姓名", "联系电话", "信访日期", "登记日期", "", "姓名", "单位"],
        ["1", "甲", "13900000000", "2024-01-02", "2024-01-03", "欠薪", "乙", "某公司"],
    ]
    petition = read_ledger(workbook(tmp_path / "a.xlsx", {"S": rows})).petitions.iloc[0]
    assert (petition["petitioner"], petition["respondent"], petition["identity"]) == (
        "甲",
        "乙",
        "13900000000",
    )
    assert str(petition["registered_at"]) == "2024-01-03 00:00:00"
    assert petition["row"] == 3


def test_blank_columns_and_repeated_headers(tmp_path):
    spread = [["", "", *row[:3], "", *row[3:]] for row in [HEAD, ROWS[0], HEAD, ROWS[1]]]
    ledger = read_ledger(workbook(tmp_path / "a.xlsx", {"S": [[], *spread]}))
    assert ledger.petitions["record_id"].tolist() == ["007", "8"]
    assert ledger.rejects[["row", "reason"]].values.tolist() == [[4, "重复的表头行"]]


def test_every_sheet_with_a_text_column_is_read_and_the_others_are_named(tmp_path):
    sheets = {
        "一季度": [HEAD, ROWS[0]],
        "统计": [["区县", "件数"], ["甲区", 3]],
        "二季度": [HEAD, ROWS[1]],
        "空": [],
    }
    path = workbook(tmp_path / "a.xlsx", sheets)
    ledger = read_ledger(path)
    assert ledger.petitions["sheet"].tolist() == ["一季度", "二季度"]
    skipped = ledger.sources.set_index("sheet")["skipped"].to_dict()
    assert skipped == {"一季度": "", "统计": "没有正文列", "二季度": "", "空": "空表"}
    assert read_ledger(path, sheet="二季度").petitions["record_id"].tolist() == ["8"]
    with pytest.raises(InputError, match="三季度.*一季度"):
        read_ledger(path, sheet="三季度")


def test_a_sheet_that_declares_a_million_rows(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet()
    for r, row in enumerate([HEAD, *ROWS]):
        sheet.write_row(r, 0, row)
    bold = book.add_format({"bold": True})
    sheet.write_blank(1_048_575, 5, None, bold)
    sheet.set_row(65_000, 20, bold)
    book.close()
    assert read_ledger(tmp_path / "a.xlsx").n_read == 3


def test_the_user_names_columns(tmp_path):
    path = csv(tmp_path / "a.csv", "号,甲栏,乙栏\n1,欠薪,三个月\n")
    with pytest.raises(InputError, match="a.csv.*号、甲栏、乙栏.*columns="):
        read_ledger(path)
    ledger = read_ledger(path, columns={"text": ["甲栏", "乙栏"], "record_id": "号"})
    assert ledger.petitions[["record_id", "text"]].values.tolist() == [["1", "欠薪\n三个月"]]
    with pytest.raises(InputError, match="丙栏.*号、甲栏、乙栏"):
        read_ledger(path, columns={"text": "甲栏", "place": "丙栏"})
    with pytest.raises(InputError, match="no field is called 'body'"):
        read_ledger(path, columns={"body": "甲栏"})


def test_unmapped_columns_are_told(tmp_path):
    sources = read_ledger(csv(tmp_path / "a.csv", "编号,内容,点赞数\n1,欠薪,5\n")).sources
    assert sources["unmapped"].tolist() == ["点赞数"]
    assert sources["columns"].tolist() == ["record_id=编号; text=内容"]


def test_mixed_dates_in_one_column_and_impossible_ones_counted(tmp_path):
    cells = [dt.datetime(2024, 3, 5, 8, 30), 45356, "2024年3月5日", "2024-02-31", "", "不详"]
    rows = [
        ["编号", "登记日期", "内容"],
        *[[str(i), cell, f"事由{'甲乙丙丁戊己'[i]}"] for i, cell in enumerate(cells)],
    ]
    ledger = read_ledger(workbook(tmp_path / "a.xlsx", {"S": rows}))
    shown = [str(day) for day in ledger.petitions["registered_at"]]
    assert shown == ["2024-03-05 08:30:00", "2024-03-05 00:00:00", "2024-03-05 00:00:00", "NaT", "NaT", "NaT"]
    assert ledger.sources["n_bad_dates"].tolist() == [2]


def test_numbers_as_ids_keep_their_form(tmp_path):
    rows = [
        ["编号", "内容"],
        [188006, "欠薪"],
        [188007.0, "噪音"],
        ["007", "油烟"],
        ["1810K0000161500118", "井盖"],
    ]
    ids = read_ledger(workbook(tmp_path / "a.xlsx", {"S": rows})).petitions["record_id"].tolist()
    assert ids == ["188006", "188007", "007", "1810K0000161500118"]


def shuffled(rows, seed):
    return [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]


def test_rows_without_numbers_get_ids_of_their_content_in_any_order(tmp_path):
    rows = [[f"{t}" for t in ("事由甲", "事由乙", "事由乙", "事由丙", "事由乙")]]
    texts = rows[0]
    ids = []
    for seed in range(3):
        lines = "\n".join(["内容", *shuffled(texts, seed)])
        petitions = read_ledger(csv(tmp_path / f"{seed}.csv", lines)).petitions
        assert petitions["record_id"].is_unique
        ids.append(sorted(zip(petitions["record_id"], petitions["text"], strict=True)))
    assert ids[0] == ids[1] == ids[2]
    first = next(i for i, t in ids[0] if t == "事由乙")
    assert [i for i, t in ids[0] if t == "事由乙"] == [first, f"{first}-2", f"{first}-3"]


def test_numbers_used_twice(tmp_path):
    rows = [
        "1,甲,事由甲,",
        "2,乙,事由乙,",
        "2,乙,事由乙,已答复",
        "3,丙,事由丙,",
        "3,丁,事由丁,",
        "2,乙,事由 乙,",
    ]
    seen = []
    for seed in range(4):
        text = "\n".join(["编号,信访人,内容,答复", *shuffled(rows, seed)])
        ledger = read_ledger(csv(tmp_path / "a.csv", text))
        seen.append(sorted(ledger.petitions[["record_id", "petitioner", "reply"]].values.tolist()))
        assert ledger.rejects["reason"].tolist() == ["与另一行编号相同、内容相同"] * 2
        assert ledger.n_read == 6 and ledger.petitions["record_id"].is_unique
        blocks = [b.petitions for b in iter_ledger(tmp_path / "a.csv", block_rows=1)]
        pd.testing.assert_frame_equal(pd.concat(blocks, ignore_index=True), ledger.petitions)
    assert all(s == seen[0] for s in seen)
    ids = [s[0] for s in seen[0]]
    assert ids[:2] == ["1", "2"] and all(i.startswith("3-") and len(i) == 10 for i in ids[2:])
    assert seen[0][1] == ["2", "乙", "已答复"]


def test_several_files_number_their_rows_alike(tmp_path):
    one = csv(tmp_path / "甲区.csv", "编号,内容\n1,欠薪\n2,噪音\n")
    two = csv(tmp_path / "乙区.csv", "编号,内容\n1,油烟\n5,井盖\n")
    ledger = read_ledger([one, two])
    assert ledger.petitions["record_id"].is_unique
    assert {"2", "5"} < set(ledger.petitions["record_id"])
    assert ledger.petitions["source"].tolist() == ["甲区.csv", "甲区.csv", "乙区.csv", "乙区.csv"]
    other_way = read_ledger([two, one]).petitions
    assert set(other_way["record_id"]) == set(ledger.petitions["record_id"])


def test_read_is_used_and_rejected_for_every_source(tmp_path):
    text = "编号,内容\n1,欠薪\n2,\n合计,2\n1,欠薪\n编号,内容\n,，。\n"
    ledger = read_ledger(csv(tmp_path / "a.csv", text))
    assert ledger.n_read == 6 == len(ledger.petitions) + len(ledger.rejects)
    assert ledger.sources[["n_read", "n_used", "n_rejected"]].values.tolist() == [[6, 1, 5]]
    assert list(ledger.rejects.columns) == list(REJECT)
    assert ledger.rejects["row"].is_monotonic_increasing
    assert ledger.rejects["reason"].tolist()[:2] == ["无标题也无正文", "合计行"]


def test_a_quoted_cell_over_many_lines_keeps_row_numbers_of_a_spreadsheet(tmp_path):
    text = '编号,内容\n1,"一\n二,\n""三"""\n\n2,欠薪\n'
    petitions = read_ledger(csv(tmp_path / "a.csv", text)).petitions
    assert petitions["text"].tolist() == ['一\n二,\n"三"', "欠薪"]
    assert petitions["row"].tolist() == [2, 4]


def test_a_quote_nobody_closed_harms_its_own_row_only(tmp_path):
    text = (
        '编号,标题,内容,日期\n1,甲,"工地欠薪,2024-01-01\n2,乙,"噪音",2024-01-02\n'
        '3,丙,他说"不管,2024-01-03\n4,丁,油烟,\n'
    )
    petitions = read_ledger(csv(tmp_path / "a.csv", text)).petitions
    assert petitions["record_id"].tolist() == ["1", "2", "3", "4"]
    assert petitions["text"].tolist() == ['"工地欠薪', "噪音", '他说"不管', "油烟"]


def test_lines_of_two_encodings_in_one_file(tmp_path):
    path = tmp_path / "a.csv"
    lines = [
        "编号,内容".encode(),
        "1,工地拖欠工资".encode("gb18030"),
        "2,夜间施工扰民".encode(),
        b"3,\xff\xfe\x80\x81",
    ]
    path.write_bytes(b"\n".join(lines))
    ledger = read_ledger(path)
    assert ledger.petitions["text"].tolist() == ["工地拖欠工资", "夜间施工扰民"]
    assert ledger.rejects[["row", "reason"]].values.tolist() == [
        [4, "编码无法识别：既不是 UTF-8，也不是 GB18030"]
    ]


def test_short_gb18030_words_that_look_like_utf8(tmp_path):
    path = csv(tmp_path / "a.csv", "编号,内容\n1,联通\n2,工地拖欠工资\n", "gb18030")
    assert read_ledger(path).petitions["text"].tolist() == ["联通", "工地拖欠工资"]


def test_json_lines_of_different_keys(tmp_path):
    lines = [
        {"编号": 7, "内容": "欠薪"},
        {"内容": "噪音", "编号": None, "答复": {"意见": "转办"}},
        {"编号": "9", "内容": 5},
    ]
    path = tmp_path / "a.jsonl"
    path.write_text(
        "\n".join(
            [*(json.dumps(x) for x in lines), "{坏", "[1]", '{"编号":"x","内容":"\\ud800欠\\ud83d\\ude00"}']
        )
    )
    ledger = read_ledger(path)
    assert ledger.petitions["text"].tolist() == ["欠薪", "噪音", "\ufffd欠😀"]
    assert ledger.petitions["reply"].tolist() == ["", '{"意见": "转办"}', ""]
    assert ledger.rejects[["row", "reason"]].values.tolist() == [
        [3, "无标题也无正文"],
        [4, "不是有效的 JSON"],
        [5, "JSON 不是“列名: 值”的对象"],
    ]


def test_parquet_types(tmp_path):
    data = pd.DataFrame(
        {
            "编号": [1, 2],
            "信访日期": pd.to_datetime(["2024-03-05 01:02:03", None]),
            "内容": ["欠薪", "噪音"],
            "信访人数": [5, None],
            "是否重复": [True, None],
            "标签": [["a"], ["b"]],
        }
    )
    data.to_parquet(tmp_path / "a.parquet")
    petitions = read_ledger(tmp_path / "a.parquet").petitions
    assert [str(day) for day in petitions["received_at"]] == ["2024-03-05 01:02:03", "NaT"]
    assert petitions["n_people"].tolist() == [5, pd.NA] and petitions["is_repeat"].tolist() == [True, pd.NA]


def test_a_ledger_is_not_changed_by_reading_and_reading_twice_is_the_same(tmp_path):
    path = csv(tmp_path / "a.csv", "编号,内容\n1,欠薪\n1,噪音\n")
    before = path.read_bytes()
    pd.testing.assert_frame_equal(read_ledger(path).petitions, read_ledger(path).petitions)
    assert path.read_bytes() == before
