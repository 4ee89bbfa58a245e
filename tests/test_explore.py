"""The explore page: what it holds, that it fetches nothing, that text in it is only ever text."""

import base64
import json
import re
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
from fake_run import make_run, tables

from minelib.cli import main
from minelib.errors import LeakError
from minelib.explore import explore_page, explore_panel, write_explore
from minelib.explore.data import page_data
from minelib.explore.layout import map_data


@pytest.fixture(scope="module")
def run():
    run = make_run(300)
    township = run.matters["place"].where(run.matters["place"] != "", "")
    return replace(run, matters=run.matters.assign(township=township))


def data_of(page: str) -> dict:
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)[1])


def test_every_petition_is_in_the_page_those_of_candidates_first(run):
    data = data_of(explore_page(run))
    assert sorted(data["rows"]["record_id"]) == sorted(run.petitions["record_id"])
    ranks = {i["id"]: i["rank"] for i in data["issues"]}
    order = [ranks.get(issue, 99) for issue in data["rows"]["issue_id"]]
    assert order == sorted(order)
    assert {len(column) for column in data["rows"].values()} == {len(run.petitions)}


def test_a_large_run_is_cut_and_says_so(run):
    data = data_of(explore_page(run, most=50))
    assert data["counts"]["petitions"] == 300
    assert data["counts"]["shown"] == len(data["rows"]["text"]) == 50
    first = run.candidates.sort_values("rank").iloc[0]
    assert data["rows"]["issue_id"].count(first["issue_id"]) == first["n_petitions"]


def test_long_texts_are_cut_by_size(run, monkeypatch):
    monkeypatch.setattr("minelib.explore.data.MOST_CHARACTERS", 500)
    rows = page_data(run)["rows"]
    assert 0 < sum(map(len, rows["text"])) <= 500


def test_counts_of_an_issue_are_those_of_the_run(run):
    issue = page_data(run)["issues"][0]
    row = run.candidates.sort_values("rank").iloc[0]
    assert (issue["n_matters"], issue["n_petitions"]) == (row["n_matters"], row["n_petitions"])
    held = run.matters[run.matters["issue_id"] == row["issue_id"]]
    counts = held["township"].value_counts()
    assert [n for _, n in issue["places"]] == counts.head(8).tolist()


def test_discs_do_not_overlap_and_hold_their_matters(run):
    discs, points = map_data(run)
    xy, r = discs[["x", "y"]].to_numpy(), discs["r"].to_numpy()
    apart = np.linalg.norm(xy[:, None] - xy, axis=2) - r - r[:, None]
    assert apart[~np.eye(len(discs), dtype=bool)].min() > 0
    held = points.merge(discs, on="issue_id", suffixes=("", "_disc"))
    inside = np.hypot(held["x"] - held["x_disc"], held["y"] - held["y_disc"])
    assert (inside <= held["r"]).all()
    assert len(points) == points["matter_id"].nunique() == run.matters["issue_id"].notna().sum()


def test_the_page_is_the_same_in_any_row_order(run):
    shuffled = tables(run, lambda t: t.sample(frac=1, random_state=3).reset_index(drop=True))
    assert explore_page(shuffled) == explore_page(run)


def test_a_run_without_candidates_makes_a_page(run):
    empty = replace(run, candidates=run.candidates.iloc[:0])
    data = data_of(explore_page(empty))
    assert data["issues"] == []
    assert data["counts"]["shown"] == 300


HOSTILE = '</script><img src=x onerror="document.title=1"><!-- &lt; \u2028'


def test_hostile_text_stays_data(run):
    page = explore_page(replace(run, petitions=run.petitions.assign(title=HOSTILE)))
    assert page.count("</script>") == 2
    assert "<img" not in page
    assert data_of(page)["rows"]["title"][0] == HOSTILE


def test_the_page_fetches_nothing_and_lets_only_its_own_script_run(run):
    page = explore_page(run)
    shell = page.replace("http://www.w3.org/2000/svg", "")  # a name, never fetched
    assert not re.search(r"https?://|//[a-z]|url\(|@import|\bfetch\(|XMLHttp|innerHTML|\ssrc=", shell)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("script", "style"):
        inside = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.S)[1]
        assert base64.b64encode(sha256(inside.encode()).digest()).decode() in policy


def test_the_page_is_not_written_when_a_text_tells_who_somebody_is(run, tmp_path):
    texts = run.petitions["text"].where(run.petitions.index != 5, "请打13800138000联系")
    with pytest.raises(LeakError, match="explore.html") as error:
        write_explore(replace(run, petitions=run.petitions.assign(text=texts)), tmp_path)
    assert "13800138000" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_the_page_lies_in_the_run_folder(run, tmp_path):
    path = write_explore(run, tmp_path)
    assert path == tmp_path / "explore.html"
    assert path.read_text(encoding="utf-8") == explore_page(run)


def test_the_command_says_what_is_wrong_with_a_folder(tmp_path, capsys):
    assert main(["explore", str(tmp_path)]) == 2
    assert "manifest.json" in capsys.readouterr().err


def test_the_panel_keeps_no_petition_in_its_state_and_sends_the_page_when_asked(run):
    panel, sent = explore_panel(run), []
    panel.send = sent.append
    panel._answer(None, {"ask": "page"}, [])
    panel._answer(None, {"ask": "anything"}, [])
    assert [list(m) for m in sent] == [["page"]]
    assert sent[0]["page"] == explore_page(run)
    state = json.dumps(panel.get_state(), default=str, ensure_ascii=False)
    assert run.petitions["text"][0] not in state


def test_where_no_widget_runs_a_plain_table_stands(run):
    label = "<b>标签</b>"
    panel = explore_panel(replace(run, candidates=run.candidates.assign(label=label)))
    data = panel._repr_mimebundle_()[0]
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "&lt;b&gt;" in data["text/html"]
    assert "<b>" not in data["text/html"]
    assert "<script" not in data["text/html"]
    assert "排名" in data["text/plain"]
