"""A story over three months: what two people decide of June's candidates, and what becomes of it in July and August."""

from datetime import date, datetime

import pandas as pd
import pytest
from test_update import KEY, PLACES, WRONGS, rows, written

from minelib.cli import main
from minelib.pipeline import mine
from minelib.review import (
    append,
    as_reviewed,
    decide,
    join,
    office_figures,
    overdue,
    progress,
    read_decisions,
    replay,
)
from minelib.runs import load_run
from minelib.update import add

ALL = {**WRONGS, "学校违规收补课费": "{p}中学周末组织学生集体补课，每人收补课费八百元，不交的学生被点名。"}
ESTATE, WAGES, DEEDS, LESSONS = ALL


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Three ledgers: June; July exported alone; August, added to June."""
    place = tmp_path_factory.mktemp("office")
    mine(written(place / "june.csv", rows(6, PLACES[:6], ALL)), place / "june", key=KEY)
    without = {k: v for k, v in ALL.items() if k != LESSONS}
    mine(written(place / "july.csv", rows(7, PLACES[2:8], without)), place / "july", key=KEY)
    return place


@pytest.fixture(scope="module")
def june(office):
    return load_run(office / "june")


@pytest.fixture(scope="module")
def story(office, june):
    """Write June's decisions: 甲's in the run folder, 乙's in a file of her own, then both in one."""
    ours, hers = office / "june" / "decisions.jsonl", office / "hers.jsonl"
    at = iter(datetime(2025, 6, 20, 9, n) for n in range(30))

    def say(path, by, issue, action, **details):
        run = as_reviewed(june, replay(june, read_decisions(path)[0]))
        append(path, decide(run, issue, action, by=by, at=next(at), **details))

    say(ours, "甲", of(june, WAGES), "accept", why="涉多个项目部，拟移送行政检察")
    say(ours, "甲", of(june, LESSONS), "reject", why="教育部门已专项整治")
    say(ours, "甲", of(june, ESTATE), "rename", label="物业未经表决涨价")
    say(ours, "甲", of(june, WAGES), "note", why="先调取工资专户流水")
    say(hers, "乙", of(june, DEEDS), "split", members=parts(june), label="一处楼盘抵押未解")
    say(hers, "乙", of(june, ESTATE), "move", petition=one(june, ESTATE), into=of(june, DEEDS))
    say(hers, "乙", of(june, LESSONS), "note", why="与教育局核实")
    with ours.open("ab") as file:
        file.write(b'{"action": "acce')  # the machine died here
    assert join(ours, hers) == 3 and join(ours, hers) == 0
    return ours


def of(run, title):
    """The issue in which most petitions of a title stand."""
    told = run.petitions[run.petitions["title"].str.contains(title)]
    return told["issue_id"].mode()[0]


def parts(run):
    return run.petitions.loc[run.petitions["issue_id"] == of(run, DEEDS), "record_id"].tolist()[:2]


def one(run, title):
    return run.petitions.loc[run.petitions["issue_id"] == of(run, title), "record_id"].tolist()[-1]


def shown(run, path):
    reviewed = replay(run, read_decisions(path)[0])
    return reviewed, reviewed.candidates.set_index("issue_id")


def test_two_peoples_decisions_stand_together_and_a_broken_line_is_counted(june, story):
    decisions, n_broken = read_decisions(story)
    assert (len(decisions), n_broken) == (7, 1) and {d.by for d in decisions} == {"甲", "乙"}
    reviewed, table = shown(june, story)
    assert reviewed.stale.empty and table["carried"].eq("").all()
    assert table.loc[of(june, WAGES), ["decision", "notes"]].tolist() == ["accept", "先调取工资专户流水"]
    assert table.loc[of(june, LESSONS), ["decision", "why"]].tolist() == ["reject", "教育部门已专项整治"]
    assert table.loc[of(june, ESTATE), "label"] == "物业未经表决涨价"


