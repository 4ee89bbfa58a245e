"""The next month joins a finished run: what was placed stays, what is new is placed, nobody starts over."""

import random
import shutil
import sys

import pandas as pd
import pytest

from minelib.cli import main
from minelib.errors import InputError
from minelib.gate import reader as gate_reader
from minelib.gate.marks import digests
from minelib.pipeline import mine
from minelib.redact.surfaces import Surfaces
from minelib.runs import Run, load_run, write_json
from minelib.schema import ISSUE, MATTER, RUN_PETITION, frame
from minelib.update import add
from minelib.update.add import _names
from minelib.update.keep import context_of, name_new, newer_answers, part_repeated, stay
from minelib.update.sums import issues_of

KEY = bytes(range(32))
PLACES = [
    "云顶花园",
    "滨江雅苑",
    "金色家园",
    "翠竹新村",
    "锦绣华庭",
    "望江名邸",
    "桂花苑",
    "东湖公馆",
    "南山里",
    "北湖湾",
]
SURNAMES = "赵钱孙李周吴郑王冯陈"
WRONGS = {
    "物业擅自涨价": "我是{p}小区业主，物业公司没有召开业主大会就擅自上涨物业费，还停用门禁卡逼迫缴费。",
    "工地拖欠农民工工资": "我们在{p}项目工地做木工，包工头和劳务公司拖欠农民工工资三个月，多次讨薪无果。",
    "房产证办不下来": "{p}小区交房已经五年，开发商一直不给业主办理房产证，孩子入学受到影响。",
}
NEW_WRONG = ("学校违规收补课费", "{p}中学周末组织学生集体补课，每人收补课费八百元，不交的学生被点名。")


def rows(month: int, places, wrongs, *, who="", status="办理中"):
    """Letters about each place, by one person of that place unless `who` wrote them all."""
    table = []
    for i, place in enumerate(places):
        surname = SURNAMES[PLACES.index(place)]
        for j, (title, text) in enumerate(wrongs.items()):
            table.append({
                "信访件编号": f"L{month}{i:02d}{j}", "信访日期": f"2025-{month:02d}-{1 + i:02d}",
                "姓名": who or f"{surname}建国", "标题": f"{place}{title}", "办理状态": status,
                "信访内容": f"{text.format(p=place)}我叫{surname}小芳。",
            })  # fmt: skip
    return table


def written(path, table, seed=0):
    random.Random(seed).shuffle(table)
    pd.DataFrame(table).to_csv(path, index=False)
    return path


JULY = {**WRONGS, NEW_WRONG[0]: NEW_WRONG[1]}


@pytest.fixture(scope="module")
def months(tmp_path_factory):
    place = tmp_path_factory.mktemp("months")
    mine(written(place / "june.csv", rows(6, PLACES[:6], WRONGS)), place / "june", key=KEY)
    (place / "june" / "decisions.jsonl").write_text('{"half', encoding="utf-8")
    july = rows(7, PLACES[3:], JULY) + rows(6, PLACES[:2], WRONGS, status="已办结")
    add(written(place / "july.csv", july), place / "june", place / "july", key=KEY)
    return place


@pytest.fixture(scope="module")
def june(months):
    return load_run(months / "june")


@pytest.fixture(scope="module")
def july(months):
    return load_run(months / "july")


def by_id(run):
    return run.petitions.set_index("record_id")


def test_old_petitions_keep_class_matter_and_issue(june, july):
    columns = ["class_code", "matter_id"]
    before, after = by_id(june), by_id(july)
    pd.testing.assert_frame_equal(after.loc[before.index, columns], before[columns])
    placed = before["issue_id"].dropna()
    assert len(placed) and (after.loc[placed.index, "issue_id"] == placed).all()


def test_new_petitions_join_known_matters_and_issues(june, july):
    after, before = by_id(july), by_id(june)
    for title in WRONGS:
        of_title = july.petitions["title"].str.contains(title)
        old, new = (
            after[of_title.to_numpy() & (after.index.isin(before.index) == side)] for side in (True, False)
        )
        assert set(new["issue_id"]) == set(old["issue_id"]) and len(new) >= 7
    again = july.petitions[july.petitions["title"] == f"{PLACES[4]}工地拖欠农民工工资"]
    assert again["matter_id"].nunique() == 1 and len(again) == 2


