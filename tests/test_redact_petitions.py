"""Pseudonyms, keys, tables of petitions and the JSON-lines door. All names and numbers are made up."""

import json
import pickle
import stat

import pytest

from minelib.errors import InputError, MinelibWarning
from minelib.redact import Redactor, Surfaces, key_id, load_key, new_key, redact_jsonl, scan
from minelib.schema import MASK, PETITION, RAW_PETITION, frame

KEY, OTHER = b"0123456789abcdef", b"fedcba9876543210"


def petitions(*rows):
    blank = {"source": "a.csv", "sheet": "", "row": 1, "n_people": None, "is_repeat": None}
    return frame([{**blank, "record_id": str(i), **row} for i, row in enumerate(rows)], RAW_PETITION)


def test_same_value_same_mask_other_office_other_mask():
    text = "村民张小芳反映"
    assert Redactor(KEY).redact(text) == Redactor(KEY).redact(text) != Redactor(OTHER).redact(text)
    assert MASK.search(Redactor(KEY).redact(text))


def test_number_has_one_mask_however_it_is_written():
    redactor = Redactor(KEY)
    written = ("13800138000", "138-0013-8000", "＋86 13800138000")
    masks = {MASK.search(redactor.redact(f"电话{n}"))[0] for n in written}
    assert len(masks) == 1


def test_title_stays_readable():
    assert Redactor(KEY).redact("请胡书记重视").endswith("〉书记重视")


def test_lists_of_the_user_win():
    redactor = Redactor(KEY, mask_names=["凤凰计划"], keep_names=["张小芳"])
    redacted = redactor.redact("村民张小芳与村民王建国参加凤凰计划")
    assert "张小芳" in redacted and "王建国" not in redacted and "凤凰计划" not in redacted


def test_table_holds_no_petitioner_and_names_nobody():
    raw = petitions(
        {"text": "我是何小满，包工头张建国", "petitioner": "何小满", "identity": "13800138000"},
        {"text": "张建国又欠薪", "petitioner": "A00012345"},
        {"text": "路灯不亮", "respondent": "王建军", "reply": "已联系王建军"},
    )
    before = raw.copy()
    table, log = Redactor(KEY).redact_petitions(raw)
    assert list(table.columns) == list(PETITION)
    everything = table.to_csv()
    assert not any(s in everything for s in ("何小满", "张建国", "王建军", "13800138000", "A00012345"))
    assert raw.equals(before)
    assert log.masked["NAME"] >= 5 and log.rows == 3 and log.petitioners == 2 and log.key_id == key_id(KEY)


def test_petitioner_without_a_surname_is_masked_in_the_row_that_names_them():
    row = {"text": "本人哈斯朝来访", "petitioner": "哈斯朝"}
    table, _ = Redactor(KEY).redact_petitions(petitions(row))
    assert "哈斯朝" not in table["text"][0]


def test_name_of_one_row_is_masked_in_every_other():
    rows = [{"text": "村民谷斌海打人"}, {"text": "听说谷斌海跑了"}, {"text": "谷斌海路该修了"}]
    table, _ = Redactor(KEY, model=False).redact_petitions(petitions(*rows))
    assert "谷斌海" not in table["text"][0] + table["text"][1]
    assert table["text"][2] == "谷斌海路该修了"


def test_short_name_told_in_one_cell_is_masked_in_the_others_of_its_row_only():
    rows = [{"title": "林强家楼上漏水", "text": "户主林强不修"}, {"text": "望林强起来"}]
    told, _ = Redactor(KEY, model=False).redact_petitions(petitions({"text": "我叫林强"}, *rows[1:]))
    assert "林强" not in told["text"][0] and told["text"][1] == "望林强起来"
    both, _ = Redactor(KEY, model=False).redact_petitions(
        petitions({"title": "问林强起来的事", "text": "我叫林强"})
    )
    assert "林强" not in both["title"][0] + both["text"][0]


def test_a_cell_said_again_in_many_rows_is_read_once(monkeypatch):
    read = []
    real = Redactor.spans_many
    monkeypatch.setattr(
        Redactor, "spans_many", lambda self, texts, **o: read.extend(texts) or real(self, texts, **o)
    )
    Redactor(KEY).redact_petitions(petitions(*[{"text": "路灯不亮", "category": "市政"}] * 5))
    assert sorted(read) == ["市政", "路灯不亮"]


def test_title_behind_a_name_stays_though_another_cell_tells_the_name():
    rows = petitions({"title": "感谢陈明律师", "text": "陈明律师态度好，我叫陈明"})
    table, _ = Redactor(KEY, model=False).redact_petitions(rows)
    assert "律师" in table["title"][0] and "律师" in table["text"][0] and "陈明" not in table.to_csv()


def test_some_rows_of_a_table_are_redacted_as_well():
    rows = petitions({"text": "路灯不亮"}, {"text": "我叫张小芳"}, {"text": "张小芳又来"})
    table, _ = Redactor(KEY).redact_petitions(rows[1:])
    assert (
        len(table) == 2
        and not table["text"].str.contains("张小芳").any()
        and table["record_id"].notna().all()
    )


