"""What a page shows of a candidate, as plain data; text is redacted already and is never marked as HTML."""

import json
from html import escape

import pandas as pd

from minelib.runs import Run

_COLUMNS = {"rank": "排名", "score": "得分", "label": "问题", "n_matters": "事项", "n_petitions": "件次"}
_MOST = 200
_EXCERPT = 240


def cards(run: Run, candidates: pd.DataFrame) -> list[dict]:
    """Return candidates with their signals, exemplars, law and routes: text and numbers only, ready for JSON."""
    petitions = run.petitions.set_index("record_id")
    signals = dict(list(run.signals.groupby("issue_id")))
    return [_card(row, signals, petitions) for row in candidates.to_dict("records")]


def _card(row: dict, signals: dict[str, pd.DataFrame], petitions: pd.DataFrame) -> dict:
    names = ("issue_id", "label", "reasons", "person_routes", "class_routes", "supervised", "laws", "verify")
    marks = ("decision", "why", "by", "notes")
    numbers = ("rank", "score", "n_matters", "n_petitions", "n_petitioners", "n_places")
    return {
        **{n: _text(row.get(n)) for n in (*names, *marks)},
        **{n: _number(row.get(n)) for n in numbers},
        "signals": _signals(signals.get(row["issue_id"])),
        "exemplars": [
            _exemplar(r, petitions.loc[r])
            for r in _text(row.get("exemplars")).split()
            if r in petitions.index
        ],
    }


def _signals(rows: pd.DataFrame | None) -> list[dict]:
    if rows is None:
        return []
    return [{"shown": _text(r.shown), "points": _number(r.points)} for r in rows.itertuples() if r.points > 0]


def _exemplar(record: str, row: pd.Series) -> dict:
    text = f"{row['title']}\n{row['text']}"
    spans = [s[:2] for s in json.loads(row["class_evidence"] or "[]") if s[1] <= _EXCERPT]
    return {
        "record_id": record,
        "text": text[:_EXCERPT] + ("…" if len(text) > _EXCERPT else ""),
        "spans": sorted(spans),
    }


def _text(value) -> str:
    return "" if value is None or (not isinstance(value, str) and pd.isna(value)) else str(value)


def _number(value) -> float | int | None:
    if value is None or pd.isna(value):
        return None
    return round(float(value), 1) if isinstance(value, float) else int(value)


def plain_table(run: Run) -> tuple[str, str]:
    """Return the candidates as text and as an HTML table with every cell escaped."""
    table = run.candidates[list(_COLUMNS)].head(_MOST).rename(columns=_COLUMNS).round(1)
    head = "".join(f"<th>{escape(c)}</th>" for c in table)
    rows = ("".join(f"<td>{escape(str(v))}</td>" for v in row) for row in table.itertuples(index=False))
    html = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(f'<tr>{r}</tr>' for r in rows)}</tbody></table>"
    return table.to_string(index=False), html
