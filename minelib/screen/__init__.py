"""Screen issues for class-supervision topics: named signals, an additive score, ranks with their firmness.

`screen_issues` is the step; `mark_groups` and `mark_allegations` mark letters; `Weights` is its config. The
signals are in `signals` (measured on matters), `context` (the past) and `legal`; `words` says what was found.
"""

from minelib.screen.evidence import MARKED, mark_letters
from minelib.screen.legal import law_sheet
from minelib.screen.marks import mark_allegations, mark_groups
from minelib.screen.score import SIGNALS, Weights, screen_issues, weight_sensitivity
from minelib.screen.shares import exact_interval, share_words
from minelib.screen.words import NAMES

__all__ = [
    "MARKED",
    "NAMES",
    "SIGNALS",
    "Weights",
    "exact_interval",
    "law_sheet",
    "mark_allegations",
    "mark_groups",
    "mark_letters",
    "screen_issues",
    "share_words",
    "weight_sensitivity",
]
