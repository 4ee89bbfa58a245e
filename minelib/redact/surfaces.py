"""The very strings that were masked, so that other rows and all that leaves can be searched for them."""

from collections.abc import Iterable, Iterator

import numpy as np

from minelib.redact.lexicon import lexicon
from minelib.redact.names import after_bits
from minelib.redact.spans import Span
from minelib.redact.view import to_codes

_HEAD = 3
# Kinds whose strings mean one thing everywhere; a surname with a title, a door and a date do not.
TELLING = frozenset({"NAME", "PHONE", "ID", "BANK", "EMAIL", "SOCIAL", "PLATE", "CASE_NO"})


def is_telling(surface: str, kind: str) -> bool:
    """Tell whether a masked string means the same person in any text: no word, no name of two characters."""
    return (
        kind in TELLING
        and len(surface) >= (_HEAD if kind == "NAME" else 5)
        and surface not in lexicon().words
    )


def _heads(codes: np.ndarray) -> np.ndarray:
    wide = codes.astype(np.uint64)
    return (wide[:-2] << np.uint64(42)) | (wide[1:-1] << np.uint64(21)) | wide[2:]


class Surfaces:
    """A set of masked strings that can be looked for in a text. It lives in memory and refuses to be pickled.

    Examples
    --------
    >>> surfaces = Surfaces({("张小芳", "NAME")})
    >>> surfaces.find("张小芳路过"), surfaces.find("张小芳中路"), surfaces
    ([Span(start=0, end=3, kind='NAME', keep=0)], [], Surfaces(1))
    """

    def __init__(self, found: Iterable[tuple[str, str]] = ()):
        self._by_head: dict[str, list[tuple[str, str]]] = {}
        for surface, kind in sorted(set(found)):
            if is_telling(surface, kind):
                self._by_head.setdefault(surface[:_HEAD], []).append((surface, kind))
        self._heads = np.sort(
            np.concatenate([_heads(to_codes(h)) for h in self._by_head] or [np.empty(0, np.uint64)])
        )

    def __repr__(self) -> str:
        return f"Surfaces({len(self)})"

    def __len__(self) -> int:
        return sum(map(len, self._by_head.values()))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return (pair for pairs in self._by_head.values() for pair in pairs)

    def __reduce__(self):
        raise TypeError("masked strings are never written")

    def find(self, text: str) -> list[Span]:
        """Find masked strings in a text; a name that goes on as a place (黄兴 in 黄兴路) is passed over."""
        if len(text) < _HEAD or not len(self._heads):
            return []
        heads = _heads(to_codes(text))
        near = np.minimum(np.searchsorted(self._heads, heads), len(self._heads) - 1)
        out = []
        for start in np.flatnonzero(self._heads[near] == heads).tolist():
            for surface, kind in self._by_head[text[start : start + _HEAD]]:
                end = start + len(surface)
                if text.startswith(surface, start) and (kind != "NAME" or after_bits(text, end) > -8):
                    out.append(Span(start, end, kind))
        return out
