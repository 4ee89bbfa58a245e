"""Nobody is singled out by a table: small cells stay hidden, petitions that stand alone are counted."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fake_run import make_run
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from minelib.disclosure import suppress, uniqueness

tables = st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=2, max_size=4)


def test_small_cells_are_hidden_and_zeros_shown():
    hidden = suppress(pd.DataFrame([[0, 2, 9], [7, 8, 9], [5, 5, 5]]))
    assert hidden.isna().to_numpy().sum() >= 4
    assert pd.isna(hidden.iloc[0, 1]) and hidden.iloc[0, 0] == 0


@given(tables, st.integers(2, 5))
@settings(max_examples=60, deadline=None)
def test_no_hidden_cell_stands_alone_in_its_row_or_column(rows, least):
    counts = np.array(rows)
    hidden = suppress(pd.DataFrame(counts), least=least).isna().to_numpy()
    assert hidden[(counts > 0) & (counts < least)].all()
    for grid, marks in ((counts, hidden), (counts.T, hidden.T)):
        for line, mark in zip(grid, marks, strict=True):
            assert mark.sum() != 1 or not line[~mark].any()


def span(counts, hidden, cell) -> float:
    """Return how far apart the least and the largest value of a hidden cell are, given all sums."""
    places = np.argwhere(hidden)
    sums = [
        (places[:, axis] == i, (counts * hidden).sum(axis=1 - axis)[i])
        for axis in (0, 1)
        for i in range(counts.shape[axis])
    ]
    matrix, right = np.array([m for m, _ in sums], float), [s for _, s in sums]
    goal = (places == cell).all(axis=1).astype(float)
    ends = [linprog(sign * goal, A_eq=matrix, b_eq=right, bounds=(0, None)).fun for sign in (1, -1)]
    return -ends[1] - ends[0]


def test_a_hidden_cell_cannot_be_worked_out_from_the_sums():
    counts = np.array([[1, 6, 9, 4], [4, 7, 8, 6], [5, 2, 9, 7]])
    hidden = suppress(pd.DataFrame(counts)).isna().to_numpy()
    assert all(span(counts, hidden, cell) > 0 for cell in np.argwhere(hidden & (counts < 3)))


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
