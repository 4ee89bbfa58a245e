"""The first pages of a briefing as one picture, to look at where a PDF cannot be shown."""

from dataclasses import dataclass
from io import BytesIO

from minelib.briefing.compose import compose
from minelib.briefing.facts import summarise
from minelib.briefing.typeset import page_images
from minelib.briefing.write import draw_figures
from minelib.runs import Run

_GAP = 12  # pixels between pages
_GREYS = 16  # enough for text and bars; a notebook stays small


@dataclass(frozen=True, repr=False)
class Preview:
    """Pages side by side; a notebook shows the picture, a prompt the title.

    Attributes
    ----------
    title : str
    png : bytes
    n_pages : int
        Of the whole briefing.
    """

    title: str
    png: bytes
    n_pages: int

    def _repr_png_(self) -> bytes:
        return self.png

    def __repr__(self) -> str:
        return f"简报《{self.title}》"


def preview(run: Run, *, template: str = "briefing", pages: int = 3, ppi: float = 56) -> Preview:
    """Set a run's briefing and return its first pages as a picture; typst draws what it would write as PDF.

    Parameters
    ----------
    run : Run
    template : {"briefing", "short", "cards"}
    pages : int
    ppi : float
        Pixels an inch: 56 shows the layout, 96 is readable.
    """
    facts = summarise(run)
    drawn = draw_figures(run, facts) if template == "briefing" else ()
    images = {f"{kind}.svg": chart.svg() for kind, _, chart in drawn}
    figures = {name.removesuffix(".svg"): name for name in images}
    found = page_images(compose(facts, template=template, figures=figures), images, ppi=ppi)
    return Preview(facts["head"]["title"], _beside(found[:pages]), len(found))


def _beside(pages: list[bytes]) -> bytes:
    from PIL import Image

    pictures = [Image.open(BytesIO(page)).convert("L") for page in pages]
    width = sum(p.width + _GAP for p in pictures) + _GAP
    sheet = Image.new("L", (width, max(p.height for p in pictures) + 2 * _GAP), 200)
    at = _GAP
    for picture in pictures:
        sheet.paste(picture, (at, _GAP))
        at += picture.width + _GAP
    out = BytesIO()
    sheet.quantize(_GREYS).save(out, "PNG", optimize=True)
    return out.getvalue()