def test_a_split_part_and_a_moved_petition_are_counted_where_they_went(june, story):
    reviewed, table = shown(june, story)
    issue = reviewed.petitions.set_index("record_id")["issue_id"]
    assert issue[one(june, ESTATE)] == of(june, DEEDS)
    part = issue[parts(june)].unique()
    assert len(part) == 1 and table.loc[part[0], ["label", "n_petitions"]].tolist() == ["一处楼盘抵押未解", 2]
    before = june.issues.set_index("issue_id")["n_petitions"]
    assert table.loc[of(june, DEEDS), "n_petitions"] == before[of(june, DEEDS)] - 2 + 1


def test_what_was_split_off_can_be_decided_of(june, story):
    reviewed, _ = shown(june, story)
    left = as_reviewed(june, reviewed)
    part = left.petitions.set_index("record_id").loc[parts(june)[0], "issue_id"]
    accepted = decide(left, part, "accept", by="乙", at=datetime(2025, 6, 21))
    table = replay(june, [*read_decisions(story)[0], accepted]).candidates.set_index("issue_id")
    assert table.loc[part, "decision"] == "accept" and table.loc[of(june, DEEDS), "decision"] == ""


def test_july_alone_takes_them_over_by_content_and_lists_what_no_longer_applies(office, june, story):
    july = load_run(office / "july")
    assert set(july.petitions["record_id"]).isdisjoint(june.petitions["record_id"])
    reviewed, table = shown(july, story)
    assert (
        table.loc[of(july, WAGES), "decision"] == "accept"
        and "请复核" in table.loc[of(july, WAGES), "carried"]
    )
    assert table.loc[of(july, ESTATE), "label"] == "物业未经表决涨价"
    assert sorted(reviewed.stale["action"]) == ["move", "note", "reject", "split"]
    assert reviewed.stale["reason"].str.len().gt(5).all()


def test_august_added_to_june_takes_them_over_by_the_petitions(office, story):
    august = written(office / "august.csv", rows(8, PLACES[4:], ALL, who="钱秀英"))
    run = add(august, office / "june", office / "august", key=KEY)
    reviewed, table = shown(run, office / "august" / "decisions.jsonl")
    assert reviewed.stale.empty and table["carried"].eq("").all()
    assert (
        table.loc[of(run, WAGES), "decision"] == "accept"
        and table.loc[of(run, LESSONS), "decision"] == "reject"
    )
    assert table.loc[of(run, WAGES), "n_petitions"] == 12


STEPS = [
    ("移送", "2025-06-25"),
    ("立案", "2025-07-10"),
    ("检察建议", "2025-07-20"),
    ("回复", "2025-09-25"),
    ("办结", "2025-10-08"),
]


@pytest.fixture(scope="module")
def closed(office, june, story):
    """Each step is recorded on the run of its month, where the same topic has another id."""
    july, decisions = load_run(office / "july"), list(read_decisions(story)[0])
    for n, (status, day) in enumerate(STEPS):
        run = june if n < 1 else july
        at = datetime.fromisoformat(f"{day}T17:00:00")
        decisions.append(decide(run, of(run, WAGES), "status", by="甲", at=at, status=status, date=day))
    aid = {"status": "司法救助", "date": "2025-07-12", "amount": 20000}
    decisions.append(decide(july, of(july, WAGES), "status", by="甲", at=datetime(2025, 7, 12), **aid))
    return sorted(decisions, key=lambda d: d.at)


def test_the_loop_closes_over_runs_in_which_the_topic_had_other_ids(office, closed):
    july = load_run(office / "july")
    steps = progress(closed)
    assert steps["issue_id"].unique().tolist() == [of(july, WAGES)]
    assert steps["status"].tolist() == ["接受", "移送", "立案", "司法救助", "检察建议", "回复", "办结"]


