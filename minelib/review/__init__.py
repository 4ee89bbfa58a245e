"""What people decided of candidates: an append-only file, replayed over any run.

The machine never writes a decision. `decide` appends one record; `read_decisions` reads a file, `merge_decisions`
joins two people's; `replay` applies them to a run and lists those that no longer fit; `progress` follows accepted
candidates to their end (闭环).
"""

from minelib.review.progress import DUE_DAYS, office_figures, overdue, progress
from minelib.review.records import (
    ACTIONS,
    STATUSES,
    Decision,
    append,
    decide,
    join,
    merge_decisions,
    plain_label,
    read_decisions,
)
from minelib.review.replay import Reviewed, as_reviewed, replay

__all__ = [
    "ACTIONS", "DUE_DAYS", "STATUSES", "Decision", "Reviewed", "append", "as_reviewed", "decide", "join",
    "merge_decisions", "office_figures", "overdue", "plain_label", "progress", "read_decisions", "replay",
]  # fmt: skip
