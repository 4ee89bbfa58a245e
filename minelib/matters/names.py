"""Names that a ledger itself teaches: 云栖苑小区 in one letter makes 云栖苑 a name in every other.

A name is found by its ending only where it has one. Once known it is looked up everywhere, also inside longer
names (滨河苑 in 伊豪滨河苑), so that two spellings of one place meet.
"""

import re
from collections.abc import Iterable, Sequence

from minelib.mentions import Mention

TAUGHT_KINDS = frozenset({"compound", "company", "school", "hospital", "place", "platform"})
_HEAD = 3  # characters by which names are looked up: the least a taught name has
_LONGEST = 14
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
    def of(cls, mentions: Sequence[Sequence[Mention]]) -> "TaughtNames":
        """Learn the names that `mentions` hold."""
        return cls(m.name for found in mentions for m in found if m.kind in TAUGHT_KINDS)

    def find(self, text: str) -> set[str]:
        """Return the names that stand in `text`."""
        heads = {text[i : i + _HEAD] for i in range(len(text) - _HEAD + 1)} & self._by_head.keys()
        return {name for head in heads for name in self._by_head[head] if name in text}