@pytest.mark.parametrize(
    ("today", "late"),
    [("2025-07-15", []), ("2025-09-24", [("检察建议", "2025-09-18", 6)]), ("2025-12-31", [])],
)
def test_what_is_overdue_is_told_on_its_day(closed, today, late):
    known = [d for d in closed if d.at[:10] <= today]
    table = overdue(known, today=date.fromisoformat(today))
    assert list(table[["status", "due", "days_late"]].itertuples(index=False, name=None)) == late


def test_an_accepted_candidate_that_nobody_hands_over_is_overdue(story):
    table = overdue(read_decisions(story)[0], today=date(2025, 8, 1))
    assert table[["status", "days_late"]].to_numpy().tolist() == [["接受", 12]]


def test_the_offices_figures_of_a_period_come_from_what_was_recorded(june, closed):
    figures = office_figures(june.petitions, closed, start=date(2025, 6, 1), end=date(2025, 7, 31))
    assert figures == {
        "接待人次": len(june.petitions), "化解件": 0, "移送线索件": 1, "检察建议件": 1, "公益诉讼件": 0,
        "司法救助金额": 20000.0,
    }  # fmt: skip
    later = office_figures(june.petitions, closed, start=date(2025, 8, 1), end=date(2025, 12, 31))
    assert (later["接待人次"], later["化解件"], later["移送线索件"]) == (0, 1, 0)


def test_a_step_taken_back_was_never_taken(june, closed):
    last = next(d for d in closed if d.details.get("status") == "办结")
    undo = decide(june, of(june, WAGES), "undo", by="甲", at=datetime(2025, 10, 9), decision=last.id)
    assert "办结" not in progress([*closed, undo])["status"].tolist()
    assert len(overdue([*closed, undo], today=date(2025, 12, 31))) == 1


def test_every_line_written_before_is_still_there(story):
    lines = story.read_bytes().splitlines()
    assert len(lines) == 8 and sum(b'"id"' in line for line in lines) == 7
    assert pd.Series([d.at for d in read_decisions(story)[0]]).is_monotonic_increasing


def said(capfd, *argv):
    code = main(["review", *map(str, argv)])
    out, err = capfd.readouterr()
    return code, out + err


def test_the_commands_tell_steps_what_is_overdue_and_the_offices_figures(office, story, capfd):
    folder = office / "june"
    code, out = said(capfd, folder)
    assert code == 0 and "物业未经表决涨价" in out and "不完整的记录 1 条" in out
    assert "接受" in said(capfd, folder, "steps")[1]
    assert "12" in said(capfd, folder, "overdue", "--until", "2025-08-01")[1]
    assert "（无）" in said(capfd, folder, "overdue", "--until", "2025-06-21")[1]
    code, out = said(capfd, folder, "figures", "--since", "2025-06-01", "--until", "2025-06-30")
    assert code == 0 and "接待人次 24　化解件 0" in out


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["figures"], "--since YYYY-MM-DD"),
        (["figures", "--since", "六月"], "--since takes a day"),
        (["join"], "--other FILE"),
        (["join", "--other", "nowhere.jsonl"], "holds no decisions"),
        (["status", "1", "--by", "甲", "--status", "移送", "--date", "今天"], "date takes a day"),
        (
            ["status", "1", "--by", "甲", "--status", "司法救助", "--date", "2025-07-01", "--amount", "两万"],
            "yuan",
        ),
    ],
)
def test_what_the_commands_cannot_do_they_say(office, story, capfd, argv, message):
    before = story.read_bytes()
    code, out = said(capfd, office / "june", *argv)
    assert code == 2 and message in out and story.read_bytes() == before


def test_joining_and_deciding_from_the_command_line_only_adds(office, story, capfd, tmp_path):
    path = tmp_path / "both.jsonl"
    assert said(capfd, office / "june", "join", "--file", path, "--other", story)[0] == 0
    before = path.read_bytes()
    argv = ["status", "1", "--by", "甲", "--status", "移送", "--date", "2025-07-01", "--file", path]
    assert said(capfd, office / "june", *argv)[0] == 0
    assert path.read_bytes().startswith(before) and len(read_decisions(path)[0]) == 8
