"""A set of texts by digest: eight bytes each, so that the texts of a million rows can be remembered."""

from collections.abc import Collection, Iterable
from hashlib import blake2b

import numpy as np
import pandas as pd

from minelib.scale import are_among, distinct

_PENDING = 1 << 17  # digests kept aside until they are sorted in


def digests(texts: Collection[str]) -> np.ndarray:
    """Return a digest (uint64, of BLAKE2b, RFC 7693) of each text.

    >>> digests(["a"]).tolist()
    [4681665781835383343]
    """
    made = (blake2b(t.encode("utf-8", "surrogatepass"), digest_size=8).digest() for t in texts)
    return np.frombuffer(b"".join(made), dtype=">u8").astype(np.uint64)


class Marks:
    """Remember texts by digest, and tell which of others are among them.

    Two texts have the same digest once in some 10¹⁹ pairs, and none can be made to fit another's.

    Examples
    --------
    >>> "a" in Marks.of(["a", "b"]), "c" in Marks.of(["a"])
    (True, False)
    """

    def __init__(self, known: Iterable[int] = ()):
        numbers = known if isinstance(known, np.ndarray) else pd.Series(known, dtype=object)
        self._known = distinct(np.asarray(numbers.astype("uint64")))
        self._pending: set[int] = set()

    @classmethod
    def of(cls, texts: Collection[str]) -> "Marks":
        """Remember these texts."""
        marks = cls()
        marks._known = distinct(digests(texts))
        return marks

    def __contains__(self, text: str) -> bool:
        return bool(self.hold(digests([text]))[0])

    def __bool__(self) -> bool:
        return bool(len(self._known) or self._pending)

    def hold(self, wanted: np.ndarray) -> np.ndarray:
        """Tell of each digest whether it is here."""
        held = are_among(wanted, self._known)
        if self._pending:
            held |= np.fromiter((m in self._pending for m in wanted.tolist()), bool, len(wanted))
        return held

    def add(self, fresh: Iterable[int]) -> None:
        """Remember these digests too."""
        self._pending.update(fresh)
        if len(self._pending) > _PENDING:
            self._known, self._pending = self.sorted(), set()

    def with_more(self, fresh: np.ndarray) -> "Marks":
        """Return these digests and others; these stay as they are."""
        marks = Marks()
        marks._known = distinct(np.concatenate([self.sorted(), fresh]))
        return marks

    def sorted(self) -> np.ndarray:
        """Return all digests in order."""
        fresh = np.fromiter(self._pending, np.uint64, len(self._pending))
        return distinct(np.concatenate([self._known, fresh]))
