"""Do an issue's new matters come more often than its own past and the ledger's volume explain?

Counted are *matters by their first petition*, not letters; calendar periods are zero-filled; a first or last
period the ledger does not cover is marked partial and never tested; rows registered in bulk carry no date of
their own and are left out; all issues are tested at once and the false discovery rate is held (Benjamini and
Hochberg, 1995).
"""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd

from minelib.errors import InputError

Every = Literal["week", "month", "quarter"]
DAYS = (
    "received_at",
    "registered_at",
    "exchanged_at",
)  # the first that is known is what a petition counts for
_FREQ = {"week": "W-SUN", "month": "M", "quarter": "Q"}
_UNIT = {"week": "周", "month": "个月", "quarter": "个季度"}
_WEEKEND = pd.Timedelta(days=2)  # nobody registers on a weekend: a month ending on one is still full
MIN_PERIODS = 6  # full periods below which a rise cannot be told from chance
MIN_MATTERS = 5  # matters of an issue below which nothing is tested
_MOST_RECENT, _MOST_PAST = 3, 24  # periods


def counted_dates(petitions: pd.DataFrame) -> pd.Series:
    """Return the day each petition counts for: 信访日期, else 登记日期, else 交换日期.

    Examples
    --------
    >>> table = pd.DataFrame({"received_at": [pd.NaT], "registered_at": [pd.Timestamp("2025-03-01")]})
    >>> counted_dates(table).dt.day.tolist()
    [1]
    """
    dates = pd.Series(pd.NaT, index=petitions.index, dtype="datetime64[s]")
    for column in DAYS:
        if column in petitions:
            dates = dates.fillna(petitions[column].astype("datetime64[s]"))
    return dates


def batch_uploads(dates: pd.Series, *, least: int = 20, times: float = 5.0) -> pd.Series:
    """Mark rows that were registered in bulk, so that their date says nothing of when people complained.

    Parameters
    ----------
    dates : Series of datetime64
        The date each row is counted by.
    least : int
        Fewest rows that make a bulk; for one and the same minute half of it.
    times : float
        How many times a day must exceed a busy day of this ledger (95 % of days that have rows).

    Returns
    -------
    Series of bool

    Examples
    --------
    >>> quiet = pd.Series(pd.date_range("2025-01-01", periods=90, freq="D"))
    >>> bulk = pd.Series([pd.Timestamp("2025-03-10 17:30")] * 30)
    >>> int(batch_uploads(pd.concat([quiet, bulk], ignore_index=True)).sum())
    30
    """
    minute, day = dates.dt.floor("min"), dates.dt.normalize()
    timed = dates.notna() & (minute != day)  # midnight is how a date without a time of day is read
    per_minute = minute.where(timed).map(minute[timed].value_counts()).fillna(0)
    crowded = per_minute >= max(least / 2, 2)
    days = day[~crowded].value_counts()
    busy = float(days.quantile(0.95)) if len(days) > 1 else np.inf
    per_day = day.map(days).fillna(0)
    return (crowded | (~crowded & (per_day >= least) & (per_day >= times * busy))).rename("batch")


def matter_dates(petitions: pd.DataFrame, *, by: Sequence[str] = ("matter_id",)) -> pd.DataFrame:
    """Return each matter's first dated petition, bulk registrations aside.

    Parameters
    ----------
    petitions : DataFrame
        All of the ledger, with `matter_id` and its dates; see `schema.RUN_PETITION`. A bulk can only be told
        from the whole.
    by : sequence of str
        Columns that name a matter; a matter that belongs to two issues is one in each.

    Returns
    -------
    DataFrame
        Index `by`; `first_at` (NaT where no row has a date of its own), `batch` (all are bulk).

    Examples
    --------
    >>> days = pd.to_datetime(["2025-02-01", "2025-01-03"])
    >>> matter_dates(pd.DataFrame({"matter_id": "M1", "received_at": days}))["first_at"].dt.month.tolist()
    [1]
    """
    dates = counted_dates(petitions)
    batch = batch_uploads(dates)
    rows = petitions[list(by)].assign(first_at=dates.mask(batch), batch=batch)
    return rows.groupby(list(by)).agg(first_at=("first_at", "min"), batch=("batch", "all"))


def choose_period(dates: pd.Series) -> Every | None:
    """Return the longest of month and week that gives enough full periods, None where neither does.

    >>> choose_period(pd.Series(pd.date_range("2025-01-01", "2025-03-31")))
    'week'
    """
    for every in ("month", "week"):
        if (~_periods(dates, every=every)["partial"]).sum() >= MIN_PERIODS:
            return every
    return None