def test_what_no_issue_knew_becomes_a_new_one(june, july):
    lessons = july.petitions[july.petitions["title"].str.contains("补课")]
    assert lessons["issue_id"].nunique() == 1 and not lessons["issue_id"].isin(june.issues["issue_id"]).any()
    table = july.issues.set_index("issue_id")
    assert table.loc[lessons["issue_id"].iloc[0], "n_matters"] == lessons["matter_id"].nunique()


def test_counts_of_every_issue_follow_its_members(july):
    members = july.petitions.dropna(subset=["issue_id"]).groupby("issue_id")
    table = july.issues.set_index("issue_id")
    assert table["n_petitions"].to_dict() == members.size().to_dict()
    assert table["n_matters"].to_dict() == members["matter_id"].nunique().to_dict()
    for issue, ids in table["exemplars"].items():
        assert set(by_id(july).loc[ids.split(), "issue_id"]) == {issue}


def test_a_repeated_row_only_brings_its_newer_status(june, july):
    assert len(july.petitions) == len(june.petitions) + 28
    assert by_id(july).loc["L6000", "status"] == "已办结" and by_id(july).loc["L6030", "status"] == "办理中"
    assert july.counts["added"] == 28 and july.counts["read"] == july.counts["used"] + july.counts["rejected"]


def test_names_masked_before_are_masked_again_and_decisions_go_along(months, july):
    assert not july.petitions["text"].str.contains("小芳").any()
    assert by_id(july)["petitioner_id"].nunique() == len(PLACES)  # the same people in both months
    assert (months / "july" / "decisions.jsonl").read_bytes() == b'{"half'


def test_a_name_first_masked_in_a_later_month_is_masked_in_the_earlier_ones_too(tmp_path):
    first = rows(6, PLACES[:6], WRONGS)
    first[0]["信访内容"] += "欧阳翠竹路过。"
    mine(written(tmp_path / "june.csv", first), tmp_path / "june", key=KEY)
    later = rows(7, PLACES[3:], WRONGS, who="欧阳翠竹")
    run = add(written(tmp_path / "july.csv", later), tmp_path / "june", tmp_path / "july", key=KEY)
    assert not run.petitions["text"].str.contains("欧阳翠竹").any()


def test_nothing_the_old_run_passed_is_taken_as_read(tmp_path):
    """A name that no rule finds, written nowhere but by chance in the old run, and masked first in the new month."""
    name, june = "琪琪格", tmp_path / "june"
    first = rows(6, PLACES[:6], WRONGS)
    for row in first[:3]:
        row.update({"问题发生地": f"{name}附近", "信访内容": f"{row['信访内容']}{name}附近的工地也欠薪。"})
    old = mine(written(tmp_path / "june.csv", first), june, key=KEY)
    assert old.petitions["text"].str.contains(name).any() and old.petitions["place"].str.contains(name).any()
    path = june / "tables" / "issues.parquet"
    pd.read_parquet(path).assign(label=f"{name}附近", keywords=f"{name}、欠薪").to_parquet(path)
    later = rows(7, PLACES[3:], WRONGS, who=name)
    later[0]["信访内容"] += f"联系人{name}。"
    run = add(written(tmp_path / "july.csv", later), june, tmp_path / "july", key=KEY)
    for table in (run.petitions, run.matters, run.issues, run.candidates, run.signals):
        assert not table.astype(str).apply(lambda c: c.str.contains(name)).to_numpy().any()
    passed = pd.read_parquet(tmp_path / "july" / ".stages" / "read" / "passed.parquet")["digest"]
    assert not set(digests([f"{name}附近"]).tolist()) & set(passed.tolist())


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ({}, False),
        ({"program": "another"}, True),
        ({"libraries": {}}, True),
        ({"config": {"redact": {"keep_names": 1}}}, True),
    ],
)
def test_texts_of_the_old_run_are_scanned_again_where_a_scan_might_see_more(
    change, again, months, june, tmp_path, monkeypatch
):
    scanned: set[str] = set()
    real = gate_reader.find_many

    def seen(texts, **options):
        scanned.update(texts)
        return real(texts, **options)

    old = shutil.copytree(months / "june", tmp_path / "june")
    write_json(old / "manifest.json", {**june.manifest, **change})
    monkeypatch.setattr(gate_reader, "find_many", seen)
    add(months / "july.csv", old, tmp_path / "july", key=KEY)
    made, known = (folder / "july" / "petitions.parquet" for folder in (tmp_path, months))
    assert made.read_bytes() == known.read_bytes()
    # July's ledger tells of all other places in the same words
    only_june = june.petitions["title"].str.startswith(PLACES[2])
    texts = set(june.petitions["text"][only_june])
    assert texts
    assert texts <= scanned if again else not texts & scanned


