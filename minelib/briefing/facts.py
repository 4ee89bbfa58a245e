"""From a run to the facts of its briefing: plain data, nothing typeset yet."""

import json
from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from minelib.briefing.book import (
    MATTERS,
    PEOPLE,
    PERSONS,
    PIECES,
    PLACES,
    UNIQUE_MATTERS,
    UNIQUE_PERSONS,
    Book,
)
from minelib.briefing.config import BriefingConfig
from minelib.briefing.quote import GETA, plain, quotation, readable
from minelib.fonts import substitutions
from minelib.knowledge.taxonomy import load_taxonomy
from minelib.outreach import education_plan, mediation_list
from minelib.plots.data import monthly_data, small_cell
from minelib.review import Decision, office_figures
from minelib.runs import Run
from minelib.screen import NAMES
from minelib.trends import counted_dates

SCHEMA_VERSION = 1
REASONS = ("spread", "rise", "novelty", "group", "field")
DUTIES = {
    "接待人次": "人次",
    "移送线索件": "件",
    "检察建议件": "件",
    "公益诉讼件": "件",
    "司法救助金额": "元",
    "化解件": "件",
}
UNDATED = "1970-01-01"  # PDF/A wants a date even where the ledger holds none


def summarise(
    run: Run, *, config: BriefingConfig | Mapping | None = None, decisions: Sequence[Decision] = ()
) -> dict:
    """Gather everything a briefing of `run` says, as plain JSON-able data.

    Parameters
    ----------
    run : Run
    config : BriefingConfig or mapping, optional
        Or the `[briefing]` table of a TOML file.
    decisions : sequence of Decision, optional
        What was decided and done, for 履职情况; see `minelib.review`.

    Returns
    -------
    dict
        `facts` maps a key to `{value, unit, period, base, query | part | now | source, shown}`; `candidates`,
        `classes`, `groups`, `notes` hold what is told, referring to facts by key.
    """
    config = config if isinstance(config, BriefingConfig) else BriefingConfig.from_mapping(config or {})
    period = _period(run, config)
    book = Book(run, period)
    names = class_names(run, config)
    _count_totals(book)
    _count_changes(book)
    _months(book)
    _count_duties(book, decisions)
    told = {
        "classes": _classes(book, names),
        "groups": _groups(book),
        "candidates": [_candidate(book, row, names, config) for row in _best(run, config.top)],
        "education": _education(run),
        "mediation": _mediation(book),
        "clues": [_clue(row, names) for row in _best(run, config.clues)],
    }
    return {
        "schema_version": SCHEMA_VERSION,
        "head": _head(config, period),
        "sections": list(config.sections),
        "appendices": list(config.appendices),
        "quoted": config.evidence,
        "class_names": dict(names),
        "facts": book.facts,
        **told,
        "notes": _notes(told),
    }


def _education(run: Run) -> list[list]:
    """Return the first lines of the plan of legal education by township; thin ones could single out."""
    return education_plan(run.petitions, run.matters, least=small_cell(run)).head(6).values.tolist()


def _notes(told: Mapping) -> dict[str, str]:
    """Say what the layout follows, which fonts stand in for the standard's, and what could not be drawn."""
    notes = {
        "layout": "版式：版心、字号、层次、页码、版记参照GB/T 9704—2012；简报报头为实务做法，该标准未作规定。"
    }
    if replaced := substitutions():
        pairs = "、".join(f"{role}代以{family}" for role, family in replaced.items())
        notes["fonts"] = f"字体：本机未找到标准所用字体，{pairs}。"
    if GETA in json.dumps(told, ensure_ascii=False):
        notes["glyphs"] = f"缺字：引文中字库未收的字符（含表情符号）以{GETA}代替。"
    return notes


def class_names(run: Run, config: BriefingConfig) -> dict[str, str]:
    """Return class code → Chinese name for the codes of the run; a code without a name stands for itself."""
    known = config.class_names or run.manifest.get("class_names")
    if not known:
        path = run.manifest.get("config", {}).get("mine", {}).get("taxonomy")
        known = {kind.code: kind.name for kind in load_taxonomy(path or None).classes}
    return {code: known.get(code, code) for code in sorted(run.petitions["class_code"].unique())}


def _period(run: Run, config: BriefingConfig) -> tuple[str, str]:
    """Return the first and last day told of; a ledger without dates has none."""
    if config.period:
        return config.period[0], config.period[1]
    day = counted_dates(run.petitions).dropna()
    return ("", "") if day.empty else (day.min().date().isoformat(), day.max().date().isoformat())


