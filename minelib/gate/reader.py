"""Read a text as the gate does: scan it, and look for what was masked elsewhere. No text is read twice."""

import re
from collections.abc import Collection, Iterable
from hashlib import blake2b

from minelib.redact import Span, scan

_CODE = re.compile(r"[A-Za-z0-9_-]+")


class Reader:
    """Find personal information in text that is about to leave.

    Parameters
    ----------
    masked : Surfaces or Sealed, optional
        What was masked: none of it may stand anywhere.
    keep_names : collection of str, optional
        Names the user wants to read.
    passed : iterable of str, optional
        Digests of texts read before, see `passed`.

    Examples
    --------
    >>> Reader().kinds("见13800138000号件", ids={"13800138000"}), Reader().kinds("电话13800138000")
    ([], ['PHONE'])
    >>> Reader().blank("电话13800138000")
    '电话某某'
    """

    def __init__(self, *, masked=None, keep_names: Collection[str] = (), passed: Iterable[str] = ()):
        self._masked, self._keep, self._passed = masked, frozenset(keep_names), set(passed)

    @property
    def passed(self) -> list[str]:
        """Digests of the texts that were read and found clean, sorted."""
        return sorted(self._passed)

    def find(self, text: str) -> list[Span]:
        """Find what must not leave: what the scan sees, else what was masked elsewhere."""
        mark = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
        if mark in self._passed:
            return []
        found = scan(text) or self._again(text)
        spans = [s for s in found if not self._wanted(text[s.start : s.end], s.kind)]
        if not spans:
            self._passed.add(mark)
        return spans

    def kinds(self, text: str, *, ids: Collection[str] = ()) -> list[str]:
        """Name the kinds of personal information in a text.

        `ids` are the ledger's own numbers, which a briefing lists and which may look like telephone numbers.
        """
        plain = _CODE.sub(lambda m: "" if m[0] in ids else m[0], text) if ids else text
        return sorted({span.kind for span in self.find(plain)})

    def blank(self, text: str) -> str:
        """Write 某某 for what is found in a text of our own making, such as a label cut from petitions."""
        for span in reversed(self.find(text)):
            text = f"{text[: span.start]}某某{text[span.end :]}"
        return text

    def settle(self, text: str, redactor, *, rounds: int = 5) -> str:
        """Mask what is found until nothing is: a mask can bring to light what stood beside it."""
        for _ in range(rounds):
            spans = self.find(text) if text else ()
            if not spans:
                break
            text = redactor.apply(text, spans)
        return text

    def _again(self, text: str) -> list[Span]:
        last, out = 0, []
        for span in sorted(self._masked.find(text), key=lambda s: (s.start, -s.end)) if self._masked else ():
            if span.start >= last:
                out.append(span)
                last = span.end
        return out

    def _wanted(self, surface: str, kind: str) -> bool:
        return kind.startswith("NAME") and surface in self._keep
