"""From decision to end: where accepted candidates stand, what is overdue, the office's own figures."""

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

from minelib.review.records import Decision, standing
from minelib.trends import counted_dates

# Days within which the next step is due. 检察建议: an agency answers within two months (人民检察院检察建议
# 工作规定 (2019), not verified against the text); the others are an office's own practice, to be changed by it.
DUE_DAYS = {"接受": 30, "移送": 30, "立案": 90, "检察建议": 60, "公益诉讼": 60, "回复": 30}
_STEPS = {"accept": "接受", "reject": "不采纳", "merge": "并入"}  # decisions that are steps of their own
_ENDS = ("办结", "不采纳", "并入")  # after these nothing is due
_SAME = 0.5  # of the smaller one's petitions: two decisions are on one topic


def progress(decisions: Sequence[Decision]) -> pd.DataFrame:
    """List every step of every candidate taken up, from its acceptance on, by day.

    Decisions of several months on one topic are told by the petitions they were taken on, not by issue ids, which
    a new run may give anew.

    Returns
    -------
    DataFrame
        Columns issue_id (of the topic's latest decision), status, date, by, amount; taken-back ones left out.
    """
    kept = standing(decisions)
    topic = _topics(kept)
    rows = [
        {"issue_id": topic[d.id], "status": d.details.get("status", _STEPS.get(d.action)),
         "date": d.details.get("date", d.at[:10]), "by": d.by, "amount": float(d.details.get("amount", 0)), "at": d.at}
        for d in kept if d.action in ("status", *_STEPS)
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["issue_id", "status", "date", "by", "amount", "at"])
    followed = table.loc[~table["status"].isin(_ENDS[1:]), "issue_id"]
    table = table[table["issue_id"].isin(followed)]
    return table.sort_values(["date", "at"], kind="stable", ignore_index=True).drop(columns="at")


def _topics(decisions: Sequence[Decision]) -> dict[str, str]:
    """Return for each decision the issue id of the latest one on the same topic."""
    leader: list[tuple[set[str], str, str, list[str]]] = []  # members, words, latest issue id, decisions
    for d in decisions:
        members, words = set(d.members), str(d.details.get("told", ""))
        near = next((t for t in reversed(leader) if _same_topic(t, d.issue_id, members, words)), None)
        if near is None:
            leader.append((members, words, d.issue_id, [d.id]))
        else:
            leader[leader.index(near)] = (members, words, d.issue_id, [*near[3], d.id])
    return {decision: issue for _, _, issue, ids in leader for decision in ids}


def _same_topic(topic, issue_id: str, members: set[str], words: str) -> bool:
    held, said, latest, _ = topic
    shared = held & members
    if shared:
        return len(shared) >= _SAME * min(len(held), len(members))
    return issue_id == latest or (bool(words) and words.split("|")[0] == said.split("|")[0])


def overdue(decisions: Sequence[Decision], *, today: date) -> pd.DataFrame:
    """List candidates whose next step is late on `today`.

    Returns
    -------
    DataFrame
        Columns issue_id, status (the last step), date, due, days_late; the latest first.
    """
    steps = progress(decisions)
    steps = steps[steps["status"].isin([*DUE_DAYS, *_ENDS])]  # money paid to one person moves no topic on
    last = steps.drop_duplicates("issue_id", keep="last")
    last = last[~last["status"].isin(_ENDS)]
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
    days = counted_dates(petitions).dt.date
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
