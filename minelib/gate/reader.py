"""Read texts as the gate does: scan them, and look for what was masked elsewhere. No text is read twice."""

from collections.abc import Collection, Iterable, Sequence

import numpy as np

from minelib.gate.marks import Marks, digests
from minelib.gate.numbers import without_numbers
from minelib.redact import Span
from minelib.redact.find import find_many
from minelib.redact.spans import blanked

_BATCH = 1024  # texts scanned at once


class Reader:
    """Find personal information in texts that are about to leave.

    Parameters
    ----------
    masked : Surfaces or Sealed, optional
        What was masked: none of it may stand anywhere.
    keep_names : collection of str, optional
        Names the user wants to read.
    passed : iterable of int, optional
        Digests of texts read before, see `passed`.

    Examples
    --------
    >>> Reader().kinds("见13800138000号件", ids={"13800138000"}), Reader().kinds("电话13800138000")
    ([], ['PHONE'])
    >>> Reader().blank("电话13800138000")
    '电话某某'
    """

    def __init__(self, *, masked=None, keep_names: Collection[str] = (), passed: Iterable[int] = ()):
        self._masked, self._keep, self._passed = masked, frozenset(keep_names), Marks(passed)

    @property
    def passed(self) -> np.ndarray:
        """Digests of the texts that were read and found clean: uint64, sorted."""
        return self._passed.sorted()

    def find_many(
        self,
        texts: Sequence[str],
        *,
        read: Collection[str] = frozenset(),
        marks: np.ndarray | None = None,
    ) -> list[list[Span]]:
        """Find what must not leave, in many texts at once: what the scan sees, else what was masked elsewhere.

        Parameters
        ----------
        texts : sequence of str
        read : collection of str, optional
            Texts redaction itself has read last and found clean: these are only searched for what was masked.
        marks : ndarray of uint64, optional
            Digests of the texts, where somebody has them.
        """
        marks = digests(texts) if marks is None else marks
        new = ~self._passed.hold(marks)
        unread = {m: texts[i] for m, i in zip(marks[new].tolist(), np.flatnonzero(new).tolist(), strict=True)}
        found = dict(zip(unread, self._read(list(unread.values()), read), strict=True))
        self._passed.add(m for m, spans in found.items() if not spans)
        return [found.get(m, []) for m in marks.tolist()]

    def find(self, text: str) -> list[Span]:
        """Find what must not leave in one text."""
        return self.find_many([text])[0]

    def kinds(self, text: str, *, ids: Collection[str] = ()) -> list[str]:
        """Name the kinds of personal information in a text.

        `ids` are the ledger's own numbers (see `codes_of`), which a briefing lists and which may look like
        telephone numbers.
        """
        found = self.find(text)
        if found and ids:
            found = self.find(without_numbers(text, ids))
        return sorted({span.kind for span in found})

    def blank(self, text: str) -> str:
        """Write 某某 for what is found in a text of our own making, such as a label cut from petitions."""
        return blanked(text, self.find(text))

    def settle(self, text: str, redactor, *, rounds: int = 5) -> str:
        """Mask what is found in one text, see `settle_many`."""
        return self.settle_many([text], redactor, rounds=rounds)[0]

    def settle_many(
        self, texts: Sequence[str], redactor, *, read: Collection[str] = frozenset(), rounds: int = 5
    ) -> list[str]:
        """Mask what is found until nothing is: a mask can bring to light what stood beside it.

        Parameters
        ----------
        texts : sequence of str
        redactor : Redactor
            Writes the masks.
        read : collection of str, optional
            See `find_many`.
        rounds : int
            At most so often.
        """
        out, pending = list(texts), [i for i, text in enumerate(texts) if text]
        for _ in range(rounds):
            found = self.find_many([out[i] for i in pending], read=read)
            pending = [i for i, spans in zip(pending, found, strict=True) if spans]
            for i, spans in zip(pending, filter(None, found), strict=True):
                out[i] = redactor.apply(out[i], spans)
        return out

    def _read(self, texts: list[str], read: Collection[str]) -> list[list[Span]]:
        out: list[list[Span]] = [[] for _ in texts]
        places = [i for i, text in enumerate(texts) if text not in read]
        for at in range(0, len(places), _BATCH):
            some = places[at : at + _BATCH]
            for i, spans in zip(some, find_many([texts[i] for i in some], model=False), strict=True):
                out[i] = spans
        left = [i for i, spans in enumerate(out) if not spans]
        for i, spans in zip(left, self._again([texts[i] for i in left]), strict=True):
            out[i] = spans
        pairs = zip(texts, out, strict=True)
        return [[s for s in spans if not self._wanted(t[s.start : s.end], s.kind)] for t, spans in pairs]

    def _again(self, texts: list[str]) -> list[list[Span]]:
        """Find what was masked elsewhere; of spans that overlap, the first and longest."""
        out: list[list[Span]] = [[] for _ in texts]
        for at in range(0, len(texts) if self._masked else 0, _BATCH):
            for i, spans in enumerate(self._masked.find_many(texts[at : at + _BATCH]), at):
                for span in sorted(spans, key=lambda s: (s.start, -s.end)):
                    if not out[i] or span.start >= out[i][-1].end:
                        out[i].append(span)
        return out

    def _wanted(self, surface: str, kind: str) -> bool:
        return kind.startswith("NAME") and surface in self._keep
