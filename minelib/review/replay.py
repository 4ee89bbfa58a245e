"""Apply decisions to a run: candidates are found again by the petitions they hold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from minelib.review.records import Decision, standing, told
from minelib.runs import Run, digest
from minelib.schema import CANDIDATE

# A decision still applies where at least half of the petitions it was taken on, as far as the run holds them, stand
# together in one issue; where the run holds none of them, to the issue that tells the same.
_SAME = 0.5
_WORDS_SAME = 0.5  # share of keywords by which issues without a common name tell the same
_GONE = "所涉件在本次结果中已无法归到同一问题"
_BY_CONTENT = "本期无共同件，按问题内容对应，请复核"


@dataclass(frozen=True)
class Reviewed:
    """A run as people left it.

    Attributes
    ----------
    candidates : DataFrame
        `schema.CANDIDATE` with ``decision`` (accept, reject or ""), ``why``, ``by``, ``at``, ``notes``, ``status``,
        ``status_date``, and ``carried``: why a decision on other petitions stands here. Renamed and merged;
        rejected ones stay, so that nobody wonders where they went.
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
        self._here = set(run.petitions["record_id"])
        self._told = {i: told(run.issues, i) for i in sorted(run.issues["issue_id"])}

    def find(self, members: Sequence[str], words: str = "") -> tuple[str | None, bool]:
        """Return the issue of `members`, and whether it is only known by what it tells."""
        if self._here.isdisjoint(members):
            found = self._like(words) if words else None
            return found, found is not None
        return self._holding(members), False

    def _like(self, words: str) -> str | None:
        """Return the issue of the same name, else the one with most keywords in common, if enough."""
        alive = set(self.issue_of.values())
        scores = {i: _words_in_common(words, t) for i, t in self._told.items() if i in alive}
        best = max(scores, key=lambda i: (scores[i], i), default=None)
        return best if best is not None and scores[best] >= _WORDS_SAME else None

    def _holding(self, members: Sequence[str]) -> str | None:
        """Return the issue that holds most of `members`, if they stand together."""
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

    An undone decision is left out. One whose petitions now stand in different issues, or are gone with everything
    like them, is listed in `Reviewed.stale` and changes nothing.
    """
    state, stale = _State(run), []
    for decision in standing(decisions):
        issue, by_content = state.find(decision.members, str(decision.details.get("told", "")))
        reason = _GONE if issue is None else _ACTIONS[decision.action](state, issue, decision)
        if reason:
            known = {name: getattr(decision, name) for name in ("id", "at", "by", "action")}
            stale.append({**known, "reason": reason})
        elif by_content:
            state.say(issue, carried=_BY_CONTENT)
    columns = ["id", "at", "by", "action", "reason"]
    petitions = run.petitions.assign(issue_id=run.petitions["record_id"].map(state.issue_of))
    return Reviewed(_candidates(run, state, petitions), petitions, pd.DataFrame(stale, columns=columns))


def _words_in_common(one: str, other: str) -> float:
    """Return 1 for the same label, else the share of keywords two issues have in common."""
    (label, words), (other_label, other_words) = one.split("|", 1), other.split("|", 1)
    if label and label == other_label:
        return 1.0
    a, b = (set(w.split("、")) - {""} for w in (words, other_words))
    return len(a & b) / len(a | b) if a | b else 0.0


def _judge(state: _State, issue: str, d: Decision) -> None:
    state.say(issue, decision=d.action, why=str(d.details.get("why", "")), by=d.by, at=d.at)


def _rename(state: _State, issue: str, d: Decision) -> None:
    state.say(issue, label=str(d.details["label"]))


def _note(state: _State, issue: str, d: Decision) -> None:
    before = state.words.get(issue, {}).get("notes", "")
    state.say(issue, notes="\n".join(filter(None, [before, str(d.details["why"])])))


def _merge(state: _State, issue: str, d: Decision) -> str | None:
    into = _into(state, d)
    if into is None:
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
    into, petition = _into(state, d), str(d.details["petition"])
    if into is None:
        return "拟移入的问题在本次结果中不存在"
    if petition not in state.issue_of:
        return "拟移动的件不在本次结果的任何问题中"
    state.put([petition], into)
    return None


def _into(state: _State, d: Decision) -> str | None:
    """Return the issue a petition or an issue goes into: by what it held; by its id in files of old."""
    held = d.details.get("into_members")
    if held:
        return state.find(held)[0]
    return str(d.details["into"]) if d.details["into"] in state.issue_of.values() else None


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
    if fresh:  # a part split off has counts of its own and no rank
        table = table.astype({c: "Int64" for c, kind in CANDIDATE.items() if kind == "int64" and c in table})
    for column in ("decision", "why", "by", "at", "notes", "status", "status_date", "carried"):
        table[column] = [state.words.get(i, {}).get(column, "") for i in table.index]
    table["label"] = [state.words.get(i, {}).get("label") or label for i, label in table["label"].items()]
    return table.reset_index()


def as_reviewed(run: Run, reviewed: Reviewed) -> Run:
    """Return the run as people left it, so that further decisions can name what they split off.

    Parameters
    ----------
    run : Run
    reviewed : Reviewed
        From `replay` over `run`.
    """
    table = reviewed.candidates
    issues = table[[c for c in run.issues if c in table]].fillna(
        {"keywords": "", "exemplars": "", "class_code": ""}
    )
    return replace(run, petitions=reviewed.petitions, candidates=table, issues=issues)
