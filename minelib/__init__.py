"""Find candidate class-supervision topics (类案监督线索) in Chinese petitions.

The story, left to right: read a ledger → clean → redact → segment → classes → matters → issues → screen → brief.
`mine` tells it in one call; each step is a function or an estimator of its own. Names are loaded on first use.

>>> import minelib
>>> minelib.Segmenter().cut("拖欠农民工工资")
['拖欠', '农民工工资']
"""

from importlib import import_module

__version__ = "0.1.0"

_HOMES = {
    "read_ledger": "ledger",
    "clean_petitions": "clean",
    "core_text": "clean",
    "Redactor": "redact",
    "load_key": "redact",
    "Segmenter": "segment",
    "term_counts": "vectorise",
    "find_mentions": "mentions",
    "mask_mentions": "mentions",
    "load_taxonomy": "knowledge.taxonomy",
    "GrievanceClassifier": "classes",
    "link_matters": "matters",
    "find_issues": "issues",
    "screen_issues": "screen",
    "more_like": "lookup",
    "load_config": "config",
    "mine": "pipeline",
    "add": "update",
    "load_run": "runs",
    "show": "sheets",
    "draw_figure": "plots",
    "FIGURES": "plots",
    "summarise": "briefing",
    "render": "briefing",
    "preview": "briefing.preview",
    "compare_runs": "compare",
    "review_panel": "widget",
    "candidate_card": "explore",
    "explore_panel": "explore",
    "write_explore": "explore",
    "make_ledger": "sample",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str):
    """Import a public name from its home on first use, so that ``import minelib`` stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'minelib' has no attribute {name!r}")
    return getattr(import_module(f"minelib.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
