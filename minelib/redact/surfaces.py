"""The very strings that were masked, so that other rows and all that leaves can be searched for them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

import numpy as np

from minelib.codepoints import char_table, followed, to_codes
from minelib.knowledge import packaged_text
from minelib.redact.lexicon import lexicon
from minelib.redact.names import after_bits
from minelib.redact.spans import Span
from minelib.scale import are_among

_HEAD = 3
_LONGEST = 8  # characters of a phrase taken for a name
_PROSE = ("laws", "routes", "taxonomy", "wrongs", "groups")
# Kinds whose strings mean one thing everywhere; a surname with a title, a door and a date do not.
TELLING = frozenset({"NAME", "PHONE", "ID", "BANK", "EMAIL", "SOCIAL", "PLATE", "CASE_NO"})


@cache
def _prose() -> tuple[str, frozenset[str]]:
    """Return the package's own prose, and every run of three characters in it: a name is looked for among these first.

    Nobody is named in it: taken for a name once in a million rows, 的公告 must not be looked for in every other row,
    nor stop a run because the package itself says it.
    """
    prose = "\n".join(packaged_text(f"{name}.toml") for name in _PROSE)
    return prose, frozenset(map("".join, zip(prose, prose[1:], prose[2:], strict=False)))


def _is_phrase(name: str) -> bool:
    prose, begins = _prose()
    return len(name) <= _LONGEST and name[:_HEAD] in begins and name in prose


def is_telling(surface: str, kind: str) -> bool:
    """Tell whether a masked string means the same person in any text: no word, no phrase, no name of two characters.

    >>> is_telling("张小芳", "NAME"), is_telling("的公告", "NAME"), is_telling("小芳", "NAME")
    (True, False, False)
    """
    if kind not in TELLING or len(surface) < (_HEAD if kind == "NAME" else 5) or surface in lexicon().words:
        return False
    return kind != "NAME" or not _is_phrase(surface)


def heads(codes: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return the three characters that stand at each of `starts` as one number (uint64)."""
    one, two, three = (codes[starts + i].astype(np.uint64) for i in range(_HEAD))
    return (one << np.uint64(42)) | (two << np.uint64(21)) | three


def places(texts: Sequence[str], starts_in: Callable[[np.ndarray], np.ndarray]) -> Iterator[tuple[int, int]]:
    """Yield (text, start) of every place that `starts_in` picks, given the code points of all texts in one array."""
    begins = np.cumsum([0, *(len(text) + 1 for text in texts)])
    starts = starts_in(to_codes("\0".join((*texts, "\0" * _HEAD))))
    owners = np.searchsorted(begins, starts, side="right") - 1
    return zip(owners.tolist(), (starts - begins[owners]).tolist(), strict=True)


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
        codes = to_codes("".join(self._by_head))
        self._heads = np.sort(heads(codes, np.arange(0, len(codes), _HEAD)))
        # Which characters begin one, and which come second: that leaves few places to look at.
        self._first, self._second = (char_table(head[i] for head in self._by_head) for i in (0, 1))

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
        return self.find_many([text])[0]

    def find_many(self, texts: Sequence[str]) -> list[list[Span]]:
        """Find masked strings in many texts in one pass, however many strings there are."""
        found: list[list[Span]] = [[] for _ in texts]
        for i, start in places(texts, self._starts) if len(self._heads) else ():
            found[i].extend(self._at(texts[i], start))
        return found

    def _starts(self, codes: np.ndarray) -> np.ndarray:
        starts = followed(codes[:-1], self._first, self._second)
        return starts[are_among(heads(codes, starts), self._heads)]

    def _at(self, text: str, start: int) -> Iterator[Span]:
        for surface, kind in self._by_head.get(text[start : start + _HEAD], ()):
            end = start + len(surface)
            if text.startswith(surface, start) and (kind != "NAME" or after_bits(text, end) > -8):
                yield Span(start, end, kind)
