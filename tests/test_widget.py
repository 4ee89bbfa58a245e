"""The review panel: what the page asks for is written at once, what it shows is text."""

from datetime import datetime

import pytest
from test_review import a_run

from minelib.review import read_decisions
from minelib.widget import Session, review_panel
from minelib.widget.cards import plain_table

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
    assert session.ask({"action": "undo", "issue_id": "I1"}) == "已记录"
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


def test_the_panel_carries_the_plain_table_beside_the_widget(session):
    panel = review_panel(session.run, session.path, by="甲", now=lambda: NOON)
    data = panel._repr_mimebundle_()
    data = data[0] if isinstance(data, tuple) else data
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/html"].startswith("<table>")
    panel._answer(None, {"action": "accept", "issue_id": "I2"}, [])
    assert panel.message == "已记录"
    assert [c["decision"] for c in panel.candidates] == ["", "accept"]
