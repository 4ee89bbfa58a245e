"""Texts as numbers, so that characters are looked for in many of them at once."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

CODES = 0x110000
GAP = 5  # empty characters between two texts, so that no look beside a place meets another text
_TEXTS = 1024  # texts looked at together

# codes → places in them, in order, none between texts: shape (n,), or (n, 2) for stretches, with more columns for what
# is told of each.
Find = Callable[[np.ndarray], np.ndarray]


def to_codes(text: str) -> np.ndarray:
    """Give the characters of a text as numbers, of the type by which numpy looks up fastest."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.intp)


def char_table(chars: Iterable[str]) -> np.ndarray:
    """Make a table by character code that is true for `chars`."""
    table = np.zeros(CODES, bool)
    table[[ord(c) for c in chars]] = True
    return table


def followed(codes: np.ndarray, firsts: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """Give the places where a character of one table is followed by one of another (see `char_table`)."""
    places = np.flatnonzero(firsts[codes[:-1]])
    return places[seconds[codes[places + 1]]]


def side_by_side(texts: Sequence[str]) -> tuple[str, np.ndarray, np.ndarray]:
    """Put texts into one, `GAP` empty characters before, between and behind them; also return where each stands.

    Returns
    -------
    whole : str
    begins, ends : ndarrays of int, shape (len(texts),)
    """
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    ends = np.cumsum(sizes + GAP)
    return ("\0" * GAP).join(["", *texts, ""]), ends - sizes, ends


class Beginnings:
    """Find where some words may begin: by their first two characters.

    Examples
    --------
    >>> Beginnings(["小区", "路"])(to_codes("小区的小路\\0")).tolist()
    [0, 4]
    """

    def __init__(self, words: Iterable[str]):
        words = sorted(set(words))
        self._first = char_table(word[0] for word in words)
        self._alone = char_table(word for word in words if len(word) == 1)
        sides = [sorted({w[n] for w in words if len(w) > 1}) for n in (0, 1)]
        self._number = np.zeros((2, CODES), np.uint16)
        for number, side in zip(self._number, sides, strict=True):
            number[[ord(c) for c in side]] = np.arange(1, len(side) + 1)
        self._both = np.zeros([len(side) + 1 for side in sides], bool)
        for word in words:
            if len(word) > 1:
                self._both[self._number[0, ord(word[0])], self._number[1, ord(word[1])]] = True

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """Give the places; the last character is not looked at."""
        places = np.flatnonzero(self._first[codes[:-1]])
        one, two = codes[places], codes[places + 1]
        return places[self._alone[one] | self._both[self._number[0, one], self._number[1, two]]]


def places_in(texts: Sequence[str], *finds: Find) -> Iterator[tuple[list[int], ...]]:
    """Yield for each text the places that each of `finds` picks in it.

    >>> list(places_in(["甲乙", "乙"], lambda codes: np.flatnonzero(codes == ord("乙"))))
    [([1],), ([0],)]
    """
    for at in range(0, len(texts), _TEXTS):
        whole, begins, ends = side_by_side(texts[at : at + _TEXTS])
        codes = to_codes(whole)
        found = [parted(find(codes), begins, ends) for find in finds]
        for i in range(len(begins)):
            yield tuple(places[starts[i] : stops[i]] for places, starts, stops in found)


def matches(pattern: re.Pattern, text: str, places: Iterable[int]) -> Iterator[re.Match]:
    """Yield what `finditer` would, of a pattern that matches nowhere but at some places.

    >>> [m[0] for m in matches(re.compile("甲甲"), "甲甲甲", [0, 1])]
    ['甲甲']
    """
    done = 0
    for at in places:
        if at >= done and (m := pattern.match(text, at)):
            yield m
            done = m.end()


def parted(found: np.ndarray, begins: np.ndarray, ends: np.ndarray) -> tuple[list, list[int], list[int]]:
    """Part places among the texts they stand in, see `side_by_side`.

    Returns
    -------
    places : list
        What was `found`, each counted from where its text begins.
    starts, stops : lists of int
        Which of them are those of each text.
    """
    places, told = (found[:, :2], found[:, 2:]) if found.ndim > 1 else (found[:, None], found[:, None][:, :0])
    starts, stops = (np.searchsorted(places[:, 0], at) for at in (begins, ends))
    ours = np.hstack([places - np.repeat(begins, stops - starts)[:, None], told])
    return ours.reshape(found.shape).tolist(), starts.tolist(), stops.tolist()
