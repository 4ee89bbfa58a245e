"""The explore page inside a notebook; where no widget runs, a plain table of the issues."""

from collections.abc import Mapping
from functools import cache

from minelib.display import Sheet
from minelib.errors import MinelibError
from minelib.explore.data import MOST_ROWS
from minelib.explore.page import explore_page
from minelib.runs import Run

_COLUMNS = {
    "rank": "排名", "label": "问题", "n_matters": "事项", "n_petitions": "件次", "n_places": "地点",
}  # fmt: skip
_MOST_FALLBACK = 20
# The page runs in a frame of its own, without the rights of the notebook's page. It is sent when asked for and is
# no part of the widget's state, so that a saved notebook holds no petition.
_FRAME = """
export default {
  render({ model, el }) {
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "allow-scripts");
    frame.title = "问题图与证据表";
    frame.style.cssText = `width: 100%; border: 0; height: ${model.get("height")}px`;
    el.append(frame);
    const show = (message) => { if (message.page) frame.srcdoc = message.page; };
    model.on("msg:custom", show);
    model.send({ ask: "page" });
    return () => model.off("msg:custom", show);
  }
};
"""


def explore_panel(run: Run, *, most: int = MOST_ROWS, height: int = 900):
    """Show the issue map and the evidence table in a notebook.

    Parameters
    ----------
    run : Run
    most : int
        See `explore_page`.
    height : int
        Pixels.

    Returns
    -------
    anywidget.AnyWidget
        Shown as a plain table of the first issues where no widget can run.

    Raises
    ------
    MinelibError
        When anywidget is not installed; the message names the line that installs it.
    """
    return _panel_class()(run, most, height)


@cache
def _panel_class():
    try:
        import anywidget
        import traitlets
    except ImportError as error:
        raise MinelibError("the explore panel needs anywidget: pip install anywidget") from error

    class ExplorePanel(anywidget.AnyWidget):
        """A frame that asks for its page."""

        _esm = _FRAME
        height = traitlets.Int().tag(sync=True)

        def __init__(self, run: Run, most: int, height: int):
            self._run, self._most = run, most
            super().__init__(height=height)
            self.on_msg(self._answer)

        def _answer(self, _, request, buffers) -> None:
            if request == {"ask": "page"}:
                self.send({"page": explore_page(self._run, most=self._most)})

        def _repr_mimebundle_(self, **kwargs):
            data, *rest = _pair(super()._repr_mimebundle_(**kwargs))
            text, html = issue_table(self._run)
            return ({**(data or {}), "text/plain": text, "text/html": html}, *rest)

    return ExplorePanel


def _pair(bundle) -> tuple:
    """Return data and metadata of what a widget gives of itself."""
    return bundle if isinstance(bundle, tuple) else (bundle, {})


def issue_table(run: Run, columns: Mapping[str, str] = _COLUMNS) -> tuple[str, str]:
    """Return the first issues as text and as an HTML table with every cell escaped."""
    table = run.candidates[list(columns)].head(_MOST_FALLBACK).round(1)
    rest = len(run.candidates) - len(table)
    note = f"另有 {rest} 条。" if rest else ""
    sheet = Sheet("", head=list(columns.values()), rows=table.to_numpy(dtype=object).tolist(), note=note)
    return sheet.text(), sheet.html()
