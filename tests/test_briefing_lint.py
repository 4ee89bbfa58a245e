"""The linter finds what an office has printed before: impossible falls, baseless comparisons."""

import copy

import pytest
from fake_run import make_run

from minelib.briefing import lint_facts, render, summarise
from minelib.briefing.lint import lint_text
from minelib.errors import MinelibError


@pytest.fixture(scope="module")
def facts():
    return summarise(make_run(2000), config={"period": ["2026-02-01", "2026-02-20"]})


def broken(facts, key, **change):
    facts = copy.deepcopy(facts)
    facts["facts"][key] |= change
    return lint_facts(facts)


def test_sound_facts_pass(facts):
    assert lint_facts(facts) == []


@pytest.mark.parametrize(
    ("key", "change", "says"),
    [
        ("repeat_share", {"value": 99.9, "shown": "99.9%"}, "is not"),
        ("repeat_share", {"shown": "12.0%"}, "shown as"),
        ("repeat_share", {"base": "people"}, "件次 of 人次"),
        ("repeats", {"value": 100000, "shown": "100000件次"}, "exceeds the whole"),
        ("matters", {"shown": "7个事项"}, "shown as"),
        ("yoy", {"shown": "同比下降218.0%（上年同期55件次）"}, "over 100 %"),
        ("yoy", {"shown": "同比下降21.8%"}, "names no base"),
        ("yoy", {"step": 3000}, "the step"),
        ("yoy", {"value": 1234.5}, "is not"),
    ],
)
def test_a_fact_that_does_not_follow_is_found(facts, key, change, says):
    assert any(says in line for line in broken(facts, key, **change)), broken(facts, key, **change)


def test_classes_may_not_add_up_to_more_than_the_whole(facts):
    key = facts["classes"][0]["key"] + ".petitions"
    assert any(line.startswith("classes:") for line in broken(facts, key, value=9999, shown="9999件次"))


def test_a_percentage_on_a_small_base_is_found(facts):
    assert any(
        "a percentage on a base of 7" in line for line in broken(facts, "petitions", value=7, shown="7件次")
    )


def test_unsound_facts_are_not_rendered(facts):
    changed = copy.deepcopy(facts)
    changed["facts"]["yoy"]["shown"] = "同比下降218%"
    with pytest.raises(MinelibError, match="do not hold together"):
        render(changed)


@pytest.mark.parametrize(
    "text",
    [
        "同比上升12.5%（上年同期40件次）",
        "环比减少3件次（上一等长时段9件次）",
        "占41.2%",
        "本期不作同比、环比。",
    ],
)
def test_sound_sentences_pass(text):
    assert lint_text(text) == []


@pytest.mark.parametrize("text", ["同比下降218%", "环比上升5%", "总量减少了101.5%", "300件次中的120人次"])
def test_unsound_sentences_are_found(text):
    assert lint_text(text) != []