def test_order_of_rows_changes_nothing():
    rows = [{"record_id": "b", "text": "村民谷斌海打人", "petitioner": "李秋生"},
            {"record_id": "a", "text": "听说谷斌海跑了", "petitioner": "李秋生"}]  # fmt: skip
    one, _ = Redactor(KEY).redact_petitions(petitions(*rows))
    two, _ = Redactor(KEY).redact_petitions(petitions(*rows[::-1]))
    assert one.sort_values("record_id", ignore_index=True).drop(columns="row").equals(
        two.sort_values("record_id", ignore_index=True).drop(columns="row"))  # fmt: skip


def test_empty_table_is_redacted_to_an_empty_table():
    table, log = Redactor(KEY).redact_petitions(petitions())
    assert len(table) == 0 and list(table.columns) == list(PETITION) and log.masked == {}


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        (("张三", "430203196508020393"), ("张 三", "430203650802039 13800138000"), True),
        (("张三", "13800138000"), ("张三", "138-0013-8000"), True),
        (("张三", "13800138000"), ("李四", "13800138000"), False),
        (("A00012345", ""), (" A00012345 ", ""), True),
        (("A00012345", ""), ("A00012346", ""), False),
        (("張三", ""), ("张三", ""), True),
    ],
)
def test_same_person_same_pseudonym(one, two, same):
    redactor = Redactor(KEY)
    assert (redactor.petitioner_id(*one) == redactor.petitioner_id(*two)) is same


@pytest.mark.parametrize("nobody", ["", " ", "匿名", "网友", "/", "无", "***"])
def test_nobody_has_no_pseudonym(nobody):
    assert Redactor(KEY).petitioner_id(nobody) == ""


def test_masked_strings_are_found_and_never_written():
    _, log = Redactor(KEY).redact_petitions(petitions({"text": "村民谷斌海，电话13800138000"}))
    assert [s.kind for s in log.surfaces.find("图例：谷斌海 13800138000")] == ["NAME", "PHONE"]
    assert "谷斌海" not in repr(log)
    with pytest.raises(TypeError):
        pickle.dumps(log)


def test_surfaces_pass_over_short_names_and_words():
    surfaces = Surfaces({("高兴", "NAME"), ("李强", "NAME"), ("胡书记", "NAME_TITLE")})
    assert surfaces.find("高兴李强胡书记") == []


def test_scan_passes_over_masks_and_finds_numbers():
    assert scan("〈姓名3QK7〉反映，见〔2023〕7号") == []
    assert [s.kind for s in scan("手机13800138000，身份证11010519491231002X")] == ["PHONE", "ID"]


def test_key_is_made_once_for_its_owner_only(tmp_path, monkeypatch):
    monkeypatch.setenv("MINELIB_KEY", str(tmp_path / "deep" / "own.key"))
    key = load_key()
    assert len(key) == 32 and load_key() == key
    assert stat.S_IMODE((tmp_path / "deep" / "own.key").stat().st_mode) == 0o600
    with pytest.raises(InputError, match="there already"):
        new_key(tmp_path / "deep" / "own.key")


def test_key_that_was_named_must_be_there_and_be_a_key(tmp_path):
    with pytest.raises(InputError, match="not there"):
        load_key(tmp_path / "none.key")
    (tmp_path / "bad.key").write_text("not hexadecimal")
    with pytest.raises(InputError, match="no key"):
        load_key(tmp_path / "bad.key")
    (tmp_path / "open.key").write_text("ab" * 32)
    (tmp_path / "open.key").chmod(0o644)
    with pytest.warns(MinelibWarning, match="chmod 600"):
        load_key(tmp_path / "open.key")


def test_short_key_is_refused():
    with pytest.raises(ValueError, match="16 bytes"):
        Redactor(b"short")


def test_json_lines_keep_ids_and_offsets(tmp_path):
    lines = [{"id": 7, "text": "村民张小芳"}, {"id": "b", "text": "路灯不亮", "more": 1}]
    (tmp_path / "in.jsonl").write_text("\n".join(json.dumps(x) for x in lines) + "\n\n", encoding="utf-8-sig")
    assert redact_jsonl(tmp_path / "in.jsonl", tmp_path / "out.jsonl", KEY) == 2
    one, two = map(json.loads, (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines())
    assert one["id"] == 7 and one["spans"] == [[2, 5, "NAME"]] and MASK.search(one["text"])
    assert two == {"id": "b", "spans": [], "text": "路灯不亮"}


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"id": 1}', '{"text": "x"}', '{"id": 1, "text": 2}', '"x"', "[" * 100_000]
)
def test_bad_line_is_named_and_nothing_is_written(tmp_path, line):
    (tmp_path / "in.jsonl").write_text('{"id": 1, "text": "x"}\n' + line, encoding="utf-8")
    with pytest.raises(InputError, match="line 2"):
        redact_jsonl(tmp_path / "in.jsonl", tmp_path / "out.jsonl", KEY)
    assert not (tmp_path / "out.jsonl").exists()


def test_file_that_is_not_utf8_is_said_to_be_so(tmp_path):
    (tmp_path / "in.jsonl").write_bytes('{"id": 1, "text": "中文"}'.encode("gb18030"))
    with pytest.raises(InputError, match="UTF-8"):
        redact_jsonl(tmp_path / "in.jsonl", tmp_path / "out.jsonl", KEY)
