"""Names that a ledger itself teaches: 云栖苑小区 in one letter makes 云栖苑 a name in every other.

A name is found by its ending only where it has one. Once known it is looked up everywhere, also inside longer
names (滨河苑 in 伊豪滨河苑), so that two spellings of one place meet.
"""

import re
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from minelib.mentions import Mention, Mentions
from minelib.scale import MapBlocks

TAUGHT_KINDS = frozenset({"compound", "company", "school", "hospital", "place", "platform"})
_HEAD = 3  # characters by which names are looked up: the least a taught name has
_LONGEST = 14
_DOTS = re.compile(r"[\s·•．.・“”\"]+")
_LETTER = 200  # characters of a letter in which taught names are looked up
_BLOCK_ROWS = 10_000  # less is not worth a process
_NO_NAME = re.compile(r"[\d年月日号第届度]+")  # 2018年 (小区改造) tells when, not where


class TaughtNames:
    """Names found by their ending, to be found again without it.

    >>> taught = TaughtNames(["云栖苑", "金蝉商贸"])
    >>> sorted(taught.find("投诉金蝉商贸和云栖·云栖苑"))
    ['云栖苑', '金蝉商贸']
    """

    def __init__(self, names: Iterable[str]):
        self._by_head: dict[str, list[str]] = {}
        for name in sorted(set(names)):
            if _HEAD <= len(name) <= _LONGEST and not _NO_NAME.fullmatch(name):
                self._by_head.setdefault(name[:_HEAD], []).append(name)

    @classmethod
    def of(cls, mentions: Mentions) -> "TaughtNames":
        """Learn the names that `mentions` hold."""
        things = (mentions.things[code] for code in pd.unique(mentions.codes).tolist())
        return cls(name for kind, name in things if kind in TAUGHT_KINDS)

    def find(self, text: str) -> set[str]:
        """Return the names that stand in `text`."""
        heads = {text[i : i + _HEAD] for i in range(len(text) - _HEAD + 1)} & self._by_head.keys()
        return {name for head in heads for name in self._by_head[head] if name in text}


def look_up(
    taught: TaughtNames, petitions: pd.DataFrame, rows: np.ndarray, map_blocks: MapBlocks
) -> Mentions:
    """Find taught names in the title and the beginning of the text of some petitions.

    Where in it a name stands is not told: it ends where the title begins, or after the title.
    """
    told = petitions[["title", "text"]]
    parts = (told.iloc[rows[at : at + _BLOCK_ROWS]] for at in range(0, len(rows), _BLOCK_ROWS))
    heads = (part.assign(text=part["text"].str.slice(stop=_LETTER)) for part in parts)
    return Mentions.joined(map_blocks(_look_up, heads, taught))


def _look_up(petitions: pd.DataFrame, taught: TaughtNames) -> Mentions:
    pairs = zip(petitions["title"].tolist(), petitions["text"].tolist(), strict=True)
    return Mentions.of(
        [*_taught(taught, title, 0), *_taught(taught, text, len(title) + 1)] for title, text in pairs
    )


def _taught(taught: TaughtNames, text: str, at: int) -> Iterator[Mention]:
    return (Mention(at, at, "taught", name) for name in taught.find(_DOTS.sub("", text)))
