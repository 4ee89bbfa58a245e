"""The decisions file: one JSON object a line, only ever appended to."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
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
        What the action needs, see `ACTIONS`; all values are text.
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
    members = run.petitions.loc[run.petitions["issue_id"] == issue_id, "record_id"]
    chosen = {k: list(v) if isinstance(v, tuple | set | pd.Series) else v for k, v in details.items()}
    stamp = at.isoformat(timespec="seconds")
    return Decision(
        stamp, by, action, issue_id, tuple(sorted(members)), chosen, run.manifest.get("petitions", "")
    )


def _check(action: str, details: Mapping, by: str) -> None:
    if action not in ACTIONS:
        raise InputError(f"action is {action!r}; allowed: {', '.join(ACTIONS)}")
    missing = [name for name in ACTIONS[action] if not details.get(name)]
    if missing:
        raise InputError(f"{action} needs {', '.join(missing)}")
    if details.get("status", STATUSES[0]) not in STATUSES:
        raise InputError(f"status is {details['status']!r}; allowed: {', '.join(STATUSES)}")
    if not by.strip():
        raise InputError("a decision needs the name of who decides (by)")


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
