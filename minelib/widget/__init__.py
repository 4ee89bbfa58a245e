"""Judge candidates in a notebook: a list, a card, decisions written to the file at once.

The page's part is `review.js` (plain JavaScript, no network, petition text only ever set as text); Python keeps the
decisions. What the page shows is sent to it when it asks and is no part of the widget's state, so that a saved notebook
holds no petition. Where no widget can run (GitHub, nbval, an export) the same candidates show as a plain table.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

from minelib.errors import MinelibError
from minelib.runs import Run
from minelib.widget.cards import plain_table
from minelib.widget.session import Session

__all__ = ["Session", "review_panel"]


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

    Raises
    ------
    MinelibError
        When anywidget is not installed; the message names the line that installs it.
    """
    return _panel_class()(Session(run, Path(path), by=by, now=now))


def page_script() -> str:
    """Return the page's part: what it shares with the explore page, then its own."""
    parts = files("minelib.explore") / "element.js", files(__package__) / "review.js"
    return "".join(part.read_text(encoding="utf-8") for part in parts)


@cache
def _panel_class():
    try:
        import anywidget
    except ImportError as error:
        raise MinelibError("the review panel needs anywidget: pip install anywidget") from error

    class ReviewPanel(anywidget.AnyWidget):
        """List and card; keys: j k move, a accept, r reject, e rename, m merge, n note, u undo, / filter."""

        _esm = page_script()
        _css = (files(__package__) / "review.css").read_text(encoding="utf-8")

        def __init__(self, session: Session):
            self._session, self._sent = session, {}
            super().__init__()
            self.on_msg(self._answer)

        def _answer(self, _, request, buffers) -> None:
            """Send all cards when asked for them, else what a decision changed."""
            if request.get("ask") == "cards":
                self._sent, message = {}, ""
            else:
                message = self._session.ask(request)
            cards = {card["issue_id"]: card for card in self._session.cards()}
            changed = [card for name, card in cards.items() if self._sent.get(name) != card]
            self._sent = cards
            self.send({"cards": changed, "order": list(cards), "message": message})

        def _repr_mimebundle_(self, **kwargs):
            bundle = super()._repr_mimebundle_(**kwargs)
            data, *rest = bundle if isinstance(bundle, tuple) else (bundle,)
            text, html = plain_table(self._session.run)
            data = {**(data or {}), "text/plain": text, "text/html": html}
            return (data, *rest) if rest else data

    return ReviewPanel
