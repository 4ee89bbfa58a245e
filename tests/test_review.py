"""A story over three runs: decisions are kept, found again, or listed as no longer fitting."""

from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minelib.errors import InputError
from minelib.review import (
    append,
    decide,
    merge_decisions,
    office_figures,
    overdue,
    progress,
    read_decisions,
    replay,
)
from minelib.runs import Run
from minelib.schema import CANDIDATE, ISSUE, MATTER, RUN_PETITION, frame

COLUMNS = ("record_id", "matter_id", "issue_id", "received_at", "n_people")
NOON = datetime(2025, 7, 1, 12)


def a_run(issues: dict[str, list[str]]) -> Run:
    rows = [
        {"record_id": r, "matter_id": f"M{r}", "issue_id": i, "received_at": "2025-06-01"}
        for i, rs in issues.items()
        for r in rs
    ]
    table = [
        {"issue_id": i, "label": f"问题{i}", "n_petitions": len(rs), "n_matters": len(rs)}
        for i, rs in issues.items()
    ]
    numbers = {c: 0 for c, t in CANDIDATE.items() if t in ("int64", "float64")}
    return Run(
        frame(rows, {k: RUN_PETITION[k] for k in COLUMNS}),
        frame([], MATTER), pd.DataFrame(), frame([{**numbers, **t} for t in table], ISSUE),
        frame([{**numbers, **t} for t in table], CANDIDATE), pd.DataFrame(),
    )  # fmt: skip


@pytest.fixture
def run():
    return a_run({"I1": ["a", "b", "c", "d"], "I2": ["e", "f"], "I3": ["g", "h", "i"]})


def of(reviewed, issue):
    return reviewed.candidates.set_index("issue_id").loc[issue]


def test_accept_reject_rename_and_note_show_beside_the_candidate(run):
    decisions = [
        decide(run, "I1", "accept", by="甲", at=NOON),
        decide(run, "I2", "reject", by="甲", at=NOON, why="单一事件"),
        decide(run, "I1", "rename", by="乙", at=NOON, label="物业擅自涨价"),
        decide(run, "I1", "note", by="乙", at=NOON, why="先问住建"),
    ]
    reviewed = replay(run, merge_decisions(decisions))
    assert of(reviewed, "I1")[["decision", "label", "notes"]].tolist() == [
        "accept",
        "物业擅自涨价",
        "先问住建",
    ]
    assert of(reviewed, "I2")[["decision", "why", "by"]].tolist() == ["reject", "单一事件", "甲"]
    assert of(reviewed, "I3")["decision"] == ""


def test_merge_split_and_move_change_the_members(run):
    decisions = [
        decide(run, "I2", "merge", by="甲", at=datetime(2025, 7, 1), into="I1"),
        decide(run, "I3", "split", by="甲", at=datetime(2025, 7, 2), members=("h", "i"), label="另一问题"),
        decide(run, "I3", "move", by="甲", at=datetime(2025, 7, 3), petition="g", into="I1"),
    ]
    reviewed = replay(run, decisions)
    assert set(reviewed.petitions.query("issue_id == 'I1'")["record_id"]) == set("abcdefg")
    assert reviewed.candidates["label"].tolist() == ["问题I1", "另一问题"]
    assert of(reviewed, "I1")["n_petitions"] == 7


def test_undo_takes_a_decision_back(run):
    first = decide(run, "I1", "reject", by="甲", at=NOON, why="误")
    reviewed = replay(run, [first, decide(run, "I1", "undo", by="甲", at=NOON, decision=first.id)])
    assert of(reviewed, "I1")["decision"] == ""


def test_decisions_follow_their_petitions_into_the_next_months(run):
    decisions = [
        decide(run, "I1", "accept", by="甲", at=NOON),
        decide(run, "I2", "reject", by="甲", at=NOON, why="单一事件"),
    ]
    august = a_run({"I9": ["a", "b", "c", "d", "x", "y"], "I7": ["e", "f", "z"]})
    assert replay(august, decisions).candidates["decision"].tolist() == ["accept", "reject"]
    september = a_run({"I8": ["a"], "I9": ["b"], "I10": ["c"], "I11": ["d"], "I7": ["e", "f"]})
    reviewed = replay(september, decisions)
    assert reviewed.stale["action"].tolist() == ["accept"]
    assert of(reviewed, "I7")["decision"] == "reject"


def test_the_file_only_grows_and_survives_a_crash_while_writing(run, tmp_path):
    path = tmp_path / "decisions.jsonl"
    one, two = decide(run, "I1", "accept", by="甲", at=NOON), decide(run, "I2", "accept", by="甲", at=NOON)
    append(path, one)
    before = path.read_bytes()
    with path.open("ab") as file:
        file.write(two.line().encode()[:50])
    append(path, two)
    assert path.read_bytes().startswith(before)
    decisions, n_broken = read_decisions(path)
    assert ({d.id for d in decisions}, n_broken) == ({one.id, two.id}, 1)


def test_an_altered_record_is_not_believed(run, tmp_path):
    path = tmp_path / "decisions.jsonl"
    append(path, decide(run, "I1", "reject", by="甲", at=NOON, why="单一事件"))
    path.write_text(path.read_text(encoding="utf-8").replace("甲", "乙"), encoding="utf-8")
    assert read_decisions(path) == ([], 1)


@settings(deadline=None)
@given(order=st.permutations(range(4)))
def test_two_peoples_files_merge_the_same_in_any_order(order):
    run = a_run({"I1": ["a", "b"], "I2": ["c"]})
    made = [
        decide(run, "I1", "note", by=who, at=datetime(2025, 7, d), why="看") for who in "甲乙" for d in (1, 2)
    ]
    shuffled = [made[i] for i in order]
    assert merge_decisions(shuffled[:3], shuffled[2:]) == merge_decisions(made)


@pytest.mark.parametrize(
    ("issue", "action", "details", "said"),
    [
        ("I9", "accept", {}, "no issue 'I9'"),
        ("I1", "aprove", {}, "allowed: accept"),
        ("I1", "reject", {}, "needs why"),
        ("I1", "merge", {"into": "I99"}, "no issue 'I99'"),
        ("I1", "status", {"status": "完了", "date": "2025-07-01"}, "allowed: 移送"),
    ],
)
def test_what_cannot_be_decided_is_refused(run, issue, action, details, said):
    with pytest.raises(InputError, match=said):
        decide(run, issue, action, by="甲", at=NOON, **details)


def test_the_closed_loop_counts_only_recorded_steps(run):
    steps = [("移送", "2025-07-01", 0), ("检察建议", "2025-07-10", 0), ("司法救助", "2025-07-12", 20000)]
    decisions = [
        decide(run, "I1", "status", by="甲", at=datetime(2025, 7, n + 1), status=s, date=d, amount=a)
        for n, (s, d, a) in enumerate(steps)
    ]
    decisions.append(decide(run, "I2", "status", by="甲", at=NOON, status="检察建议", date="2025-05-01"))
    assert len(progress(decisions)) == 4
    assert overdue(decisions, today=date(2025, 8, 1))[["issue_id", "days_late"]].to_numpy().tolist() == [
        ["I2", 32]
    ]
    figures = office_figures(run.petitions, decisions, start=date(2025, 6, 1), end=date(2025, 7, 31))
    assert figures == {
        "接待人次": 9, "化解件": 0, "移送线索件": 1, "检察建议件": 1, "公益诉讼件": 0, "司法救助金额": 20000.0,
    }  # fmt: skip
