"""The review panel: what the page asks for is written at once, what it shows is text."""

import json
from datetime import datetime

import pytest
from test_review import a_run

from minelib.review import read_decisions
from minelib.widget import Session, review_panel
from minelib.widget.cards import pieces, plain_table

NOON = datetime(2025, 7, 1, 12)


@pytest.fixture
def session(tmp_path):
    run = a_run({"I1": ["a", "b"], "I2": ["c"]})
    run.petitions["title"], run.petitions["text"], run.petitions["class_evidence"] = (
        "<b>题</b>",
        "<script>alert(1)</script>",
        '[[0, 2, "x"]]',
    )
    run.candidates["exemplars"] = ["a", "c"]
    run.candidates["rank"] = [1, 2]
    run = type(run)(
        **{
            **{f: getattr(run, f) for f in run.__dataclass_fields__},
            "signals": run.candidates[["issue_id"]].assign(shown="2件", points=3.0),
        }
    )
    return Session(run, tmp_path / "decisions.jsonl", by="甲", now=lambda: NOON)


def test_a_decision_is_on_disk_before_the_page_is_answered(session):
    assert session.ask({"action": "accept", "issue_id": "I1"}) == "已记录"
    assert [(d.action, d.issue_id, d.by) for d in read_decisions(session.path)[0]] == [("accept", "I1", "甲")]
    assert session.cards()[0]["decision"] == "accept"


def test_undo_takes_back_the_persons_own_last_decision(session):
    session.ask({"action": "reject", "issue_id": "I1", "why": "单一事件"})
    assert session.cards()[0]["why"] == "单一事件"
    assert session.ask({"action": "undo", "issue_id": "I1"}) == "已撤销"
    assert session.cards()[0]["decision"] == ""
    assert session.ask({"action": "undo", "issue_id": "I1"}) == "没有可撤销的决定"


@pytest.mark.parametrize(
    "request_", [{"action": "reject", "issue_id": "I1"}, {"action": "accept", "issue_id": "I9"}]
)
def test_what_cannot_be_decided_is_said_and_not_written(session, request_):
    assert session.ask(request_).startswith("未记录")
    assert not session.path.exists()


def test_the_page_may_only_ask_for_what_it_offers(session):
    assert session.ask({"action": "status", "issue_id": "I1", "status": "办结"}).startswith("不支持")


def test_the_table_without_a_widget_escapes_what_it_shows(session):
    session.run.candidates["label"] = "<img src=x onerror=alert(1)>"
    text, html = plain_table(session.run)
    assert "<img" not in html
    assert "&lt;img" in html
    assert "排名" in text


@pytest.fixture
def panel(session):
    panel = review_panel(session.run, session.path, by="甲", now=lambda: NOON)
    panel.sent = []
    panel.send = panel.sent.append
    return panel


def test_the_panel_carries_the_plain_table_beside_the_widget(panel):
    data = panel._repr_mimebundle_()
    data = data[0] if isinstance(data, tuple) else data
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "<table>" in data["text/html"]


def test_the_page_gets_every_card_when_it_asks_and_then_what_changed(panel):
    panel._answer(None, {"ask": "cards"}, [])
    assert [c["issue_id"] for c in panel.sent[0]["cards"]] == panel.sent[0]["order"] == ["I1", "I2"]
    panel._answer(None, {"action": "accept", "issue_id": "I2"}, [])
    (changed,) = panel.sent[1]["cards"]
    assert (changed["issue_id"], changed["decision"], panel.sent[1]["message"]) == ("I2", "accept", "已记录")


def test_a_merged_candidate_leaves_the_list_and_comes_back_when_undone(panel):
    panel._answer(None, {"ask": "cards"}, [])
    panel._answer(None, {"action": "merge", "issue_id": "I2", "into": "I1"}, [])
    assert panel.sent[-1]["order"] == ["I1"]
    assert panel.sent[-1]["cards"][0]["n_petitions"] == 3
    panel._answer(None, {"action": "undo", "issue_id": "I1"}, [])
    assert panel.sent[-1]["order"] == ["I1", "I2"]
    assert panel.sent[-1]["message"] == "已撤销"


def test_nothing_is_merged_into_itself(session):
    assert session.ask({"action": "merge", "issue_id": "I1", "into": "I1"}).startswith("未记录")
    assert not session.path.exists()


def test_decisions_of_one_second_keep_their_order(session):
    for action in ("accept", "undo", "accept"):
        session.ask({"action": action, "issue_id": "I1"})
    session.ask({"action": "reject", "issue_id": "I1", "why": "单一事件"})
    assert [d.action for d in read_decisions(session.path)[0]] == ["accept", "undo", "accept", "reject"]
    assert session.cards()[0]["decision"] == "reject"


def test_no_petition_is_in_the_state_a_notebook_may_save(panel):
    panel._answer(None, {"ask": "cards"}, [])
    assert "alert(1)" in str(panel.sent)
    state = json.dumps(panel.get_state(), default=str, ensure_ascii=False)
    assert "alert(1)" not in state
    assert "问题I1" not in state


def test_spans_are_cut_by_code_points_so_that_the_page_marks_the_right_words():
    text = "😀𠮷拖欠工资三个月"
    assert pieces(text, [(2, 6)]) == [["😀𠮷", False], ["拖欠工资", True], ["三个月", False]]
    assert pieces(text, [(0, 3), (2, 5)]) == [["😀𠮷拖", True], ["欠工资三个月", False]]


def test_a_file_that_cannot_be_written_is_said(session):
    session.path.mkdir()
    assert session.ask({"action": "note", "issue_id": "I1", "why": "看"}).startswith("未记录")
