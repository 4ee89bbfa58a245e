"""Results in a notebook: escaped, short, with the same in plain text."""

from dataclasses import replace

import pytest
from fake_run import make_run

from minelib.display import Sheet
from minelib.errors import InputError
from minelib.explore import candidate_card

HOSTILE = "<img src=x onerror=alert(1)>&\"'"


@pytest.fixture(scope="module")
def run():
    return make_run(120)


def test_every_place_of_a_sheet_is_escaped():
    sheet = Sheet(
        HOSTILE,
        facts=[(HOSTILE, HOSTILE)],
        head=[HOSTILE],
        rows=[[HOSTILE]],
        parts=[(HOSTILE, [HOSTILE])],
        note=HOSTILE,
    )
    assert "<img" not in sheet.html()
    assert sheet.html().count("&lt;img") == 8
    assert sheet.text().count(HOSTILE) == 8


def test_a_run_shows_its_counts_and_first_candidates_in_both_forms(run):
    run = replace(run, candidates=run.candidates.assign(label=HOSTILE))
    assert "&lt;img" in run._repr_html_()
    assert "<img" not in run._repr_html_()
    assert f"件次 {len(run.petitions)}" in repr(run)
    assert len(repr(run).splitlines()) < 20
    assert run.petitions["text"][0] not in repr(run)


def test_a_run_without_candidates_shows_itself(run):
    assert "没有" in repr(replace(run, candidates=run.candidates.iloc[:0]))


def test_a_card_tells_signals_by_strength_and_what_to_verify(run):
    card = candidate_card(run, 1)
    assert [row[0] for row in card._sheet().rows][:1] == ["普遍性"]
    points = [float(row[1]) for row in card._sheet().rows]
    assert points == sorted(points, reverse=True)
    assert "核查协议与付款凭证" in repr(card)
    assert "核查协议与付款凭证" in card._repr_html_()


def test_a_card_of_no_candidate_is_refused(run):
    with pytest.raises(InputError, match="rank 99"):
        candidate_card(run, 99)
