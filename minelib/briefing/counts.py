"""Count what the briefing says of the whole ledger: totals, changes, classes, groups, months, duties."""

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from minelib.briefing.book import MATTERS, PEOPLE, PERSONS, PIECES, UNIQUE_MATTERS, UNIQUE_PERSONS, Book
from minelib.briefing.dates import day_words, month_list, month_words
from minelib.outreach import mediation_list
from minelib.plots.data import monthly_data
from minelib.review import Decision, office_figures
from minelib.trends import counted_dates

DUTIES = {
    "接待人次": "人次",
    "移送线索件": "件",
    "检察建议件": "件",
    "公益诉讼件": "件",
    "司法救助金额": "元",
    "化解件": "件",
}
_FUNNEL = (("read", "rows_read"), ("used", "rows_used"), ("rejected", "rows_rejected"))


def count_totals(book: Book) -> None:
    """Count the whole: letters, people, persons, matters, repeats, and what became of the rows."""
    book.count("petitions", PIECES)
    if book.rows["n_people"].notna().any():  # a ledger without 信访人数 has no 人次 to tell
        book.count("people", PEOPLE, measure="sum:n_people")
    book.count("petitioners", PERSONS, measure=UNIQUE_PERSONS)
    book.count("matters", MATTERS, measure=UNIQUE_MATTERS)
    book.difference("repeats", PIECES, "petitions", "matters")
    book.share("repeat_share", "repeats", "petitions")
    book.stated("n_sources", int(book.run.petitions["source"].nunique()), "份", "petitions.source")
    for key, name in _FUNNEL:
        if key in book.run.counts:
            book.stated(name, int(book.run.counts[key]), "行", f"counts.{key}")
    if alone := book.run.counts.get("uniqueness"):
        book.stated("unique_petitions", alone["unique"], PIECES, "counts.uniqueness.unique")
        book.stated("thin_petitions", alone["below"], PIECES, "counts.uniqueness.below")
    book.stated("n_candidates", len(book.run.candidates), "条", "candidates")
    for key, day in zip(("first_day", "last_day"), book.period, strict=True):
        book.said(key, day_words(day), "petitions")


def count_changes(book: Book) -> None:
    """Compare with the same days a year before and the days just before, where the ledger covers them."""
    if not book.period[0]:
        return
    first, last = map(pd.Timestamp, book.period)
    opened = counted_dates(book.run.petitions).min().normalize()
    year = pd.DateOffset(years=1)
    before = (first - (last - first) - pd.Timedelta(days=1), first - pd.Timedelta(days=1))
    for key, kind, name, days in (
        ("yoy", "同比", "上年同期", (first - year, last - year)),
        ("pop", "环比", "上一等长时段", before),
    ):
        if days[0] >= opened:
            days = tuple(day.date().isoformat() for day in days)
            book.count(f"{key}_base", PIECES, period=days)
            book.change(key, "petitions", f"{key}_base", kind=kind, base_name=name)


def count_channels(book: Book, *, top: int = 4) -> list[dict]:
    """Count the commonest ways the letters came by (来信、来访、电话 …), where the ledger says it."""
    sizes = book.rows.loc[book.rows["channel"] != "", "channel"].value_counts()
    return _counted(book, "channel", sizes, top)


def count_groups(book: Book) -> list[dict]:
    """Count the letters that speak of a vulnerable group."""
    together = book.rows["groups"].value_counts()
    named = together.index.to_series().str.split("、").explode()
    named = named[named != ""]
    return _counted(book, "groups", together.reindex(named.index).groupby(named.to_numpy()).sum())


def _counted(book: Book, column: str, sizes: pd.Series, top: int | None = None) -> list[dict]:
    """Count the letters of the commonest values of a column; a name is a fact too, for it may hold digits."""
    rows = []
    for n, name in enumerate(sorted(sizes.index, key=lambda name: (-sizes[name], name))[:top], start=1):
        key = f"{column}.{n}"
        book.count(key, PIECES, **{column: name})
        book.said(f"{key}.name", name, column)
        rows.append({"name": name, "key": key})
    return rows


def count_classes(book: Book, names: Mapping[str, str], *, top: int = 8) -> list[dict]:
    """Count the largest classes: letters, matters, share of letters."""
    sizes = book.rows["class_code"].value_counts()
    rows = []
    for code in sorted(sizes.index, key=lambda code: (_is_other(names[code]), -sizes[code], code))[:top]:
        key = f"class.{code}"
        book.count(f"{key}.petitions", PIECES, class_code=code)
        book.count(f"{key}.matters", MATTERS, measure=UNIQUE_MATTERS, class_code=code)
        book.share(f"{key}.share", f"{key}.petitions", "petitions")
        book.difference(f"{key}.repeats", PIECES, f"{key}.petitions", f"{key}.matters")
        book.share(f"{key}.repeat_share", f"{key}.repeats", f"{key}.petitions")
        book.said(f"{key}.name", names[code], "taxonomy")
        rows.append({"code": code, "key": key, "other": _is_other(names[code])})
    return rows


def _is_other(name: str) -> bool:
    """Tell whether a class is the one for what fits no other: it comes last and is not told of."""
    return name.startswith("其他")


def count_months(book: Book) -> None:
    """Enter, of the last whole year, the month with the most letters and those above the expected band."""
    months = monthly_data(book.run)
    whole = months[~months["partial"].astype(bool)].tail(12)
    book.stated("whole_months", len(whole), "个整月", "monthly")
    if len(whole) < 3:
        return
    best = pd.Period(whole.sort_values(["n", "month"], ascending=[False, True])["month"].iloc[0])
    days = tuple(day.date().isoformat() for day in (best.start_time, best.end_time))
    book.count("best_month", PIECES, period=days)
    book.said("best_month.name", month_words(best), "monthly")
    if whole["high"].isna().all():
        return
    book.stated("banded_months", len(whole), "个整月", "monthly")
    above = whole.loc[whole["n"] > whole["high"].astype(float), "month"]
    if len(above):
        book.said("months_above", month_list(map(pd.Period, above)), "monthly")


def count_duties(book: Book, decisions: Sequence[Decision]) -> None:
    """Enter what the office did in the period, as its own decisions say; a step never taken is left out."""
    if not decisions or not book.period[0]:
        return
    start, end = map(date.fromisoformat, book.period)
    done = office_figures(book.run.petitions, decisions, start=start, end=end)
    for name, unit in DUTIES.items():
        if done[name]:
            book.stated(f"duty.{name}", int(done[name]), unit, "decisions")


def count_mediation(book: Book) -> list[str]:
    """Count the minor disputes a mediator could be asked about, by kind; return the kinds."""
    kinds = mediation_list(book.run.petitions, book.run.matters)["纠纷类型"].value_counts()
    for kind, n in kinds.items():
        book.stated(f"mediation.{kind}", int(n), MATTERS, "mediation_list")
    return sorted(kinds.index, key=lambda kind: (-kinds[kind], kind))
