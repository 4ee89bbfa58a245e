"""Judge candidates in a notebook: a list, a card, decisions written to the file at once.

The page's part is `review.js` (plain JavaScript, no network, petition text only ever set as text); Python keeps the
decisions. Where no widget can run (GitHub, nbval, an export) the same candidates show as a plain table.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

from minelib.errors import MinelibError
from minelib.review import append, decide, read_decisions, replay
from minelib.runs import Run
from minelib.widget.cards import cards, plain_table

# What the page may ask for; everything else stays with Python.
_FROM_PAGE = ("accept", "reject", "rename", "merge", "note", "undo")


def review_panel(run: Run, path: str | Path, *, by: str, now: Callable[[], datetime] = datetime.now):
    """Make the review panel of a run.

    Parameters
    ----------
    run : Run
    path : path
        The decisions file; each decision is appended to it as it is made.
    by : str
        Who decides.
    now : callable
        Gives the time of a decision.

    Returns
    -------
    anywidget.AnyWidget
        With traits ``candidates`` (list of cards) and ``message`` (what was last done or refused).

    Raises
    ------
    MinelibError
        When anywidget is not installed; the message names the line that installs it.
    """
    return _panel_class()(Session(run, Path(path), by=by, now=now))


class Session:
    """The decisions of one person on one run, apart from any page.

    Parameters
    ----------
    run, path, by, now
        As of `review_panel`.
    """

    def __init__(self, run: Run, path: Path, *, by: str, now: Callable[[], datetime] = datetime.now):
        self.run, self.path, self.by, self._now = run, path, by, now

    def cards(self) -> list[dict]:
        """Return the candidates as the page shows them, people's decisions applied."""
        decisions, _ = read_decisions(self.path)
        return cards(self.run, replay(self.run, decisions).candidates)

    def ask(self, request: dict) -> str:
        """Carry out what the page asks for and say in Chinese what was done, or why not."""
        action, issue = request.get("action"), request.get("issue_id")
        if action not in _FROM_PAGE:
            return f"不支持的操作：{action}"
        details = {k: v for k, v in request.items() if k in ("why", "label", "into") and v}
        if action == "undo":
            last = self._last(issue)
            if last is None:
                return "没有可撤销的决定"
            details = {"decision": last.id}
        try:
            append(self.path, decide(self.run, issue, action, by=self.by, at=self._now(), **details))
        except MinelibError as error:
            return f"未记录：{error}"
        return "已记录"

    def _last(self, issue: str):
        """Return this person's last decision on an issue that is not undone yet."""
        decisions, _ = read_decisions(self.path)
        undone = {d.details["decision"] for d in decisions if d.action == "undo"}
        own = [
            d
            for d in decisions
            if d.issue_id == issue and d.by == self.by and d.action != "undo" and d.id not in undone
        ]
        return own[-1] if own else None


@cache
def _panel_class():
    try:
        import anywidget
        import traitlets
    except ImportError as error:
        raise MinelibError("the review panel needs anywidget: pip install anywidget") from error

    class ReviewPanel(anywidget.AnyWidget):
        """List and card; keys: j k move, a accept, r reject, u undo."""

        _esm = (files(__package__) / "review.js").read_text(encoding="utf-8")
        _css = (files(__package__) / "review.css").read_text(encoding="utf-8")
        candidates = traitlets.List().tag(sync=True)
        message = traitlets.Unicode().tag(sync=True)

        def __init__(self, session: Session):
            self._session = session
            super().__init__(candidates=session.cards())
            self.on_msg(self._answer)

        def _answer(self, _, request, buffers) -> None:
            self.message = ""
            self.message = self._session.ask(request)
            self.candidates = self._session.cards()

        def _repr_mimebundle_(self, **kwargs):
            bundle = super()._repr_mimebundle_(**kwargs)
            data, *rest = bundle if isinstance(bundle, tuple) else (bundle,)
            text, html = plain_table(self._session.run)
            data = {**(data or {}), "text/plain": text, "text/html": html}
            return (data, *rest) if rest else data

    return ReviewPanel
