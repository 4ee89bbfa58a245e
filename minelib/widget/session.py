"""The decisions of one person on one run, apart from any page."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from minelib.errors import MinelibError
from minelib.explore.data import class_titles
from minelib.review import Decision, Reviewed, append, as_reviewed, decide, read_decisions, replay
from minelib.runs import Run
from minelib.widget.cards import Deck

# What the page may ask for; everything else stays with Python.
ACTIONS = ("accept", "reject", "rename", "merge", "note", "undo")
_DETAILS = ("why", "label", "into")


class Session:
    """Show candidates as people left them, and write down what is decided.

    Parameters
    ----------
    run : Run
    path : Path
        The decisions file.
    by : str
        Who decides.
    now : callable
        Gives the time of a decision.
    """

    def __init__(self, run: Run, path: Path, *, by: str, now: Callable[[], datetime] = datetime.now):
        self.run, self.path, self.by, self._now = run, path, by, now
        self._seen: tuple = ()
        self._deck = Deck(run, class_titles(run, sorted(set(run.candidates["class_code"]))))

    def cards(self) -> list[dict]:
        """Return the candidates as the page shows them, people's decisions applied."""
        return self._deck.cards(self._left()[1].candidates)

    def _left(self) -> tuple[list[Decision], Reviewed]:
        """Return the decisions taken and what they leave, made anew only when the file has changed."""
        there = self.path.stat() if self.path.exists() else None
        stamp = there and (there.st_size, there.st_mtime_ns)
        if not self._seen or self._seen[0] != stamp:
            decisions, _ = read_decisions(self.path)
            self._seen = stamp, decisions, replay(self.run, decisions)
        return self._seen[1:]

    def ask(self, request: dict) -> str:
        """Carry out what the page asks for and say in Chinese what was done, or why not."""
        action, issue = request.get("action"), request.get("issue_id")
        if action not in ACTIONS:
            return f"不支持的操作：{action}"
        details = {k: v for k, v in request.items() if k in _DETAILS and v}
        if action == "undo":
            last = self._last(issue)
            if last is None:
                return "没有可撤销的决定"
            issue, details = last.issue_id, {"decision": last.id}
        if details.get("into") == issue:
            return "未记录：不能并入自己"
        try:
            append(
                self.path,
                decide(self._run_with(issue), issue, action, by=self.by, at=self._time(), **details),
            )
        except (MinelibError, OSError) as error:
            return f"未记录：{error}"
        return "已撤销" if action == "undo" else "已记录"

    def _run_with(self, issue: str) -> Run:
        """Return the run as people left it, where that has the issue (a part split off); else as it was."""
        now = as_reviewed(self.run, self._left()[1])
        return now if issue in set(now.issues["issue_id"]) else self.run

    def _time(self) -> datetime:
        """Return now, or just after this person's last decision: a second holds one, so that their order stays."""
        now = self._now().replace(microsecond=0)
        own = [d.at for d in self._left()[0] if d.by == self.by]
        return max(now, datetime.fromisoformat(max(own)) + timedelta(seconds=1)) if own else now

    def _last(self, issue: str) -> Decision | None:
        """Return this person's last decision on an issue, or merging another into it, not undone yet."""
        decisions, _ = self._left()
        undone = {d.details["decision"] for d in decisions if d.action == "undo"}
        open_ = [d for d in decisions if d.by == self.by and d.action != "undo" and d.id not in undone]
        own = [d for d in open_ if issue in (d.issue_id, d.details.get("into"))]
        return own[-1] if own else None
