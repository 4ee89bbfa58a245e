"""From a run to a briefing: facts, then a document, then a PDF.

`summarise(run)` gathers the facts, `lint_facts` checks them, `render(facts)` sets them; `write_briefing` does
all three.
"""

from minelib.briefing.compose import compose
from minelib.briefing.config import BriefingConfig
from minelib.briefing.facts import summarise
from minelib.briefing.lint import lint_facts
from minelib.briefing.typeset import typeset
from minelib.briefing.write import brief, draw_figures, render, render_docx, write_briefing

__all__ = [
    "BriefingConfig",
    "brief",
    "compose",
    "draw_figures",
    "lint_facts",
    "render",
    "render_docx",
    "summarise",
    "typeset",
    "write_briefing",
]
