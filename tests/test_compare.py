import pytest
from test_review import a_run

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