def test_months_follow_one_another(months, july):
    august = rows(8, PLACES[:5], WRONGS)
    run = add(written(months / "august.csv", august), months / "july", months / "august", key=KEY)
    before, after = by_id(july), by_id(run)
    kept = before["issue_id"].dropna()
    assert (after.loc[kept.index, "issue_id"] == kept).all() and len(run.issues) == len(july.issues)
    assert run.manifest["onto"] == july.manifest["petitions"]


def test_rows_in_any_order_give_the_same_run(months, july):
    table = rows(7, PLACES[3:], JULY) + rows(6, PLACES[:2], WRONGS, status="已办结")
    add(written(months / "july.csv", table, seed=9), months / "june", months / "again", key=KEY)
    again = load_run(months / "again")
    for name in ("petitions", "matters", "issues", "candidates", "signals"):
        pd.testing.assert_frame_equal(getattr(july, name), getattr(again, name))
    assert again.manifest == july.manifest


def test_another_key_and_the_old_folder_are_refused(months):
    with pytest.raises(InputError, match="another key"):
        add(months / "july.csv", months / "june", months / "no", key=b"x" * 32)
    with pytest.raises(InputError, match="old run's own folder"):
        add(months / "july.csv", months / "june", months / "june", key=KEY)


def test_the_command_tells_how_many_came(months, capfd):
    key = months / "key"
    key.write_text(KEY.hex() + "\n")
    key.chmod(0o600)
    argv = [
        "add",
        str(months / "july.csv"),
        "--onto",
        str(months / "june"),
        "--out",
        str(months / "cli"),
        "--key",
    ]
    assert main([*argv, str(key)]) == 0
    assert "新增 28 件，上期已有 6 件" in capfd.readouterr().out


def test_a_number_used_anew_for_another_petition_is_a_new_petition():
    old = pd.DataFrame({"record_id": ["1"], "title": ["欠薪"], "text": ["甲"]})
    fresh, repeated = part_repeated(old.assign(text="乙"), old)
    assert len(fresh) == 1 and repeated.empty and fresh["record_id"].iloc[0].startswith("1-")
    both = pd.concat([old, fresh])
    assert part_repeated(old.assign(text="乙"), both)[0].empty


def test_a_group_that_takes_in_two_known_ones_gives_new_rows_to_the_larger():
    found = pd.Series(dict.fromkeys("abcdef", "f"))
    kept = stay(found, pd.Series({"a": "K", "b": "K", "c": "L"}))
    assert kept.to_dict() == {"a": "K", "b": "K", "c": "L", "d": "K", "e": "K", "f": "K"}


def test_a_known_group_that_falls_apart_goes_on_where_most_of_it_is():
    found = pd.Series({"a": "f", "b": "f", "c": "g", "x": "f", "y": "g"})
    assert stay(found, pd.Series(dict.fromkeys("abc", "K")))[["x", "y"]].tolist() == ["K", "g"]


def test_too_small_a_new_group_is_none():
    group, matter = pd.Series({"a": "f", "b": "f"}), pd.Series({"a": "M1", "b": "M1"})
    assert name_new(group, matter, [], least=2).isna().all()


@pytest.fixture
def hundred(monkeypatch):
    for name, n in (("NAMESAKES", 3), ("MEMBERS", 6), ("LATEST", 2)):
        monkeypatch.setattr(sys.modules[context_of.__module__], name, n)
    days = pd.date_range("2025-01-01", periods=100)
    return pd.DataFrame(
        {"record_id": [f"r{i:03d}" for i in range(100)], "received_at": days, "issue_id": None}
    )


