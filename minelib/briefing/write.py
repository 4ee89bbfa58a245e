"""Make the files of a briefing: facts, figures with their data, PDF."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from minelib.briefing.compose import compose
from minelib.briefing.config import BriefingConfig
from minelib.briefing.facts import summarise
from minelib.briefing.lint import lint_facts
from minelib.briefing.typeset import typeset
from minelib.briefing.word import to_word
from minelib.errors import InputError, MinelibError
from minelib.plots import FIGURES, draw_figure
from minelib.review import Decision
from minelib.runs import Run
from minelib.scale import at_once

FORMATS = ("pdf", "docx")


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
    return typeset(*_document(facts, template, figures or {}, "svg"))


def render_docx(
    facts: Mapping, *, template: str = "briefing", figures: Mapping[str, bytes] | None = None
) -> bytes:
    """Return the briefing of `facts` as Word bytes; `figures` maps a kind to PNG bytes."""
    return to_word(*_document(facts, template, figures or {}, "png"))


def _document(facts: Mapping, template: str, figures: Mapping[str, bytes], suffix: str) -> tuple[dict, dict]:
    """Return the document of sound facts, and its images by file name."""
    if wrong := lint_facts(facts):
        raise MinelibError("the facts do not hold together: " + "; ".join(wrong[:5]))
    names = {kind: f"{kind}.{suffix}" for kind in figures}
    return compose(facts, template=template, figures=names), {names[k]: figures[k] for k in figures}


def brief(
    run: Run,
    *,
    config: BriefingConfig | Mapping | None = None,
    template: str = "briefing",
    format: str = "pdf",
    decisions: Sequence[Decision] = (),
) -> bytes:
    """Return a run's briefing, figures and all, as the bytes of a file.

    Parameters
    ----------
    run : Run
    config : BriefingConfig or mapping, optional
    template : {"briefing", "short", "cards"}
    format : {"pdf", "docx"}
    decisions : sequence of Decision, optional
        They fill the section on duties done.
    """
    if format not in FORMATS:
        raise InputError(f"format {format!r} is not one of {', '.join(FORMATS)}")
    facts = summarise(run, config=config, decisions=decisions)
    drawn = draw_figures(run, facts) if template == "briefing" else ()  # the others show none
    if format == "docx":
        return render_docx(facts, template=template, figures={k: chart.png(dpi=220) for k, _, chart in drawn})
    return render(facts, template=template, figures={k: chart.svg() for k, _, chart in drawn})


def write_briefing(
    run: Run,
    folder: str | Path,
    *,
    config: BriefingConfig | Mapping | None = None,
    workers: int = 1,
) -> frozenset[str]:
    """Write briefing.pdf, facts.json and figures/ (PNG and the data of each as CSV); return their names.

    With more than one of `workers` the figures are printed while the briefing is set.
    """
    folder, facts = Path(folder), summarise(run, config=config)
    files = {"facts.json": (json.dumps(facts, ensure_ascii=False, indent=1) + "\n").encode()}
    drawn = list(draw_figures(run, facts))
    for kind, data, _ in drawn:
        files[f"figures/{kind}.csv"] = data.to_csv(index=False, lineterminator="\n").encode()
    printed, files["briefing.pdf"] = at_once(
        lambda: {f"figures/{kind}.png": chart.png() for kind, _, chart in drawn},
        lambda: render(facts, figures={kind: chart.svg() for kind, _, chart in drawn}),
        workers=workers,
    )
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    for name, content in {**files, **printed}.items():
        _write(folder / name, content)
    return frozenset({*files, *printed})


def draw_figures(run: Run, facts: Mapping) -> Iterator[tuple]:
    """Draw the figures the run has data for: kind, its table, its chart."""
    for kind, figure in FIGURES.items():
        data = figure.data(run)
        if len(data):
            yield kind, data, draw_figure(kind, data, names=facts["class_names"])


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.replace(path)
