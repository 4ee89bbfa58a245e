"""What a page shows of a candidate, as plain data; text is redacted already and is never marked as HTML."""

import json
from collections.abc import Iterable, Mapping

import pandas as pd

from minelib.explore.panel import issue_table
from minelib.runs import Run

_COLUMNS = {"rank": "排名", "score": "得分", "label": "问题", "n_matters": "事项", "n_petitions": "件次"}
_WORDS = (
    "issue_id", "label", "class_code", "reasons", "person_routes", "class_routes", "supervised", "laws", "verify",
    "decision", "why", "by", "notes", "carried",
)  # fmt: skip
_NUMBERS = ("rank", "score", "n_matters", "n_petitions", "n_petitioners", "n_places")
_EXCERPT = 240


class Deck:
    """The cards of a run: what does not change with decisions is made once.

    Parameters
    ----------
    run : Run
    titles : mapping
        Class code → its Chinese name.
    """

    def __init__(self, run: Run, titles: Mapping[str, str] | None = None):
        wanted = {r for exemplars in run.candidates["exemplars"].dropna() for r in exemplars.split()}
        told = run.petitions[run.petitions["record_id"].isin(wanted)]
        self._exemplars = {row["record_id"]: _exemplar(row) for row in told.to_dict("records")}
        self._signals = {issue: _signals(rows) for issue, rows in run.signals.groupby("issue_id")}
        self._titles = titles or {}

    def cards(self, candidates: pd.DataFrame) -> list[dict]:
        """Return candidates with their signals, exemplars, law and routes: text and numbers, ready for JSON."""
        return [self._card(row) for row in candidates.to_dict("records")]

    def _card(self, row: dict) -> dict:
        words = {name: _text(row.get(name)) for name in _WORDS}
        records = _text(row.get("exemplars")).split()
        return {
            **words,
            **{name: _number(row.get(name)) for name in _NUMBERS},
            "class_name": self._titles.get(words["class_code"], words["class_code"]),
            "signals": self._signals.get(row["issue_id"], []),
            "exemplars": [self._exemplars[r] for r in records if r in self._exemplars],
        }


def _signals(rows: pd.DataFrame) -> list[dict]:
    strongest = rows[rows["points"] > 0].sort_values(["points", "shown"], ascending=[False, True])
    return [{"shown": _text(r.shown), "points": _number(r.points)} for r in strongest.itertuples()]


def _exemplar(row: dict) -> dict:
    text = f"{row['title']}\n{row['text']}"
    spans = sorted(s[:2] for s in json.loads(row["class_evidence"] or "[]") if s[1] <= _EXCERPT)
    shown = text[:_EXCERPT] + ("…" if len(text) > _EXCERPT else "")
    return {"record_id": row["record_id"], "parts": pieces(shown, spans)}


def pieces(text: str, spans: Iterable[tuple[int, int]]) -> list[list]:
    """Cut a text at its spans: [[part, whether it is marked], …].

    Offsets count code points, which a page's own strings do not.

    >>> pieces("拖欠工资😀了", [(0, 4)])
    [['拖欠工资', True], ['😀了', False]]
    """
    parts, at = [], 0
    for start, end in spans:
        if start < at:
            continue
        parts += [[text[at:start], False], [text[start:end], True]]
        at = end
    return [part for part in [*parts, [text[at:], False]] if part[0]]


def _text(value) -> str:
    return "" if value is None or (not isinstance(value, str) and pd.isna(value)) else str(value)


def _number(value) -> float | int | None:
    if value is None or pd.isna(value):
        return None
    return round(float(value), 1) if isinstance(value, float) else int(value)


def plain_table(run: Run) -> tuple[str, str]:
    """Return the first candidates as text and as an HTML table with every cell escaped."""
    return issue_table(run, _COLUMNS)
