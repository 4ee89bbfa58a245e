import numpy as np
import pandas as pd
import pytest
from fake_run import make_run
from test_review import a_run

from minelib.cli import main
from minelib.compare import compare_runs


def states(old, new):
    table = compare_runs(a_run(old), a_run(new)).issues
    return {(r.state, r.issue_id_old, r.issue_id_new) for r in table.itertuples()}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"A": list("abcd")}, {"X": list("abcdef")}, {("kept", "A", "X")}),
        (
            {"A": list("ab"), "B": list("cd")},
            {"X": list("abcd")},
            {("merged", "A", "X"), ("merged", "B", "X")},
        ),
        ({"A": list("abcd")}, {"X": list("ab"), "Y": list("cd")}, {("split", "A", "X"), ("split", "A", "Y")}),
        ({"A": list("ab")}, {"X": list("yz")}, {("gone", "A", ""), ("new", "", "X")}),
        ({}, {"X": list("yz")}, {("new", "", "X")}),
    ],
)
def test_issues_are_matched_by_the_petitions_they_share(old, new, expected):
    assert states(old, new) == expected


def test_petitions_that_left_the_ledger_do_not_count_against_an_issue():
    assert states({"A": list("abcdefgh")}, {"X": ["h", "x", "y"]}) == {("kept", "A", "X")}


def test_a_threshold_crossed_is_warned_of_once():
    old, new = a_run({"A": list("abcd")}), a_run({"X": list("abcdef")})
    old.candidates["rank"] = new.candidates["rank"] = 1
    warned = compare_runs(old, new, matters=5).warnings
    assert warned["warning"].tolist() == ["事项数由4件增至6件，达到5件"]
    assert compare_runs(new, new, matters=5).warnings.empty


def test_a_candidate_that_enters_the_first_ranks_is_warned_of():
    old, new = a_run({"A": list("abcdef")}), a_run({"X": list("abcdef")})
    old.candidates["rank"], new.candidates["rank"] = 14, 3
    assert compare_runs(old, new).warnings["warning"].tolist() == ["进入前10位（上期第14位，本期第3位）"]


def month(n, seed, *, start, prefix, days=28):
    """A made-up month: other petitions, matters and issue ids than any other month, the same kinds of wrong."""
    run = make_run(n, seed=seed, start=start, days=days)
    for table in (run.petitions, run.matters, run.issues, run.candidates, run.signals):
        for column in ("record_id", "matter_id", "issue_id"):
            if column in table:
                table[column] = prefix + table[column]
    return run


@pytest.fixture(scope="module")
def apart():
    return month(200, 1, start="2025-06-02", prefix="六"), month(200, 2, start="2025-07-01", prefix="七")


def test_issues_without_a_petition_in_common_are_matched_by_the_wrong_they_tell(apart):
    table = compare_runs(*apart).issues
    assert set(table["state"]) == {"kept"} and set(table["matched_by"]) == {"内容"}
    assert (table["issue_id_old"].str[1:] == table["issue_id_new"].str[1:]).all() and len(table) == 5


def test_a_new_name_does_not_hide_the_same_titles(apart):
    old, new = apart[0], month(200, 2, start="2025-07-01", prefix="七")
    new.issues["label"] = [f"未命名{i}" for i in range(len(new.issues))]
    table = compare_runs(old, new).issues
    assert (table["issue_id_old"].str[1:] == table["issue_id_new"].str[1:]).all() and len(table) == 5


def test_what_nobody_told_before_is_new_and_what_nobody_tells_is_gone(apart):
    old, new = apart[0], month(200, 2, start="2025-07-01", prefix="七")
    other = new.petitions["issue_id"].eq("七I2")
    new.petitions.loc[other, "title"] = "网络游戏向儿童诱导充值"
    new.issues.loc[new.issues["issue_id"].eq("七I2"), "label"] = "游戏诱导充值"
    table = compare_runs(old, new).issues.set_index("state")
    assert table.loc["new", "issue_id_new"] == "七I2" and table.loc["gone", "issue_id_old"] == "六I2"


def loud(*, batch: bool):
    """A month in which one issue has as many new matters as all others together."""
    run = month(200, 2, start="2025-07-01", prefix="七")
    one = run.petitions[run.petitions["issue_id"].eq("七I1")]
    more = pd.concat([one.assign(record_id=f"重{k}" + one["record_id"], matter_id=f"重{k}" + one["matter_id"])
                      for k in range(4)])  # fmt: skip
    if batch:
        more["received_at"] = pd.Timestamp("2025-07-09 10:30:00")
    return type(run)(**{**vars(run), "petitions": pd.concat([run.petitions, more], ignore_index=True)})


def rises(old, new):
    warned = compare_runs(old, new).warnings
    return warned.loc[warned["kind"].eq("上升"), "issue_id"].tolist()


def test_a_rise_beyond_both_volumes_is_warned_of_and_a_bulk_registration_is_not(apart):
    assert rises(apart[0], loud(batch=False)) == ["七I1"]
    assert rises(apart[0], loud(batch=True)) == []


def test_the_same_month_again_raises_no_warning(apart):
    assert rises(*apart) == [] and rises(apart[0], apart[0]) == []


def test_matters_that_both_runs_hold_are_past_ones(apart):
    old = apart[0]
    loud_month = loud(batch=False)
    grown = type(old)(**{**vars(old), "petitions": pd.concat([old.petitions, loud_month.petitions.assign(
        issue_id=loud_month.petitions["issue_id"].str.replace("七", "六"))], ignore_index=True)})  # fmt: skip
    assert rises(old, grown) == ["六I1"]


def test_no_dates_no_test(apart):
    old, new = apart[0], loud(batch=False)
    new.petitions["received_at"] = pd.NaT
    blank = type(old)(**{**vars(old), "petitions": old.petitions.assign(received_at=pd.NaT)})
    assert rises(blank, new) == []


def test_rows_in_any_order_compare_the_same(apart):
    old, new = apart
    rng = np.random.default_rng(0)
    shuffled = type(new)(
        **{**vars(new), "petitions": new.petitions.iloc[rng.permutation(len(new.petitions))]}
    )
    pd.testing.assert_frame_equal(compare_runs(old, new).issues, compare_runs(old, shuffled).issues)


def test_the_command_can_be_scheduled(apart, monkeypatch, capfd, tmp_path):
    runs = {"old": apart[0], "new": loud(batch=False)}
    monkeypatch.setattr("minelib.runs.load_run", lambda path: runs[str(path)])
    argv = ["compare", "old", "new", "--quiet", "--out", str(tmp_path / "c.xlsx")]
    assert main(argv) == 0 and main([*argv, "--alert"]) == 3
    line = capfd.readouterr().out.splitlines()[0]
    assert line.startswith("问题：延续5　拆分0　合并0　新增0　消失0；预警")
    assert list(pd.read_excel(tmp_path / "c.xlsx", sheet_name="对照", engine="calamine"))[0] == "变化"
    runs["new"] = runs["old"]
    assert main([*argv, "--alert"]) == 0