def _head(config: BriefingConfig, period: tuple[str, str]) -> dict[str, str]:
    """Return what stands above the text and below it."""
    return {
        "masthead": config.masthead,
        "title": config.title,
        "office": config.office,
        "issue": config.issue,
        "recipients": config.recipients,
        "date": config.date or period[1] or UNDATED,
        "day": _day(config.date or period[1]),
    }


def _count_totals(book: Book) -> None:
    """Count the whole: letters, people, persons, matters, repeats, and what became of the rows."""
    book.count("petitions", PIECES)
    book.count("people", PEOPLE, measure="sum:n_people")
    book.count("petitioners", PERSONS, measure=UNIQUE_PERSONS)
    book.count("matters", MATTERS, measure=UNIQUE_MATTERS)
    book.difference("repeats", PIECES, "petitions", "matters")
    book.share("repeat_share", "repeats", "petitions")
    for key, unit, name in (
        ("read", "行", "rows_read"),
        ("used", "行", "rows_used"),
        ("rejected", "行", "rows_rejected"),
    ):
        if key in book.run.counts:
            book.stated(name, int(book.run.counts[key]), unit, f"counts.{key}")
    if alone := book.run.counts.get("uniqueness"):
        book.stated("unique_petitions", alone["unique"], PIECES, "counts.uniqueness.unique")
        book.stated("thin_petitions", alone["below"], PIECES, "counts.uniqueness.below")
    book.stated("n_candidates", len(book.run.candidates), "条", "candidates")
    for key, day in zip(("first_day", "last_day"), book.period, strict=True):
        book.said(key, _day(day), "petitions")


def _count_changes(book: Book) -> None:
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


def _classes(book: Book, names: Mapping[str, str], *, top: int = 8) -> list[dict]:
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


def _groups(book: Book) -> list[dict]:
    """Count the letters that speak of a vulnerable group."""
    named = book.rows["groups"].str.split("、").explode()
    sizes = named[named != ""].value_counts()
    rows = []
    for name in sorted(sizes.index, key=lambda name: (-sizes[name], name)):
        book.count(f"group.{name}", PIECES, groups=name)
        rows.append({"name": name, "key": f"group.{name}"})
    return rows


def _months(book: Book) -> None:
    """Enter the whole month with the most letters and those above the expected band."""
    months = monthly_data(book.run)
    whole = months[~months["partial"].astype(bool)]
    book.stated("whole_months", len(whole), "个整月", "monthly")
    if len(whole) < 3:
        return
    best = pd.Period(whole.sort_values(["n", "month"], ascending=[False, True])["month"].iloc[0])
    days = tuple(day.date().isoformat() for day in (best.start_time, best.end_time))
    book.count("best_month", PIECES, period=days)
    book.said("best_month.name", _month(best), "monthly")
    if whole["high"].isna().all():
        return
    book.stated("banded_months", len(whole), "个整月", "monthly")
    above = whole.loc[whole["n"] > whole["high"].astype(float), "month"]
    if len(above):
        book.said("months_above", "、".join(_month(pd.Period(month)) for month in above), "monthly")


def _count_duties(book: Book, decisions: Sequence[Decision]) -> None:
    """Enter what the office did in the period, as its own decisions say; a step never taken is left out."""
    if not decisions or not book.period[0]:
        return
    start, end = map(date.fromisoformat, book.period)
    done = office_figures(book.run.petitions, decisions, start=start, end=end)
    for name, unit in DUTIES.items():
        if done[name]:
            book.stated(f"duty.{name}", int(done[name]), unit, "decisions")


def _mediation(book: Book) -> list[str]:
    """Count the minor disputes a mediator could be asked about, by kind; return the kinds."""
    kinds = mediation_list(book.run.petitions, book.run.matters)["纠纷类型"].value_counts()
    for kind, n in kinds.items():
        book.stated(f"mediation.{kind}", int(n), MATTERS, "mediation_list")
    return sorted(kinds.index, key=lambda kind: (-kinds[kind], kind))


def _best(run: Run, top: int) -> list[dict]:
    """Return the first `top` candidates."""
    return run.candidates.sort_values("rank").head(top).to_dict("records")


