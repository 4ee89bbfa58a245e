"""The reasons that lie in an issue's own past rather than in its matters."""

import numpy as np
import pandas as pd

from minelib.screen.evidence import Evidence
from minelib.trends import rise_table

_NEW_DAYS = 92  # a quarter
_SILENT_DAYS = 183  # half a year without a matter before it revives


def rise(e: Evidence) -> pd.DataFrame:
    """上升: the last full periods against the issue's past and the ledger's volume; see `trends.rise_table`.

    Returns
    -------
    DataFrame
        Index issue: `value` (seen / expected, NaN where not tested), `scaled`, `shown`.
    """
    issue = e.ledger["issue_id"].where(e.ledger["issue_id"].ne(""))
    table = rise_table(issue, e.ledger["first_at"]).reindex(e.issues.index)
    value = (table["recent"] / table["expected"]).where(table["p"].notna())
    steep = np.clip(0.5 + np.log2(value.fillna(1).clip(lower=1)) / 4, 0, 1)
    scaled = np.where(table["rising"].fillna(False), steep, 0.0)
    shown = table["shown"].fillna("无可用日期，不作检验")
    batch = e.total(e.ones, "batch").astype(int)
    shown = [f"{s}；{n}件为批量登记，不计入" if n else s for s, n in zip(shown, batch, strict=True)]
    return pd.DataFrame({"value": value, "scaled": scaled, "shown": shown}, index=e.issues.index)


def novelty(e: Evidence) -> pd.DataFrame:
    """苗头性: all matters are of the ledger's last quarter (new), or follow half a year's silence."""
    dates = pd.DataFrame({"issue": e.issue, "day": e.matters["first_at"].to_numpy()}).dropna()
    dates = dates.sort_values(["issue", "day"])
    gap = dates.groupby("issue")["day"].diff().dt.days
    recent = dates["day"] > e.end - pd.Timedelta(days=_NEW_DAYS)
    by_issue = pd.DataFrame({"recent": recent, "silence": gap.where(recent), "old": ~recent})
    by_issue = by_issue.groupby(dates["issue"])
    table = by_issue.agg(recent=("recent", "sum"), silence=("silence", "max"), old=("old", "sum"))
    table = table.reindex(range(len(e.issues)))
    long_ledger = len(dates) and (e.end - dates["day"].min()).days >= 2 * _NEW_DAYS
    several = table["recent"].fillna(0).ge(2) & bool(long_ledger)
    new = several & table["old"].eq(0)
    reviving = several & ~new & table["silence"].ge(_SILENT_DAYS)
    shown = np.select(
        [new, reviving], ["近三个月新出现（苗头）", "沉寂半年以上后再次出现"], default="非新出现"
    )
    value = np.select([new, reviving], [1.0, 0.7], default=0.0)
    return pd.DataFrame({"value": value, "scaled": value, "shown": shown}).set_index(e.issues.index)
