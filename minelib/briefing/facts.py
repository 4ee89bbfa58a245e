"""From a run to the facts of its briefing: plain data, nothing typeset yet."""

import json
from collections.abc import Mapping, Sequence

from minelib.briefing.book import Book
from minelib.briefing.candidates import best, candidate, clue
from minelib.briefing.config import BriefingConfig
from minelib.briefing.counts import (
    count_changes,
    count_channels,
    count_classes,
    count_duties,
    count_groups,
    count_mediation,
    count_months,
    count_totals,
)
from minelib.briefing.dates import day_words
from minelib.briefing.quote import GETA
from minelib.fonts import substitutions
from minelib.knowledge.taxonomy import load_taxonomy
from minelib.outreach import education_plan
from minelib.plots.data import small_cell
from minelib.review import Decision
from minelib.runs import Run
from minelib.trends import counted_dates

SCHEMA_VERSION = 1
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
    count_totals(book)
    count_changes(book)
    count_months(book)
    count_duties(book, decisions)
    book.stated("n_told", min(config.top, len(run.candidates)), "条", "briefing.top")
    told = {
        "channels": count_channels(book),
        "classes": count_classes(book, names),
        "groups": count_groups(book),
        "candidates": [candidate(book, row, names) for row in best(run.candidates, config.top)],
        "education": _education(run),
        "mediation": count_mediation(book),
        "clues": [clue(row, names) for row in best(run.candidates, config.clues)],
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
    plan = education_plan(run.petitions, run.matters, least=small_cell(run), most=6)
    return plan.values.tolist()


def _notes(told: Mapping) -> dict[str, str]:
    """Say what the layout follows, which fonts stand in for the standard's, and what could not be drawn."""
    notes = {
        "layout": "版式：版心、字号、层次、页码、版记参照GB/T 9704—2012；报头为简报实务做法，该标准未作规定。"
    }
    if replaced := substitutions():
        by_family = {family: [r for r, f in replaced.items() if f == family] for family in replaced.values()}
        pairs = "，".join(f"{'、'.join(roles)}代以{family}" for family, roles in by_family.items())
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
        "day": day_words(config.date or period[1]),
    }
