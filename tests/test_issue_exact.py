"""What issues are made of adds up exactly, so that no processor gives other groups than another."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from minelib.issues import discover
from minelib.issues.discover import discover_groups, nearest
from minelib.issues.exact import STEP, exactly
from minelib.issues.group import closeness
from minelib.issues.spread import best_wrong, spread_best


def _units(n: int, width: int, seed: int) -> np.ndarray:
    """Return unit rows around a few centres, as petitions lie."""
    draw = np.random.default_rng(seed)
    rows = draw.normal(size=(n, width)) + 2 * draw.normal(size=(5, width))[draw.integers(0, 5, n)]
    return exactly(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def _reordered(vectors: np.ndarray, seed: int) -> np.ndarray:
    """Put the dimensions into another order, so that every sum over them is made in another one."""
    return np.ascontiguousarray(vectors[:, np.random.default_rng(seed).permutation(vectors.shape[1])])


@given(st.integers(0, 999), st.integers(1, 200))
def test_products_of_unit_rows_are_exact_in_any_order(seed, width):
    vectors = _units(40, width, seed)
    near = vectors @ vectors.T
    assert (near == vectors.astype(np.float64) @ vectors.T.astype(np.float64)).all()
    other = _reordered(vectors, seed)
    assert (near == other @ other.T).all()


@pytest.mark.parametrize("seed", range(6))
def test_groups_closeness_and_spread_do_not_hang_on_the_order_of_sums(seed):
    vectors = _units(400, 90, seed)
    other = _reordered(vectors, seed)
    group = discover_groups(vectors, seed=seed)
    assert group.max() > 0
    assert (group == discover_groups(other, seed=seed)).all()
    assert (closeness(vectors, group) == closeness(other, group)).all()
    said = np.where(np.arange(400) % 3, group, -1)
    score = sp.csr_matrix(5.0 * (said[:, None] == np.arange(group.max() + 1))).astype(np.float32)
    for ours, theirs in zip(spread_best(vectors, score), spread_best(other, score), strict=True):
        assert (ours == theirs).all()


@pytest.mark.parametrize("k", [1, 3, 7])
def test_among_equally_near_rows_the_first_are_taken(k):
    vectors = np.repeat(exactly(np.eye(2)), 10, axis=0)
    index, cosine = nearest(vectors, k)
    first = [sorted(set(range(10)) - {i})[:k] for i in range(10)]
    assert [sorted(row) for row in index[:10].tolist()] == first
    assert (cosine == 1).all()


@given(st.integers(0, 999), st.integers(2, 90), st.integers(1, 20))
def test_the_nearest_rows_are_those_a_full_sort_puts_first(seed, n, k):
    vectors = _units(n, 6, seed)[
        np.random.default_rng(seed).integers(0, n, n)
    ]  # some stand there more than once
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(discover, "_COLUMN_GROUPS", 8)
        index, cosine = nearest(vectors, k)
    whole = vectors @ vectors.T
    np.fill_diagonal(whole, -2)
    first = np.argsort(-whole, axis=1, kind="stable")[:, : min(k, n - 1)]
    assert (index == first).all()
    assert (cosine == np.take_along_axis(whole, first, axis=1)).all()


def test_the_grid_is_fine_enough_for_a_cosine():
    vectors = np.random.default_rng(0).normal(size=(200, 150))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    grid = exactly(vectors)
    assert np.abs(grid - vectors).max() <= STEP / 2 + 1e-7
    assert np.abs(grid @ grid.T - vectors @ vectors.T).max() < 2e-3


@given(st.integers(0, 999), st.integers(0, 20), st.integers(0, 6))
def test_the_best_wrong_is_the_first_of_the_highest_scores(seed, n, n_wrongs):
    score = np.random.default_rng(seed).integers(0, 4, (n, n_wrongs)).astype(np.float32)
    top, column = best_wrong(sp.csr_matrix(score))
    assert top.tolist() == score.max(axis=1, initial=0).tolist()
    expected = [row.argmax() if row.size and row.max() > 0 else -1 for row in score]
    assert column.tolist() == expected