def _candidate(book: Book, row: dict, names: Mapping[str, str], config: BriefingConfig) -> dict:
    """Tell one candidate: counts, signals, evidence, law, routes, what to verify."""
    key, issue = f"c{row['rank']}", row["issue_id"]
    book.count(f"{key}.petitions", PIECES, issue_id=issue)
    book.count(f"{key}.matters", MATTERS, measure=UNIQUE_MATTERS, issue_id=issue)
    book.count(f"{key}.petitioners", PERSONS, measure=UNIQUE_PERSONS, issue_id=issue)
    book.stated(f"{key}.places", int(row["n_places"]), PLACES, "candidates.n_places")
    book.said(f"{key}.label", readable(row["label"]), "candidates.label")
    book.said(f"{key}.reasons", _reasons(book.run.signals, row), "signals.shown")
    book.said(f"{key}.span", _span(row["first_at"], row["last_at"]), "candidates.first_at, last_at")
    signals = book.run.signals[book.run.signals["issue_id"] == issue]
    signals = signals.sort_values(["points", "signal"], ascending=[False, True])
    petitions = book.rows[(book.rows["issue_id"] == issue).fillna(False).astype(bool)]
    return {
        "rank": int(row["rank"]), "key": key, "issue_id": issue, "label": readable(row["label"]),
        "class": names.get(row["class_code"], row["class_code"]), "keywords": readable(row["keywords"]),
        "reasons": readable(row["reasons"]), "score": round(float(row["score"]), 1),
        "rank_range": [int(row["rank_low"]), int(row["rank_high"])],
        "signals": [{"signal": s.signal, "name": NAMES.get(s.signal, s.signal), "shown": readable(s.shown),
                     "points": round(float(s.points), 1)} for s in signals.itertuples()],
        "evidence": _evidence(book.run.petitions, row["exemplars"].split()),
        "laws": _listed(row["laws"], "；"), "supervised": row["supervised"],
        "person_routes": _listed(row["person_routes"], "、"),
        "class_routes": _listed(row["class_routes"], "、"),
        "verify": _listed(row["verify"], "\n"), "records": sorted(petitions["record_id"]),
    }  # fmt: skip


def _reasons(signals: pd.DataFrame, row: dict) -> str:
    """Say what beside its size made an issue a candidate: the signals of `REASONS` that gave it points."""
    told = signals[(signals["issue_id"] == row["issue_id"]) & signals["signal"].isin(REASONS)]
    told = told[told["points"] > 0].sort_values(["points", "signal"], ascending=[False, True]).head(3)
    words = [f"{NAMES.get(s.signal, s.signal)}（{plain(readable(s.shown))}）" for s in told.itertuples()]
    return "、".join(words) or readable(row["reasons"])


def _evidence(petitions: pd.DataFrame, exemplars: list[str]) -> list[dict]:
    """Quote the petitions that tell it best, with month and id; a person's words, shortened and masked."""
    rows = petitions[petitions["record_id"].isin(exemplars)].set_index("record_id")
    day = counted_dates(rows)
    return [
        {"record_id": rid, "month": _month(day[rid]), "text": quotation(rows.loc[rid])}
        for rid in exemplars
        if rid in rows.index
    ]


def _clue(row: dict, names: Mapping[str, str]) -> dict:
    """Return one line of the appended clue list."""
    return {
        "rank": int(row["rank"]), "label": readable(row["label"]), "issue_id": row["issue_id"],
        "class": names.get(row["class_code"], row["class_code"]), "score": round(float(row["score"]), 1),
        "n_matters": int(row["n_matters"]), "n_petitions": int(row["n_petitions"]),
        "records": row["exemplars"].split(), "laws": _listed(row["laws"], "；"),
    }  # fmt: skip


def _day(iso: str) -> str:
    """Write 2026-01-05 as 2026年1月5日."""
    year, month, day = iso.split("-") if iso else ("", "0", "0")
    return f"{year}年{int(month)}月{int(day)}日" if year else "时间不详"


def _span(first, last) -> str:
    """Write the months from first to last."""
    ends = [month for month in (_month(first), _month(last)) if month]
    return "至".join(dict.fromkeys(ends)) or "时间不详"


def _listed(text: str, mark: str) -> list[str]:
    """Split a joined cell of the candidates table."""
    return [part for part in text.split(mark) if part.strip()]


def _month(when) -> str:
    """Write a time as 2026年1月; unknown is empty."""
    return "" if pd.isna(when) else f"{when.year}年{when.month}月"
