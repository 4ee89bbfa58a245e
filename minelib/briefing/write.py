"""Make the files of a briefing: facts, figures with their data, PDF."""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from minelib.briefing.compose import compose
from minelib.briefing.config import BriefingConfig
from minelib.briefing.facts import summarise
from minelib.briefing.lint import lint_facts
from minelib.briefing.typeset import typeset
from minelib.errors import MinelibError
from minelib.fonts import substitutions
from minelib.plots import FIGURES, draw_figure
from minelib.runs import Run


def render(
    facts: Mapping, *, template: str = "briefing", figures: Mapping[str, bytes] | None = None
) -> bytes:
    """Return the briefing of `facts` as PDF bytes.

    Parameters
    ----------
    facts : mapping
        From `summarise`.
    template : {"briefing", "short", "cards"}
    figures : mapping, optional
        Figure kind → SVG bytes.

    Raises
    ------
    MinelibError
        When the facts do not hold together, or a character has no glyph.
    """
    if wrong := lint_facts(facts):
        raise MinelibError("the facts do not hold together: " + "; ".join(wrong[:5]))
    images = {f"{kind}.svg": svg for kind, svg in (figures or {}).items()}
    return typeset(
        compose(facts, template=template, figures={Path(name).stem: name for name in images}), images
    )


def write_briefing(run: Run, out_dir: str | Path, *, config: BriefingConfig | Mapping | None = None) -> Path:
    """Write briefing.pdf, facts.json and figures/ (PNG and the data of each as CSV); return the PDF."""
    out = Path(out_dir)
    (out / "figures").mkdir(parents=True, exist_ok=True)
    facts = summarise(run, config=config)
    facts["notes"] |= _notes(facts)
    drawn = {}
    for kind, figure in FIGURES.items():
        data = figure.data(run)
        if data.empty:
            continue
        chart = draw_figure(kind, data, names=facts["class_names"])
        drawn[kind] = chart.svg()
        _write(out / "figures" / f"{kind}.png", chart.png())
        _write(out / "figures" / f"{kind}.csv", data.to_csv(index=False, lineterminator="\n").encode())
    pdf = render(facts, figures=drawn)
    _write(out / "facts.json", (json.dumps(facts, ensure_ascii=False, indent=1) + "\n").encode())
    _write(out / "briefing.pdf", pdf)
    return out / "briefing.pdf"


def _notes(facts: Mapping) -> dict[str, str]:
    """Say which fonts stand in for the standard's, and that the head follows practice."""
    notes = {
        "layout": "版式：版心、字号、层次、页码、版记参照GB/T 9704—2012；简报报头为实务做法，该标准未作规定。"
    }
    if replaced := substitutions():
        pairs = "、".join(f"{role}代以{family}" for role, family in replaced.items())
        notes["fonts"] = f"字体：本机未找到标准所用字体，{pairs}。"
    if "〓" in json.dumps(facts, ensure_ascii=False):
        notes["glyphs"] = "缺字：引文中字库未收的字符（含表情符号）以〓代替。"
    return notes


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).replace(path)
