"""The table behind each figure: what is drawn, and no more, from a run."""

import numpy as np
import pandas as pd

from minelib.disclosure import MIN_CELL, suppressed_cells
from minelib.runs import Run
from minelib.screen import NAMES
from minelib.trends import calendar_counts, counted_dates

MIN_BASE = 20  # below this a share is shown as counts: an interval would span half the axis
UNKNOWN, REST = "未注明", "其余"


def candidates_data(run: Run, *, top: int = 10) -> pd.DataFrame:
    """Return the points of each signal of the `top` candidates: rank, label, signal, points, shown."""
    best = run.candidates.sort_values("rank").head(top)[["rank", "issue_id", "label", "score"]]
    table = best.merge(run.signals, on="issue_id")
    table["signal"] = table["signal"].map(lambda name: NAMES.get(name, name))
    return table.sort_values(["rank", "points", "signal"], ascending=[True, False, True], ignore_index=True)


def monthly_data(run: Run, *, months: int = 36) -> pd.DataFrame:
    """Return petitions a month, the last `months` of them: month, n, partial, expected, low, high.

    The band is what the whole months before lead one to expect (at most twelve, at least six): their mean,
    give or take 1.96 standard errors of prediction of a count whose variance is the mean times the dispersion
    seen (McCullagh and Nelder 1989, §6.2.3). A partial month is not judged and judges none.
    """
    counts = calendar_counts(counted_dates(run.petitions))
    table = counts.rename(columns={"label": "month"})[["month", "n", "partial"]]
    whole = table.loc[~table["partial"].astype(bool), "n"].astype(float)
    before = whole.shift().rolling(12, min_periods=6)
    mean, size = before.mean(), before.count()
    dispersion = (before.var() / mean).clip(lower=1)
    half = 1.96 * np.sqrt(mean * dispersion * (1 + 1 / size))
    band = pd.DataFrame({"expected": mean, "low": (mean - half).clip(lower=0), "high": mean + half})
    return table.join(band).tail(months).reset_index(drop=True)


def heat_data(run: Run, *, rows: int = 12, columns: int = 10) -> pd.DataFrame:
    """Return matters by class and township: class_code, township, n, suppressed (then n is missing).

    Cells under the run's `small_cell` are suppressed, and others until none of these follows from the sums, which
    are printed elsewhere. The smallest rows and columns are lumped together
    until at most a third of the cells that count anything is hidden, or three by three are left.
    """
    township = run.matters["township"].replace("", UNKNOWN)
    while True:
        cross = pd.crosstab(_lumped(run.matters["class_code"], rows), _lumped(township, columns))
        cross = cross.loc[_by_size(cross.sum(axis=1)), _by_size(cross.sum(axis=0))]
        hidden = suppressed_cells(cross.to_numpy(), least=small_cell(run))
        if hidden.sum() * 3 <= (cross.to_numpy() > 0).sum() or max(rows, columns) <= 3:
            break
        rows, columns = max(3, rows - 1), max(3, columns - 1)
    table = cross.stack().rename("n").reset_index().set_axis(["class_code", "township", "n"], axis=1)
    table["suppressed"] = hidden.ravel()
    table["n"] = table["n"].astype("Int64").mask(table["suppressed"])
    table.attrs["least"] = small_cell(run)
    # A map of which most is hidden tells nothing.
    return table if table["n"].gt(0).sum() > hidden.sum() else table.iloc[:0]


def _lumped(values: pd.Series, k: int) -> pd.Series:
    """Keep the `k` commonest values and lump the others together."""
    return values.where(values.isin(_top(values, k)), REST)


def small_cell(run: Run) -> int:
    """Return the least count of a table by place that the run's options let be shown."""
    return run.manifest.get("config", {}).get("small_cell", MIN_CELL)


def repeat_data(run: Run, *, top: int = 10) -> pd.DataFrame:
    """Return the share of repeats by class: class_code, n, repeats, share, low, high (Wilson, 95 %).

    A repeat (重复件) is a petition of a matter that already has one of its class; under `MIN_BASE` petitions, no
    share. Empty where no class has one.
    """
    classes = run.petitions.groupby("class_code")["matter_id"]
    sums = pd.DataFrame({"n": classes.size(), "repeats": classes.size() - classes.nunique()})
    sums = sums.loc[_by_size(sums["n"])].head(top).rename_axis("class_code").reset_index()
    share = (sums["repeats"] / sums["n"]).where(sums["n"] >= MIN_BASE)
    low, high = wilson(share, sums["n"])
    table = sums.assign(share=share, low=low, high=high)
    return table if share.notna().any() else table.iloc[:0]


def class_change_data(run: Run, *, top: int = 10) -> pd.DataFrame:
    """Return each class's share of the first and the second half of the whole months.

    Columns: class_code, n_before, n_after, before, after (shares of all petitions of that half), first,
    second (the months meant). Empty with fewer than four whole months or `MIN_BASE` petitions in a half.
    """
    names = ["class_code", "n_before", "n_after", "before", "after", "first", "second"]
    months = monthly_data(run, months=24)
    whole = months.loc[~months["partial"].astype(bool), "month"].tolist()
    if len(whole) < 4:
        return pd.DataFrame(columns=names)
    half = len(whole) // 2
    first, second = whole[-2 * half : -half], whole[-half:]
    month = counted_dates(run.petitions).dt.to_period("M").astype(str)
    before = run.petitions.loc[month.isin(first), "class_code"].value_counts()
    after = run.petitions.loc[month.isin(second), "class_code"].value_counts()
    if min(before.sum(), after.sum()) < MIN_BASE:
        return pd.DataFrame(columns=names)
    table = pd.DataFrame({"n_before": before, "n_after": after}).fillna(0).astype(int)
    table = table.loc[_by_size(table.sum(axis=1))].head(top).rename_axis("class_code").reset_index()
    table["before"] = table["n_before"] / before.sum()
    table["after"] = table["n_after"] / after.sum()
    return table.assign(first=f"{first[0]}至{first[-1]}", second=f"{second[0]}至{second[-1]}")[names]


def wilson(share: pd.Series, n: pd.Series, *, z: float = 1.96) -> tuple[pd.Series, pd.Series]:
    """Return the Wilson interval (1927) of shares of `n`.

    >>> [round(float(end.iloc[0]), 3) for end in wilson(pd.Series([0.5]), pd.Series([20]))]
    [0.299, 0.701]
    """
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return middle - half, middle + half


def _top(values: pd.Series, k: int) -> list[str]:
    """Return the `k` commonest values, ties by name."""
    return _by_size(values.value_counts())[:k]


def _by_size(counts: pd.Series) -> list[str]:
    """Order the labels of `counts` by size, then name; what is unnamed or lumped together comes last."""
    last = {REST, UNKNOWN}
    return sorted(counts.index, key=lambda name: (name in last, -counts[name], name))