def chosen(old, most=100, enough=10, **shared):
    rows = pd.DataFrame({"place": -1, "petitioner": -1}, index=old.index)
    for kind, ids in shared.items():
        rows.loc[list(ids), kind] = 7
    got = context_of(old, rows, enough=enough, most=most)["record_id"]
    return [int(r[1:]) for r in got]


def test_the_context_holds_what_shares_a_name_some_of_every_issue_and_the_latest(hundred):
    old = hundred.assign(issue_id=["I1"] * 40 + ["I2"] * 5 + [None] * 55)
    assert chosen(old, place=[50]) == [*range(34, 45), 50, 98, 99]
    assert chosen(old.sample(frac=1, random_state=0), place=[50]) == [*range(34, 45), 50, 98, 99]
    assert chosen(old, place=[50], enough=100) == [*range(100)]


def test_however_many_share_a_name_some_of_every_issue_are_looked_at(hundred):
    old = hundred.assign(issue_id=["I1"] * 40 + ["I2"] * 5 + [None] * 55)
    assert chosen(old, 13, place=range(60), petitioner=[70]) == [*range(34, 45), 59, 70]


def test_of_names_many_share_the_context_holds_the_latest_of_each_first(hundred):
    shared = {"place": range(60), "petitioner": [5, 6]}
    assert chosen(hundred, 2, **shared) == [6, 59]
    assert chosen(hundred, 4, **shared) == [5, 6, 58, 59]
    assert chosen(hundred, **shared) == [5, 6, 57, 58, 59, 98, 99]


def test_petitions_without_a_day_are_looked_at_last(hundred):
    old = hundred.assign(received_at=hundred["received_at"].where(hundred.index < 50))
    assert chosen(old, place=[48, 90]) == [48, 49, 90]


def test_an_empty_newer_answer_takes_nothing_away():
    old = pd.DataFrame(
        {"record_id": ["1"], "reply": ["有"], "status": ["办结"], "replied_at": [pd.Timestamp("2025-01-01")]}
    )
    later = old.assign(reply="", status="", replied_at=pd.NaT)
    pd.testing.assert_frame_equal(newer_answers(old, later), old)


def test_an_issue_has_the_places_its_petitions_name_and_not_those_of_its_matters():
    def table(columns, *rows):
        numbers = {name: 0 for name, kind in columns.items() if kind in ("int64", "float64")}
        return frame([numbers | row for row in rows], columns)

    whole = table(RUN_PETITION, *({"record_id": r, "matter_id": "M", "issue_id": "I"} for r in "abc"))
    issues = table(ISSUE, {"issue_id": "I", "exemplars": "a"})
    matters = table(MATTER, {"matter_id": "M", "place": "甲苑", "respondent": "某公司"})
    before = Run(whole, matters, links=None, issues=issues, candidates=None, signals=None)
    told = {"named_place": ["甲苑", "乙苑"], "named_respondent": "", "township": ""}
    named = pd.DataFrame(told, index=pd.Index(["a", "b"], name="record_id"))
    made = issues_of(
        whole, named, before, issues[:0]
    )  # nothing is known of c: it is called as its matter was
    assert made[["n_petitions", "n_places", "n_respondents"]].to_numpy().tolist() == [[3, 2, 1]]


def test_what_old_petitions_name_goes_on_to_the_month_after(months, june, july):
    kept = [
        pd.read_parquet(months / month / ".stages" / "matters" / "matters.parquet").set_index("record_id")
        for month in ("june", "july")
    ]
    for column in ("named_place", "named_respondent"):
        assert kept[1].loc[kept[0].index, column].equals(kept[0][column])
        counts = (
            kept[1].loc[july.petitions["record_id"], column].groupby(july.petitions["issue_id"].to_numpy())
        )
        told = counts.agg(lambda names: names[names != ""].nunique())
        column = {"named_place": "n_places", "named_respondent": "n_respondents"}[column]
        assert july.issues.set_index("issue_id")[column].to_dict() == told.to_dict()


def test_an_old_name_in_which_something_is_masked_only_now_is_let_go():
    kept = pd.DataFrame({"record_id": ["a", "b"], "named_place": ["琪琪格牧场", "甲苑"]})
    kept = kept.assign(named_respondent="", township="")
    assert _names(kept, Surfaces({("琪琪格", "NAME")})).index.tolist() == ["b"]
    assert not len(_names(pd.DataFrame(), Surfaces()))
