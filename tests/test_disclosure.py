"""Nobody is singled out by a table: small cells stay hidden, petitions that stand alone are counted."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fake_run import make_run
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from minelib.disclosure import recoverable, suppress, suppressed_cells, uniqueness

tables = st.integers(2, 6).flatmap(
    lambda n: st.lists(st.lists(st.integers(0, 9), min_size=n, max_size=n), min_size=2, max_size=6)
)


def test_small_cells_are_hidden_and_zeros_shown():
    hidden = suppress(pd.DataFrame([[0, 2, 9], [7, 8, 9], [5, 5, 5]]))
    assert hidden.isna().to_numpy().sum() >= 4
    assert pd.isna(hidden.iloc[0, 1]) and hidden.iloc[0, 0] == 0


def ends(counts, hidden, cell) -> tuple[int, int]:
    """Return the least and the largest value a hidden cell can have, given all sums, by linear programming."""
    places = np.argwhere(hidden)
    sums = [
        (places[:, axis] == i, (counts * hidden).sum(axis=1 - axis)[i])
        for axis in (0, 1)
        for i in range(counts.shape[axis])
    ]
    matrix, right = np.array([m for m, _ in sums], float), [s for _, s in sums]
    goal = (places == cell).all(axis=1).astype(float)
    low, high = (linprog(sign * goal, A_eq=matrix, b_eq=right, bounds=(0, None)).fun for sign in (1, -1))
    return round(low), round(-high)


@given(tables, st.integers(2, 5))
@settings(max_examples=80, deadline=None)
def test_no_hidden_small_count_can_be_worked_out_from_what_is_shown_and_all_sums(rows, least):
    counts = np.array(rows)
    small = (counts > 0) & (counts < least)
    hidden = suppressed_cells(counts, least=least)
    assert hidden[small].all()
    for cell in np.argwhere(small) if not hidden.all() else ():
        low, high = ends(counts, hidden, cell)
        assert low < high


@given(tables, st.integers(0, 2**30))
@settings(max_examples=80, deadline=None)
def test_what_can_be_worked_out_is_what_linear_bounds_fix(rows, seed):
    counts = np.array(rows)
    hidden = np.random.default_rng(seed).random(counts.shape) < 0.4
    told = recoverable(counts, hidden)
    assert not told[~hidden].any()
    for cell in np.argwhere(hidden):
        low, high = ends(counts, hidden, cell)
        assert (low == high) == told[tuple(cell)]


def test_a_table_that_cannot_be_kept_dark_is_hidden_whole():
    assert (
        suppressed_cells(np.array([[1, 5, 9]])).all() and suppressed_cells(np.array([[1, 5], [0, 0]])).all()
    )
    assert not suppressed_cells(np.array([[0, 5, 9]])).any()


def test_petitions_that_stand_alone_are_counted():
    run = make_run(60)
    one = run.petitions.assign(class_code="C01", groups="", received_at=pd.Timestamp("2025-01-06"))
    same = replace(run, petitions=one, matters=run.matters.assign(township="东河镇"))
    assert uniqueness(same) == {"petitions": 60, "unique": 0, "below": 0, "least": 3}
    one.loc[0, "groups"] = "老年人"
    assert uniqueness(replace(same, petitions=one))["unique"] == 1


@pytest.mark.parametrize("least", [1, 3, 10])
def test_more_is_below_a_higher_bound(least):
    told = uniqueness(make_run(120), least=least)
    assert 0 <= told["below"] <= told["petitions"] == 120
    assert (told["below"] == 0) == (least == 1)


def test_a_petition_without_day_or_place_is_counted_too():
    run = make_run(30)
    bare = run.petitions.assign(received_at=pd.NaT)
    bare["received_at"] = bare["received_at"].astype("datetime64[s]")
    assert uniqueness(replace(run, petitions=bare))["petitions"] == 30
