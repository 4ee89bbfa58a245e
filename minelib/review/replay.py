"""Apply decisions to a run: candidates are found again by the petitions they hold."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from minelib.review.records import Decision
from minelib.runs import Run, digest

# A decision still applies where at least half of the petitions it was taken on, as far as the run holds them, stand
# together in one issue.
_SAME = 0.5


@dataclass(frozen=True)
class Reviewed:
    """A run as people left it.

    Attributes
    ----------
    candidates : DataFrame
        `schema.CANDIDATE` with ``decision`` (accept, reject or ""), ``why``, ``by``, ``at``, ``notes``; renamed and
        merged; rejected ones stay, so that nobody wonders where they went.
    petitions : DataFrame
        `schema.RUN_PETITION` with ``issue_id`` after merges, splits and moves.
    stale : DataFrame
        Decisions that no longer apply, and why.
    """

    candidates: pd.DataFrame
    petitions: pd.DataFrame
    stale: pd.DataFrame


class _State:
    """The membership and the words of a run while decisions are replayed over it."""

    def __init__(self, run: Run):
        self.issue_of = run.petitions.set_index("record_id")["issue_id"].dropna().to_dict()
        self.words: dict[str, dict[str, str]] = {}

    def find(self, members: Sequence[str]) -> str | None:
        """Return the issue that holds most of `members`, if enough of them are there and stand together."""
        there = pd.Series([self.issue_of.get(m) for m in members], dtype="object").dropna()
        if there.empty:
            return None
        counts = there.value_counts()
        best = min(counts.index[counts == counts.max()])
        return best if counts.max() >= _SAME * len(there) else None

    def put(self, records: Sequence[str], issue_id: str) -> None:
        self.issue_of.update({r: issue_id for r in records if r in self.issue_of})

    def say(self, issue_id: str, **words: str) -> None:
        self.words.setdefault(issue_id, {}).update(words)


def replay(run: Run, decisions: Sequence[Decision]) -> Reviewed:
    """Apply decisions in the order of time.

    An undone decision is left out. One whose petitions are gone, or now stand in different issues, is listed in
    `Reviewed.stale` and changes nothing.
    """
    state, stale = _State(run), []
    undone = {d.details["decision"] for d in decisions if d.action == "undo"}
    for decision in (d for d in decisions if d.action != "undo" and d.id not in undone):
        issue = state.find(decision.members)
        reason = (
            "所涉件在本次结果中已无法归到同一问题"
            if issue is None
            else _ACTIONS[decision.action](state, issue, decision)
        )
        if reason:
            stale.append(
                {
                    "id": decision.id,
                    "at": decision.at,
                    "by": decision.by,
                    "action": decision.action,
                    "reason": reason,
                }
            )
    columns = ["id", "at", "by", "action", "reason"]
    petitions = run.petitions.assign(issue_id=run.petitions["record_id"].map(state.issue_of))
    return Reviewed(_candidates(run, state, petitions), petitions, pd.DataFrame(stale, columns=columns))


def _judge(state: _State, issue: str, d: Decision) -> None:
    state.say(issue, decision=d.action, why=str(d.details.get("why", "")), by=d.by, at=d.at)


def _rename(state: _State, issue: str, d: Decision) -> None:
    state.say(issue, label=str(d.details["label"]))


def _note(state: _State, issue: str, d: Decision) -> None:
    before = state.words.get(issue, {}).get("notes", "")
    state.say(issue, notes="\n".join(filter(None, [before, str(d.details["why"])])))


def _merge(state: _State, issue: str, d: Decision) -> str | None:
    into = str(d.details["into"])
    if into not in state.issue_of.values():
        return "拟并入的问题在本次结果中不存在"
    state.put([r for r, i in state.issue_of.items() if i == issue], into)
    return None


def _split(state: _State, issue: str, d: Decision) -> str | None:
    leaving = [m for m in d.details["members"] if state.issue_of.get(m) == issue]
    if not leaving:
        return "拟分出的件已不在该问题中"
    fresh = "I" + digest(*sorted(leaving))[:9]
    state.put(leaving, fresh)
    state.say(fresh, label=str(d.details.get("label", "")) or "（分出的问题，待命名）")
    return None


def _move(state: _State, issue: str, d: Decision) -> str | None:
    into = str(d.details["into"])
    if into not in state.issue_of.values():
        return "拟移入的问题在本次结果中不存在"
    state.put([str(d.details["petition"])], into)
    return None


def _status(state: _State, issue: str, d: Decision) -> None:
    state.say(issue, status=str(d.details["status"]), status_date=str(d.details["date"]))


_ACTIONS = {
    "accept": _judge, "reject": _judge, "rename": _rename, "note": _note, "merge": _merge, "split": _split,
    "move": _move, "status": _status,
}  # fmt: skip


def _candidates(run: Run, state: _State, petitions: pd.DataFrame) -> pd.DataFrame:
    """Return the candidates that still have members, with people's words over the machine's."""
    members = petitions.dropna(subset=["issue_id"]).groupby("issue_id")
    counts = pd.DataFrame({"n_petitions": members.size(), "n_matters": members["matter_id"].nunique()})
    table = run.candidates.set_index("issue_id")
    fresh = [i for i in counts.index if i not in table.index]
    table = table.reindex([i for i in table.index if i in counts.index] + sorted(fresh))
    table[["n_petitions", "n_matters"]] = counts.reindex(table.index)
    for column in ("decision", "why", "by", "at", "notes", "status", "status_date"):
        table[column] = [state.words.get(i, {}).get(column, "") for i in table.index]
    table["label"] = [state.words.get(i, {}).get("label") or label for i, label in table["label"].items()]
    return table.reset_index()
