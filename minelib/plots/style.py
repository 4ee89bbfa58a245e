"""One look for all figures: type, colours, hatches, sizes; nothing global is changed.

Colours are Okabe and Ito's (2008), told apart with any colour vision; each goes with a hatch or a marker, so
that a black and white copy says the same. Sizes fit the 156 mm type area of GB/T 9704-2012.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from io import BytesIO

from matplotlib import rc_context, rcdefaults, rcParams
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.patheffects import Normal
from matplotlib.text import Text

from minelib.fonts import check_glyphs, resolve_fonts

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
HATCHES = ("", "////", "....", "\\\\\\\\", "xxx", "ooo", "---", "+++", "||||", "OO", "//--", "**")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")
_NUMERAL = re.compile(r"[-−\d.,%]+")
INK, GREY, PALE = "#1a1a1a", "#8c8c8c", "#d9d9d9"
WIDTH_MM = 156

_RC = {
    "font.size": 9,
    "axes.unicode_minus": False,
    "axes.edgecolor": INK,
    "axes.labelsize": 9,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.w_pad": 0.08,  # inches; letters may be printed a little wider than they were measured
    "hatch.linewidth": 0.5,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "svg.fonttype": "none",  # text stays text, so that the PDF can be searched
    "svg.hashsalt": "minelib",  # ids are random without it
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
}


class Chart(Figure):
    """A figure that saves to the same bytes each time and shows itself in a notebook without pyplot."""

    def png(self, dpi: int = 160) -> bytes:
        """Return the figure as PNG bytes."""
        return self._printed(FigureCanvasAgg, "print_png", dpi, {"Software": None})

    def svg(self) -> bytes:
        """Return the figure as SVG bytes, words kept as text."""
        return self._printed(FigureCanvasSVG, "print_svg", 72, {"Date": None, "Creator": None})

    def _printed(self, canvas, how: str, dpi: int, metadata: dict) -> bytes:
        """Print by a canvas's own method: `savefig` would draw twice, to lay out what is laid out."""
        out, before = BytesIO(), self.dpi
        with house_style():
            self.set_dpi(dpi)
            getattr(canvas(self), how)(out, metadata=metadata)
        self.set_dpi(before)
        FigureCanvasAgg(self)
        return out.getvalue()

    def _repr_png_(self) -> tuple[bytes, dict]:
        width, height = (int(100 * inches) for inches in self.get_size_inches())
        return self.png(), {"width": width, "height": height}  # drawn finer than shown, for print


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the house style, whatever the user's matplotlibrc says; restored on leaving."""
    font = resolve_fonts()["黑体"]
    if all(entry.fname != str(font.path) for entry in fontManager.ttflist):
        fontManager.addfont(str(font.path))
    with rc_context():
        rcdefaults()
        rcParams.update(_RC | {"font.family": [font.family]})
        yield


def styled(draw: Callable[..., Chart]) -> Callable[..., Chart]:
    """Run a drawing function in the house style and refuse a figure with a glyph its font lacks."""

    @wraps(draw)
    def drawn(*args, **kwargs) -> Chart:
        with house_style():
            figure = draw(*args, **kwargs)
            text = "".join(item.get_text() for item in figure.findobj(Text))
            check_glyphs(text, [resolve_fonts()["黑体"]], where=draw.__name__)
            figure.get_layout_engine().execute(figure)
            figure.set_layout_engine("none")  # laid out once: a second save must not move anything
            _outline_numerals(figure)
        return figure

    return drawn


def _outline_numerals(figure: Chart) -> None:
    """Draw bare numbers as outlines: as text, a row of them in a PDF would read as a telephone number."""
    for item in figure.findobj(Text):
        if _NUMERAL.fullmatch(item.get_text()):
            item.set_path_effects([Normal()])


def new_chart(height_mm: float):
    """Return an empty `Chart` as wide as the type area, and its axes."""
    figure = Chart(figsize=(WIDTH_MM / 25.4, height_mm / 25.4))
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def clip(text: str, width: int = 14) -> str:
    """Shorten a label to `width` characters.

    >>> clip("预付卡商家停业后不退余额", 8)
    '预付卡商家停业…'
    """
    return text if len(text) <= width else text[: width - 1] + "…"
