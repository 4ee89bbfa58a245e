"""The decisions file: one JSON object a line, only ever appended to."""

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from minelib.errors import InputError
from minelib.runs import Run, digest

# What may be decided of a candidate, and the details each needs.
ACTIONS: Mapping[str, tuple[str, ...]] = {
    "accept": (),
    "reject": ("why",),
    "rename": ("label",),
    "merge": ("into",),  # the issue it is joined to
    "split": ("members",),  # the petitions that leave it together
    "move": ("petition", "into"),
    "note": ("why",),
    "status": ("status", "date"),
    "undo": ("decision",),
}

# The way of an accepted candidate to its end: handed over, case opened, suggestion sent, answered, closed.
_ADDED = re.compile(r"（.*）$")  # keywords beside a label that stands twice
STATUSES = ("移送", "立案", "检察建议", "公益诉讼", "司法救助", "回复", "办结")


@dataclass(frozen=True)
class Decision:
    """What one person decided, when, why, of which candidate in which run.

    Attributes
    ----------
    id : str
        Digest of everything else.
    at, by : str
        ISO time and who.
    action : str
        One of `ACTIONS`.
    issue_id, members : str, tuple of str
        The candidate, and the record ids it held then: by these it is found again in another run.
    details : dict
        What the action needs, see `ACTIONS`; and, so that it is found again in another run, what the issue
        told (`told`) and what the one it goes into held (``into_members``).
    run : str
        Digest of the petitions decided upon.
    """

    at: str
    by: str
    action: str
    issue_id: str
    members: tuple[str, ...]
    details: dict[str, object] = field(default_factory=dict)
    run: str = ""

    @property
    def id(self) -> str:
        return digest(json.dumps(asdict(self), ensure_ascii=False, sort_keys=True))

    def line(self) -> str:
        """Return the record as one line of JSON."""
        return json.dumps({"id": self.id, **asdict(self)}, ensure_ascii=False, sort_keys=True)


def decide(run: Run, issue_id: str, action: str, *, by: str, at: datetime, **details) -> Decision:
    """Make a decision on a candidate of a run; `append` writes it down.

    Parameters
    ----------
    run : Run
    issue_id : str
        One of ``run.issues``.
    action : str
        One of `ACTIONS`.
    by : str
        Who decides.
    at : datetime
        When; given by the caller, so that a story can be replayed.
    **details
        What the action needs, see `ACTIONS`; a ``status`` may add an ``amount``.

    Raises
    ------
    InputError
        When the action, the issue or a detail is not one that exists; the message lists what is.
    """
    known = set(run.issues["issue_id"])
    for name in [issue_id, *([details["into"]] if "into" in details else [])]:
        if name not in known:
            raise InputError(
                f"no issue {name!r} in this run; it has {len(known)}, such as {min(known, default='none')}"
            )
    _check(action, details, by)
    members = _members(run, issue_id)
    chosen = {k: list(v) if isinstance(v, tuple | set | pd.Series) else v for k, v in details.items()}
    chosen["told"] = told(run.issues, issue_id)
    if "into" in details:
        chosen["into_members"] = _members(run, details["into"])
    stamp = at.isoformat(timespec="seconds")
    return Decision(stamp, by, action, issue_id, tuple(members), chosen, run.manifest.get("petitions", ""))


def _members(run: Run, issue_id: str) -> list[str]:
    return sorted(run.petitions.loc[run.petitions["issue_id"] == issue_id, "record_id"])


def told(issues: pd.DataFrame, issue_id: str) -> str:
    """Return what an issue tells, so that it is known again in a run without any of its petitions.

    >>> table = pd.DataFrame({"issue_id": ["I1"], "label": ["物业涨价（电梯）"], "keywords": ["物业、电梯"]})
    >>> told(table, "I1")
    '物业涨价|物业、电梯'
    """
    row = issues.set_index("issue_id").loc[issue_id]
    return f"{plain_label(row['label'])}|{row['keywords']}"


def plain_label(label: str) -> str:
    """Return a label without the keywords set beside it.

    >>> plain_label("物业乱收费（电梯、维修）")
    '物业乱收费'
    """
    return _ADDED.sub("", label) or label


def _check(action: str, details: Mapping, by: str) -> None:
    if action not in ACTIONS:
        raise InputError(f"action is {action!r}; allowed: {', '.join(ACTIONS)}")
    missing = [name for name in ACTIONS[action] if not details.get(name)]
    if missing:
        raise InputError(f"{action} needs {', '.join(missing)}")
    if details.get("status", STATUSES[0]) not in STATUSES:
        raise InputError(f"status is {details['status']!r}; allowed: {', '.join(STATUSES)}")
    _check_day_and_amount(details)
    if not by.strip():
        raise InputError("a decision needs the name of who decides (by)")


def _check_day_and_amount(details: Mapping) -> None:
    try:
        date.fromisoformat(str(details.get("date", "2000-01-01")))
    except ValueError as error:
        raise InputError(f"date takes a day as YYYY-MM-DD, got {details['date']!r}") from error
    try:
        amount = float(details.get("amount", 0))
    except (TypeError, ValueError):
        amount = -1.0
    if not 0 <= amount < float("inf"):
        raise InputError(f"amount takes yuan as a number, 0 or more, got {details['amount']!r}")


def append(path: str | Path, decision: Decision) -> None:
    """Write one decision at the end of the file and see it on disk; what was there is never touched.

    A last line cut short by a crash stays as it is: the new record starts on a line of its own.
    """
    line = decision.line() + "\n"
    with Path(path).open("ab+") as file:
        if file.tell() and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
            line = "\n" + line
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())


def read_decisions(path: str | Path) -> tuple[list[Decision], int]:
    """Read a decisions file.

    Returns
    -------
    decisions : list of Decision
        In the order of time.
    n_broken : int
        Lines that are no whole record (a crash while writing leaves at most one) or were altered; they are left out.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    try:
        lines = Path(path).read_bytes().splitlines()
    except FileNotFoundError:
        return [], 0
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    parsed = [_parse(line) for line in lines if line.strip()]
    whole = [d for d in parsed if d is not None]
    return merge_decisions(whole), len(parsed) - len(whole)


def _parse(line: bytes) -> Decision | None:
    """Return the decision of a line, or None where it is cut short or does not match its own id."""
    try:
        tree = json.loads(line)
        mark = tree.pop("id")
        decision = Decision(**{**tree, "members": tuple(tree["members"])})
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return decision if decision.id == mark else None


def merge_decisions(*several: Iterable[Decision]) -> list[Decision]:
    """Join decisions of several files: each once, in the order of time, ties by id."""
    unique = {d.id: d for decisions in several for d in decisions}
    return sorted(unique.values(), key=lambda d: (d.at, d.id))


def join(path: str | Path, other: str | Path) -> int:
    """Append to a decisions file what another person's file holds and it does not; return how many.

    Raises
    ------
    InputError
        When the other file holds no decision.
    """
    theirs, _ = read_decisions(other)
    if not theirs:
        raise InputError(f"{other} holds no decisions")
    known = {d.id for d in read_decisions(path)[0]}
    missing = [d for d in theirs if d.id not in known]
    for decision in missing:
        append(path, decision)
    return len(missing)


def standing(decisions: Iterable[Decision]) -> list[Decision]:
    """Return the decisions that nobody has taken back."""
    decisions = list(decisions)
    undone = {d.details["decision"] for d in decisions if d.action == "undo"}
    return [d for d in decisions if d.action != "undo" and d.id not in undone]