def calendar_counts(
    dates: pd.Series, *, keys: pd.Series | None = None, every: Every = "month"
) -> pd.DataFrame:
    """Count events by calendar period and key, zeros included.

    Parameters
    ----------
    dates : Series of datetime64
        One event a row; NaT is not counted.
    keys : Series of str, optional
        What each event belongs to (an issue, a class); all together under "" when absent.
    every : {"week", "month", "quarter"}

    Returns
    -------
    DataFrame
        `key`, `start` (first day), `label`, `n`, `partial` (the ledger covers only part of the period); by
        key and start. Meant for a plot of a few keys: it has keys × periods rows.

    Examples
    --------
    >>> dates = pd.Series(pd.to_datetime(["2025-01-02", "2025-03-31", "2025-03-05"]))
    >>> calendar_counts(dates)[["label", "n", "partial"]].values.tolist()
    [['2025-01', 1, False], ['2025-02', 0, False], ['2025-03', 2, False]]
    """
    periods = _periods(dates, every=every)
    keys = pd.Series("", index=dates.index) if keys is None else keys
    known = dates.notna() & keys.notna()
    when = dates[known].dt.to_period(_FREQ[every])
    counts = pd.crosstab(keys[known], when).reindex(columns=periods.index, fill_value=0)
    table = counts.rename_axis("key").rename_axis("period", axis=1).stack().rename("n").reset_index()
    table["start"] = table["period"].dt.start_time.astype("datetime64[s]")
    table["label"] = _labels(table["period"], every=every)
    table["partial"] = table["period"].map(periods["partial"]).astype(bool)
    return table[["key", "start", "label", "n", "partial"]]


