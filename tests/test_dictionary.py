"""The data dictionary names every file, column and key of a run, and none that is not there."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from fake_run import make_run

import minelib
from minelib import schema
from minelib.briefing import summarise
from minelib.explore.data import page_data
from minelib.plots import FIGURES
from minelib.review import ACTIONS, Decision
from minelib.runs import TABLES
from minelib.tables import PROPOSALS, SHEETS

PAGE = (Path(__file__).parents[1] / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
COLUMNS = {
    "petitions.parquet": schema.RUN_PETITION,
    "tables/matters.parquet": schema.MATTER,
    "tables/links.parquet": schema.LINK,
    "tables/issues.parquet": schema.ISSUE,
    "tables/signals.parquet": schema.SIGNAL,
    "tables/candidates.parquet": schema.CANDIDATE,
    "rejects.csv": schema.REJECT,
}


def part(title: str) -> str:
    return re.search(rf"^##+ {re.escape(title)}\n(.*?)(?=^##|\Z)", PAGE, re.S | re.M)[1]


def rows(title: str) -> list[list[str]]:
    lines = re.findall(r"^\| `(.*) \|$", part(title), re.M)
    return [re.split(r" \| ", line.replace("`", "", 1)) for line in lines]


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_of_a_table_is_explained_in_order_with_its_type(name):
    found = {row[0]: row[1] for row in rows(name)}
    types = {
        c: t.split("[")[0].removesuffix("64") if t.startswith("date") else t for c, t in COLUMNS[name].items()
    }
    assert list(found.items()) == list(types.items())
    assert all(len(row) == 3 and row[2] for row in rows(name))


def test_every_table_of_a_run_has_a_part():
    assert {f"tables/{t}.parquet" for t in TABLES if t != "petitions"} <= set(COLUMNS)


@pytest.mark.parametrize("kind", FIGURES)
def test_the_numbers_behind_each_figure_are_explained(kind):
    assert [row[0] for row in rows(f"figures/{kind}.csv")] == list(FIGURES[kind].data(make_run(300)).columns)


def test_the_sheets_of_the_workbook_are_explained():
    assert [row[0] for row in rows("candidates.xlsx")] == [*SHEETS.values(), *PROPOSALS, "方法与口径"]


def test_the_keys_of_the_facts_are_explained():
    facts = summarise(make_run(300))
    assert sorted(row[0] for row in rows("facts.json")) == sorted(facts)


def test_a_decision_is_explained_field_by_field_and_action_by_action():
    assert sorted(row[0] for row in rows("decisions.jsonl")) == sorted(
        ["id", *(f.name for f in fields(Decision))]
    )
    assert re.findall(r"`(\w+)` \w+", part("decisions.jsonl").split("`action`")[1].split("\n")[0]) == list(
        ACTIONS
    )


def test_every_public_name_is_on_the_page_of_functions():
    text = (Path(__file__).parents[1] / "docs" / "api.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\.\. auto\w+:: minelib\.[\w.]*?(\w+)$|`ml\.(\w+)`", text, re.M))
    named = {name for pair in listed for name in pair if name}
    assert set(minelib.__all__) - {"__version__"} - named == set()


def test_the_data_of_the_explore_page_is_explained():
    assert {row[0] for row in rows("explore.html")} == set(page_data(make_run(60), most=60))
