"""What each stage of a run makes of the one before: functions from frames to frames.

Words are cut at most once a run, and only when a stage that needs them has to be made anew.
"""

from minelib.stages.keep import OnDisk
from minelib.stages.known import Known, keep_known, known_of
from minelib.stages.letters import letters
from minelib.stages.model import classifier
from minelib.stages.read import Reading, settled
from minelib.stages.steps import (
    Frames,
    beside,
    classes,
    classes_of,
    issues,
    matters,
    names,
    screen,
    segmenter_fingerprint,
)
from minelib.stages.words import Keep, Words

__all__ = [
    "Frames",
    "Keep",
    "Known",
    "OnDisk",
    "Reading",
    "Words",
    "beside",
    "classes",
    "classes_of",
    "classifier",
    "issues",
    "keep_known",
    "known_of",
    "letters",
    "matters",
    "names",
    "screen",
    "segmenter_fingerprint",
    "settled",
]