def rise_table(
    keys: pd.Series, dates: pd.Series, *, every: Every | None = None, alpha: float = 0.05
) -> pd.DataFrame:
    """Test every issue's last full periods against its own past, given the ledger's volume.

    Under no change, each of an issue's matters falls into the last periods with the ledger's own share of
    that time. The upper tail is a binomial one; where the past shows that matters come in clumps (Pearson
    dispersion over all issues above 1) a beta-binomial with that dispersion, so that clumps are not a rise.

    Parameters
    ----------
    keys : Series of str
        Issue of each matter; missing where none (such matters still count for the volume).
    dates : Series of datetime64
        First date of each matter; NaT is left out. Same index as `keys`.
    every : {"week", "month", "quarter"}, optional
        Chosen by the ledger's length when absent.
    alpha : float
        False discovery rate over all issues.

    Returns
    -------
    DataFrame
        Index issue; `recent`, `past`, `expected` (in the recent periods), `p`, `q` (NaN where not tested),
        `rising`, `shown` (words).

    Examples
    --------
    >>> months = pd.period_range("2024-01", "2025-03", freq="M").start_time
    >>> dates = pd.Series([m for m in months for _ in range(20)] + [months[-1]] * 15)
    >>> keys = pd.Series(["平稳"] * 300 + ["上升"] * 15)
    >>> rise_table(keys, dates.where(dates < dates.max(), pd.Timestamp("2025-03-31")))["rising"].to_dict()
    {'上升': True, '平稳': False}
    """
    names = pd.Index(sorted(keys.dropna().unique()), name="issue_id")
    every = every or choose_period(dates)
    if every is None or len(names) == 0:
        return _untested(names)
    full = _periods(dates, every=every).query("~partial").index
    if len(full) < MIN_PERIODS:
        return _untested(names)
    n_recent = min(max(1, len(full) // MIN_PERIODS), _MOST_RECENT)
    window = full[-(n_recent + _MOST_PAST) :]
    known = dates.notna()
    when = dates[known].dt.to_period(_FREQ[every])
    rows = pd.DataFrame({"key": keys[known], "period": when})[when.isin(window).to_numpy()]
    is_recent = (rows["period"] > window[-n_recent - 1]).to_numpy()
    table = _test(rows, is_recent, names, alpha)
    table["shown"] = _words(table, f"{n_recent}{_UNIT[every]}", len(window) - n_recent, _UNIT[every])
    return table


def rise_between(
    keys: pd.Series, dates: pd.Series, recent: pd.Series, *, alpha: float = 0.05
) -> pd.DataFrame:
    """Test every issue's matters that came with a new ledger against those known before, given both volumes.

    As `rise_table`, with the two spans given by the ledgers instead of by the calendar.

    Parameters
    ----------
    keys : Series of str
        Issue of each matter; missing where none.
    dates : Series of datetime64
        First date of each matter; NaT, as of bulk registrations, is left out.
    recent : Series of bool
        Whether the matter came with the new ledger.
    alpha : float
        False discovery rate over all issues.

    Returns
    -------
    DataFrame
        Index issue; `recent`, `past`, `expected`, `p`, `q` (NaN where not tested), `rising`.

    Examples
    --------
    >>> keys = pd.Series(["甲", "乙"] * 40 + ["乙"] * 30)
    >>> dates = pd.Series(pd.date_range("2025-01-01", periods=110))
    >>> rise_between(keys, dates, dates >= "2025-03-15")["rising"].to_dict()
    {'乙': True, '甲': False}
    """
    names = pd.Index(sorted(keys.dropna().unique()), name="issue_id")
    known = dates.notna()
    rows = pd.DataFrame({"key": keys[known], "period": dates[known].dt.to_period("M")})
    return _test(rows, recent[known].to_numpy(bool), names, alpha)


def _test(rows: pd.DataFrame, is_recent: np.ndarray, names: pd.Index, alpha: float) -> pd.DataFrame:
    """Hold each key's recent rows to its past ones; a row without a key counts for the volume."""
    table = pd.DataFrame(index=names)
    table["recent"] = rows[is_recent]["key"].value_counts().reindex(names, fill_value=0)
    table["past"] = rows[~is_recent]["key"].value_counts().reindex(names, fill_value=0)
    share = is_recent.mean() if len(rows) else 0.0
    total = table["recent"] + table["past"]
    table["expected"] = total * share
    tested = (total >= MIN_MATTERS).to_numpy() & (0 < share < 1)
    table["p"] = np.nan
    table.loc[tested, "p"] = _upper_tail(
        table.loc[tested, "recent"].to_numpy(), total[tested].to_numpy(), share, _dispersion(rows[~is_recent])
    )
    table["q"] = _false_discovery(table["p"])
    table["rising"] = table["q"].le(alpha)
    return table


def _periods(dates, *, every) -> pd.DataFrame:
    """Return every period from first to last date, with whether the ledger covers only part of it."""
    if every not in get_args(Every):
        raise InputError(f"every={every!r}; allowed: {', '.join(get_args(Every))}")
    known = dates.dropna()
    if known.empty:
        return pd.DataFrame({"partial": pd.Series(dtype=bool)}, index=pd.PeriodIndex([], freq=_FREQ[every]))
    first, last = known.min().normalize(), known.max().normalize()
    periods = pd.period_range(first, last, freq=_FREQ[every])
    partial = np.zeros(len(periods), dtype=bool)
    partial[0] |= first > periods[0].start_time + _WEEKEND
    partial[-1] |= last < periods[-1].end_time.normalize() - _WEEKEND
    return pd.DataFrame({"partial": partial}, index=periods)


def _labels(periods, *, every):
    if every == "month":
        return periods.dt.strftime("%Y-%m")
    if every == "quarter":
        return periods.dt.year.astype(str) + "年" + periods.dt.quarter.astype(str) + "季度"
    return periods.dt.start_time.dt.strftime("%Y-%m-%d") + "周"


def _dispersion(past) -> float:
    """Pearson dispersion of issues over past periods, pooled; 1 where matters come singly.

    The sum over cells of (n − e)² / e equals the sum of n² / e minus n, so empty cells need no table.
    """
    volume = past["period"].value_counts()
    cells = past.groupby(["key", "period"], observed=True).size().reset_index(name="n")
    totals = cells.groupby("key")["n"].sum()
    totals = totals[totals >= 2]
    cells = cells[cells["key"].isin(totals.index)]
    degrees = len(totals) * (len(volume) - 1)
    if degrees <= 0:
        return 1.0
    expected = cells["key"].map(totals) * cells["period"].map(volume).astype(float) / len(past)
    return max(1.0, float(((cells["n"] ** 2 / expected).sum() - totals.sum()) / degrees))


def _upper_tail(n, total, share, dispersion):
    """P(at least `n` of `total`): binomial, or beta-binomial with that variance inflation."""
    from scipy.stats import betabinom, binom

    if dispersion <= 1.02:
        return binom.sf(n - 1, total, share)
    rho = np.minimum((dispersion - 1) / np.maximum(total - 1, 1), 0.5)
    return betabinom.sf(n - 1, total, share * (1 - rho) / rho, (1 - share) * (1 - rho) / rho)


def _false_discovery(p: pd.Series) -> pd.Series:
    from scipy.stats import false_discovery_control

    q = pd.Series(np.nan, index=p.index)
    known = p.notna()
    if known.any():
        q[known] = false_discovery_control(p[known].clip(0, 1))
    return q


def _words(table, recent, n_past, unit):
    """Say what was found; counts only, because a p-value on a wall is read as a verdict."""
    shown = []
    for row in table.itertuples():
        total = row.recent + row.past
        if np.isnan(row.p):
            shown.append(
                f"近{recent}新增{row.recent}件（此前{n_past}{unit}{row.past}件），件数太少，不作检验"
            )
        else:
            verdict = "有上升迹象" if row.rising else "未见明显上升"
            shown.append(
                f"近{recent}新增{row.recent}件，按台账总量推算约{row.expected:.1f}件"
                f"（共{total}件，此前{n_past}{unit}{row.past}件），{verdict}"
            )
    return shown


def _untested(names):
    return pd.DataFrame(
        {
            "recent": 0,
            "past": 0,
            "expected": np.nan,
            "p": np.nan,
            "q": np.nan,
            "rising": False,
            "shown": f"台账不足{MIN_PERIODS}个完整月份或周，不作趋势检验",
        },
        index=names,
    )
