"""The book of facts: every number with its unit, its period and how to count it again.

A fact is a plain dict. A *count* holds a query over the run; a *share* names its part and its whole; a
*change* names what it compares. Nothing else may put a number into a briefing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from minelib.plots.data import MIN_BASE
from minelib.runs import Run
from minelib.tally import n_people, petitioner_keys
from minelib.trends import counted_dates

PIECES, PEOPLE, PERSONS, MATTERS, PLACES = "件次", "人次", "人", "个事项", "个地点"
COUNTED = [
    "record_id", "petitioner_id", "matter_id", "issue_id", "class_code", "groups", "channel", "n_people",
]  # fmt: skip
UNIQUE_MATTERS, UNIQUE_PERSONS = "unique:matter_id", "unique:petitioner_id"


@dataclass
class Book:
    """Facts being gathered from one run.

    Attributes
    ----------
    run : Run
    period : tuple of str
        First and last day, ISO, of the briefing.
    facts : dict
        Key → fact, in the order they were made.
    """

    run: Run
    period: tuple[str, str]
    facts: dict[str, dict] = field(default_factory=dict)

    def __post_init__(self):
        self.rows = _in_days(self.run.petitions, self.period)

    def count(self, key: str, unit: str, *, measure: str = "rows", period=None, **where) -> int:
        """Count petitions of the period: rows, distinct values or a sum; enter it under `key`."""
        days = list(period or self.period)
        query = {"measure": measure, "where": {"day": days, **where}}
        rows = self.rows if period is None else _in_days(self.run.petitions, days)
        value = _measured(rows, _where(rows, where), measure)
        self.facts[key] = {"value": value, "unit": unit, "period": days, "base": None, "query": query,
                           "shown": f"{value}{unit}"}  # fmt: skip
        return value

    def stated(self, key: str, value, unit: str, source: str) -> None:
        """Enter what the run itself states, such as the rows read."""
        self.facts[key] = {"value": value, "unit": unit, "period": list(self.period), "base": None,
                           "source": source, "shown": f"{value}{unit}"}  # fmt: skip

    def said(self, key: str, words: str, source: str) -> None:
        """Enter words of the run, such as a label, that a sentence quotes."""
        self.facts[key] = {"value": words, "unit": "", "period": list(self.period), "base": None,
                           "source": source, "shown": words}  # fmt: skip

    def difference(self, key: str, unit: str, whole: str, part: str) -> None:
        """Enter `whole` less `part`, such as letters less matters: the repeats."""
        value = self.facts[whole]["value"] - self.facts[part]["value"]
        self.facts[key] = {"value": value, "unit": unit, "period": self.facts[whole]["period"], "base": None,
                           "whole": whole, "less": part, "shown": f"{value}{unit}"}  # fmt: skip

    def share(self, key: str, part: str, whole: str) -> None:
        """Enter a share; on a base under `MIN_BASE` it is shown as counts."""
        n, base = self.facts[part], self.facts[whole]
        percent = round(100 * n["value"] / base["value"], 1) if base["value"] else None
        small = base["value"] < MIN_BASE
        shown = f"{base['value']}{base['unit']}中的{n['value']}{n['unit']}" if small else f"{percent:.1f}%"
        self.facts[key] = {"value": percent, "unit": "%", "period": n["period"], "base": whole, "part": part,
                           "shown": shown}  # fmt: skip

    def change(self, key: str, now: str, before: str, *, kind: str, base_name: str) -> None:
        """Enter a 同比 or 环比 with its base; a percentage only where the base is `MIN_BASE` or more."""
        new, old = self.facts[now], self.facts[before]
        step = new["value"] - old["value"]
        verb = "增加" if step > 0 else "减少"
        base = f"（{base_name}{old['shown']}）"
        if step == 0:
            shown = f"{kind}持平{base}"
        elif old["value"] < MIN_BASE:
            shown = f"{kind}{verb}{abs(step)}{new['unit']}{base}"
        else:
            shown = f"{kind}{'上升' if step > 0 else '下降'}{abs(100 * step / old['value']):.1f}%{base}"
        percent = round(100 * step / old["value"], 1) if old["value"] else None
        self.facts[key] = {"value": percent, "unit": "%", "period": new["period"], "base": before, "now": now,
                           "kind": kind, "step": step, "shown": shown}  # fmt: skip


def answer(run: Run, query: Mapping) -> int:
    """Count again what a fact's query asks of the petitions of a run.

    The query is data, not code: `measure` is `rows`, `sum:n_people` or `unique:COLUMN`; `where` maps a
    column to the value wanted, `day` to the first and last day.
    """
    where = dict(query["where"])
    rows = _in_days(run.petitions, where.pop("day"))
    return _measured(rows, _where(rows, where), query["measure"])


def _in_days(petitions: pd.DataFrame, days) -> pd.DataFrame:
    """Keep the petitions of the period; those without a day stay, since they were received some time."""
    day = counted_dates(petitions).dt.normalize()
    petitions = petitions[COUNTED]  # texts are heavy to copy
    return petitions[day.isna() | day.between(pd.Timestamp(days[0]), pd.Timestamp(days[1]))]


def _where(rows: pd.DataFrame, where: Mapping[str, str]) -> pd.Series:
    """Mark the rows whose columns hold the values wanted; `groups` holds several, joined by 、."""
    keep = pd.Series(True, index=rows.index)
    for column, wanted in where.items():
        if column == "groups":
            holding = [groups for groups in rows[column].unique() if wanted in groups.split("、")]
            keep &= rows[column].isin(holding)
        else:
            keep &= (rows[column] == wanted).fillna(False).astype(bool)
    return keep


def _measured(rows: pd.DataFrame, keep: pd.Series, measure: str) -> int:
    """Measure some rows: how many, how many distinct, or a column's sum."""
    if measure == "rows":
        return int(keep.sum())
    how, column = measure.split(":")
    if how == "sum":
        return int(n_people(rows.loc[keep, [column]]).sum())
    if column == "petitioner_id":
        return int(petitioner_keys(rows.loc[keep, ["petitioner_id", "record_id"]]).nunique())
    return int(rows.loc[keep, column].nunique())
