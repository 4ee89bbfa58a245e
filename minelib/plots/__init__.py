"""Figures of a run: `*_data(run)` gives the table, `plot_*(data)` draws it.

>>> sorted(FIGURES)
['candidates', 'class_change', 'heat', 'issue_map', 'monthly', 'repeats']

matplotlib is loaded only when a figure is drawn.
"""

from importlib import import_module
from typing import NamedTuple

from minelib.plots.data import (
    candidates_data,
    class_change_data,
    heat_data,
    monthly_data,
    repeat_data,
    suppressed_cells,
)
from minelib.plots.issue_map import issue_map_data

_DRAWN = (
    "plot_candidates", "plot_class_change", "plot_heat", "plot_issue_map", "plot_monthly", "plot_nothing",
    "plot_repeats",
)  # fmt: skip


class FigureKind(NamedTuple):
    """How a figure is made and what it is called."""

    data: object  # run → DataFrame
    draw: str  # name of the function that draws it
    caption: str
    named: bool  # its drawing takes the names of the classes


FIGURES = {
    "candidates": FigureKind(candidates_data, "plot_candidates", "线索研判得分构成", False),
    "monthly": FigureKind(monthly_data, "plot_monthly", "各月诉求件次与预期范围", False),
    "heat": FigureKind(heat_data, "plot_heat", "诉求类别与地区分布（事项数）", True),
    "issue_map": FigureKind(issue_map_data, "plot_issue_map", "问题分布图（一点为一个事项）", False),
    "repeats": FigureKind(repeat_data, "plot_repeats", "各类诉求重复件占比", True),
    "class_change": FigureKind(class_change_data, "plot_class_change", "各类诉求占比前后变化", True),
}


def __getattr__(name: str):
    """Load a drawing function, and with it matplotlib, on first use."""
    if name in _DRAWN:
        return getattr(import_module("minelib.plots.draw"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def draw_figure(kind: str, data, *, names: dict[str, str] | None = None):
    """Draw one of `FIGURES` from its data; `names` maps class codes to their Chinese names.

    An empty table gives a note that there is too little to draw.
    """
    if data.empty:
        return __getattr__("plot_nothing")()
    figure = FIGURES[kind]
    draw = __getattr__(figure.draw)
    return draw(data, names=names) if figure.named else draw(data)


__all__ = [
    "FIGURES", "candidates_data", "class_change_data", "draw_figure", "heat_data", "issue_map_data",
    "monthly_data", "repeat_data", "suppressed_cells", *_DRAWN,
]  # fmt: skip
