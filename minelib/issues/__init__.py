"""Which kinds of wrong keep coming back, in different matters and at different places?"""

from minelib.issues.build import GRANULARITIES, Issues, find_issues
from minelib.issues.wording import Wording, read_wording
from minelib.issues.wrongs import Wrong, load_wrongs, make_wrongs

__all__ = [
    "GRANULARITIES",
    "Issues",
    "Wording",
    "Wrong",
    "find_issues",
    "load_wrongs",
    "make_wrongs",
    "read_wording",
]
