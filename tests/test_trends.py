"""Rises are told from chance, bulk uploads from bursts, and a short ledger is not tested at all."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from minelib import trends
from minelib.errors import InputError


def flat_ledger(rng, *, n_issues=30, months=18, clumped=False):
    """A ledger with a growing, seasonal volume and no issue that changes its share of it."""
    days = months * 30
    season = 1 + 0.5 * np.sin(np.arange(days) / days * 9) + np.arange(days) / days
    season /= season.sum()
    keys, at = [None] * 200, list(rng.choice(days, 200, p=season))
    for i in range(n_issues):
        n = int(rng.integers(3, 60))
        drawn = rng.choice(days, n, p=season)
        if clumped:
            events = rng.choice(days, max(1, n // 3), p=season)
            drawn = np.minimum(days - 1, rng.choice(events, n) + rng.integers(0, 15, n))
        keys += [f"I{i:02d}"] * n
        at += list(drawn)
    dates = pd.Timestamp("2024-01-01") + pd.to_timedelta(at, unit="D")
    return pd.Series(keys, dtype=object), pd.Series(dates).astype("datetime64[s]")


@pytest.mark.parametrize("clumped", [False, True])
def test_false_alarms_stay_under_the_stated_rate(clumped):
    rng = np.random.default_rng(5)
    alarms = sum(trends.rise_table(*flat_ledger(rng, clumped=clumped))["rising"].any() for _ in range(60))
    assert alarms <= 6  # 5 % of 60 ledgers, and two standard errors


def test_a_planted_rise_is_found():
    keys, dates = flat_ledger(np.random.default_rng(1))
    extra = pd.Series(pd.Timestamp("2025-05-01") + pd.to_timedelta(np.arange(25) % 20, unit="D"))
    keys = pd.concat([keys, pd.Series(["I99"] * 3 + ["I99"] * 25)], ignore_index=True)
    dates = pd.concat([dates, pd.Series([pd.Timestamp("2024-06-01")] * 3), extra], ignore_index=True)
    table = trends.rise_table(keys, dates)
    assert table.index[table["rising"]].tolist() == ["I99"]
    assert "有上升迹象" in table.loc["I99", "shown"]


def test_the_tail_is_scipys_binomial_test():
    n, total = np.array([4, 9, 0]), np.array([10, 10, 5])
    ours = trends._upper_tail(n, total, 0.3, 1.0)
    theirs = [stats.binomtest(k, t, 0.3, alternative="greater").pvalue for k, t in zip(n, total, strict=True)]
    np.testing.assert_allclose(ours, theirs)


def test_clumps_make_the_tail_heavier_and_leave_its_mean():
    sure, clumped = (trends._upper_tail(np.array([8]), np.array([12]), 0.3, d)[0] for d in (1.0, 2.5))
    assert clumped > 3 * sure
    mean = sum(trends._upper_tail(np.arange(1, 13), np.full(12, 12), 0.3, 2.5))
    assert mean == pytest.approx(12 * 0.3, rel=1e-6)


def test_dispersion_equals_the_full_table_of_cells():
    rng = np.random.default_rng(3)
    past = pd.DataFrame({"key": rng.integers(0, 6, 300), "period": rng.integers(0, 9, 300)})
    cross = pd.crosstab(past["key"], past["period"])
    expected = np.outer(cross.sum(axis=1), cross.sum(axis=0)) / len(past)
    chi2 = ((cross - expected) ** 2 / expected).to_numpy().sum()
    assert trends._dispersion(past) == pytest.approx(max(1.0, chi2 / (6 * 8)))


def test_few_matters_are_not_tested():
    keys, dates = flat_ledger(np.random.default_rng(2))
    keys.iloc[:4] = "I98"
    table = trends.rise_table(keys, dates)
    assert np.isnan(table.loc["I98", "p"])
    assert "件数太少" in table.loc["I98", "shown"]


def test_a_ledger_of_five_weeks_is_not_tested():
    dates = pd.Series(pd.date_range("2025-01-01", "2025-02-05"))
    table = trends.rise_table(pd.Series(["I1"] * len(dates)), dates)
    assert not table["rising"].any() and "不作趋势检验" in table["shown"].iloc[0]


def test_rows_in_any_order_give_the_same_table():
    keys, dates = flat_ledger(np.random.default_rng(4))
    order = np.random.default_rng(0).permutation(len(keys))
    shuffled = trends.rise_table(keys.iloc[order], dates.iloc[order])
    pd.testing.assert_frame_equal(trends.rise_table(keys, dates), shuffled)


def test_periods_without_letters_count_as_zero_and_partial_ends_are_marked():
    dates = pd.Series(pd.to_datetime(["2025-01-20", "2025-04-10", "2025-04-11"]))
    table = trends.calendar_counts(dates)
    assert table["n"].tolist() == [1, 0, 0, 2]
    assert table["partial"].tolist() == [True, False, False, True]


def test_a_month_that_ends_on_a_weekend_is_full():
    dates = pd.Series(pd.to_datetime(["2025-08-01", "2025-08-29"]))  # 30 and 31 August 2025: Saturday, Sunday
    assert not trends.calendar_counts(dates)["partial"].any()


def test_a_partial_last_month_is_not_compared_with_full_ones():
    months = pd.date_range("2024-01-01", "2025-01-01", freq="MS")
    days = [day for month in months for day in pd.date_range(month, periods=28)]
    dates = pd.Series(days + [pd.Timestamp("2025-02-02")] * 15)
    keys = pd.Series(["I1"] * 12 + [None] * (len(dates) - 27) + ["I1"] * 15, dtype=object)
    assert trends.rise_table(keys, dates)["recent"].iloc[0] < 15


def test_the_same_minute_is_a_bulk_and_a_busy_week_is_not():
    rng = np.random.default_rng(0)
    normal = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 180 * 24 * 3600, 900), unit="s")
    busy = pd.Timestamp("2025-05-05") + pd.to_timedelta(rng.integers(0, 5 * 24 * 3600, 60), unit="s")
    bulk = [pd.Timestamp("2025-06-02 09:14:30")] * 40
    marks = trends.batch_uploads(pd.Series([*normal, *busy, *bulk]))
    assert marks.iloc[-40:].all() and not marks.iloc[:-40].any()


def test_a_bulk_of_old_letters_is_no_rise():
    keys, dates = flat_ledger(np.random.default_rng(6))
    petitions = pd.DataFrame({"matter_id": [f"M{i}" for i in range(len(keys))], "received_at": dates})
    bulk = pd.DataFrame({"matter_id": [f"B{i}" for i in range(60)]})
    bulk["received_at"] = pd.Timestamp("2025-05-20 08:00:07")
    matters = trends.matter_dates(pd.concat([petitions, bulk]))
    assert matters.loc["B0", "batch"] and pd.isna(matters.loc["B0", "first_at"])
    issue = pd.Series("I99", index=matters.index).where(matters.index.str.startswith("B"), "rest")
    assert not trends.rise_table(issue, matters["first_at"])["rising"].get("I99", False)


def test_letters_of_one_matter_count_once_on_its_first_day():
    days = pd.date_range("2025-01-01", periods=5, freq="MS")
    table = pd.DataFrame({"matter_id": "M1", "received_at": days})
    matters = trends.matter_dates(table)
    assert matters["first_at"].tolist() == [pd.Timestamp("2025-01-01")]


def test_an_unknown_period_names_the_known_ones():
    with pytest.raises(InputError, match="week, month, quarter"):
        trends.calendar_counts(pd.Series(pd.to_datetime(["2025-01-01"])), every="year")
