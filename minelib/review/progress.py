"""From decision to end: where accepted candidates stand, what is overdue, the office's own figures."""

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

from minelib.review.records import Decision

# Days within which the next step is due. 检察建议: an agency answers within two months (人民检察院检察建议
# 工作规定 (2019), arts. 15–25, not verified against the text); the others are an office's own practice.
DUE_DAYS = {"移送": 30, "立案": 90, "检察建议": 60, "公益诉讼": 60, "回复": 30}


def progress(decisions: Sequence[Decision]) -> pd.DataFrame:
    """List every step of every accepted candidate.

    Returns
    -------
    DataFrame
        Columns issue_id, status, date, by, amount; in the order of time.
    """
    rows = [
        {"issue_id": d.issue_id, "status": d.details["status"], "date": d.details["date"], "by": d.by,
         "amount": float(d.details.get("amount", 0))}
        for d in decisions if d.action == "status"
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["issue_id", "status", "date", "by", "amount"])


def overdue(decisions: Sequence[Decision], *, today: date) -> pd.DataFrame:
    """List candidates whose next step is late on `today`.

    Returns
    -------
    DataFrame
        Columns issue_id, status (the last step), date, due, days_late; the latest first.
    """
    last = progress(decisions).drop_duplicates("issue_id", keep="last")
    last = last[last["status"].isin(DUE_DAYS)]
    due = [
        date.fromisoformat(d) + timedelta(DUE_DAYS[s])
        for s, d in zip(last["status"], last["date"], strict=True)
    ]
    late = [(today - d).days for d in due]
    table = last[["issue_id", "status", "date"]].assign(due=[d.isoformat() for d in due], days_late=late)
    return table[table["days_late"] > 0].sort_values(
        ["days_late", "issue_id"], ascending=[False, True], ignore_index=True
    )


def office_figures(
    petitions: pd.DataFrame, decisions: Sequence[Decision], *, start: date, end: date
) -> dict[str, float]:
    """Count what an office reports of a period: 接待人次, 化解件, 移送线索件, 司法救助金额, 公益诉讼件.

    Parameters
    ----------
    petitions : DataFrame
        Columns of `schema.RUN_PETITION`.
    decisions : sequence of Decision
    start, end : date
        First and last day, both counted.

    Returns
    -------
    dict
        People received come from the ledger; everything else from the recorded steps, never from a guess.
    """
    days = petitions["received_at"].dt.date
    received = petitions[(days >= start) & (days <= end)]
    steps = progress(decisions)
    steps = steps[(steps["date"] >= start.isoformat()) & (steps["date"] <= end.isoformat())]
    n = steps["status"].value_counts()
    return {
        "接待人次": int(received["n_people"].fillna(1).clip(lower=1).sum()),
        "化解件": int(n.get("办结", 0)),
        "移送线索件": int(n.get("移送", 0)),
        "检察建议件": int(n.get("检察建议", 0)),
        "公益诉讼件": int(n.get("公益诉讼", 0)),
        "司法救助金额": float(steps.loc[steps["status"] == "司法救助", "amount"].sum()),
    }
