"""The names in many texts as numbers: a million petitions hold ten million, twelve bytes each."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from minelib.mentions.find import Mention
from minelib.tokens import places, ranks

_TEXTS = 1 << 12  # texts whose names are made at a time


@dataclass(frozen=True, eq=False)
class Mentions(Sequence):
    """Names of texts, each known by the place of its kind and form in a sorted list.

    Attributes
    ----------
    spans : ndarray of int32, shape (n_mentions, 2)
        Start and end of the names of all texts, one text after another.
    codes : ndarray of int32, shape (n_mentions,)
        Of each name the place in `things`.
    ends : ndarray of int64, shape (n_texts,)
        Where each text's names end.
    things : tuple of (str, str)
        Kind and form of every name, sorted.

    Examples
    --------
    >>> from minelib.mentions import find_mentions
    >>> found = Mentions.of(map(find_mentions, ["云栖苑旁的金桂路", "金桂路"]))
    >>> found[1], found.things
    ([Mention(start=0, end=3, kind='road', name='金桂路')], (('compound', '云栖苑'), ('road', '金桂路')))
    """

    spans: np.ndarray
    codes: np.ndarray
    ends: np.ndarray
    things: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, texts: "Iterable[Iterable[Mention]] | Mentions") -> "Mentions":
        """Code the names of each text; what is coded already stays as it is."""
        if isinstance(texts, Mentions):
            return texts
        seen: dict[tuple[str, str], int] = {}
        spans, codes, ends = array("i"), array("i"), array("q")
        for found in texts:
            for start, end, kind, name in found:
                spans.extend((start, end))
                codes.append(seen.setdefault((kind, name), len(seen)))
            ends.append(len(codes))
        things = tuple(sorted(seen))
        rank = ranks([seen[thing] for thing in things])
        return cls(_int32(spans).reshape(-1, 2), rank[_int32(codes)], np.array(ends, dtype=np.int64), things)

    @classmethod
    def joined(cls, parts: Iterable["Mentions"]) -> "Mentions":
        """Put the texts of several parts one after another; how they were parted leaves no trace."""
        joining = Joining()
        for part in parts:
            joining.add(part)
        return joining.done()

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, i) -> list[Mention]:
        i = range(len(self))[i]
        return self._made(int(self.ends[i - 1]) if i else 0, int(self.ends[i]))

    def __iter__(self) -> Iterator[list[Mention]]:
        for at in range(0, len(self), _TEXTS):
            first = int(self.ends[at - 1]) if at else 0
            ends = self.ends[at : at + _TEXTS] - first
            made = self._made(first, first + int(ends[-1]))
            begin = 0
            for end in ends.tolist():
                yield made[begin:end]
                begin = end

    @property
    def rows(self) -> np.ndarray:
        """Of each name the text it stands in."""
        return np.repeat(np.arange(len(self), dtype=np.int32), self._lengths())

    def take(self, rows: np.ndarray) -> "Mentions":
        """Return the names of the texts `rows`, in that order; `things` holds those no text has any more, too."""
        lengths = self._lengths()[rows]
        where = places(self.ends[rows], lengths)
        return Mentions(self.spans[where], self.codes[where], lengths.cumsum(), self.things)

    def _made(self, first: int, last: int) -> list[Mention]:
        things = self.things
        pairs = zip(self.spans[first:last].tolist(), self.codes[first:last].tolist(), strict=True)
        return [Mention(start, end, *things[code]) for (start, end), code in pairs]

    def _lengths(self) -> np.ndarray:
        return np.diff(self.ends, prepend=0)


class Joining:
    """Mentions that come part by part: of each only its numbers are kept, its strings with those seen before."""

    def __init__(self):
        self._seen: dict[tuple[str, str], int] = {}
        self._parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def add(self, part: Mentions) -> None:
        seen = self._seen
        place = np.array([seen.setdefault(thing, len(seen)) for thing in part.things], dtype=np.int32)
        self._parts.append((part.spans, place[part.codes], part._lengths()))

    def done(self) -> Mentions:
        things, none = tuple(sorted(self._seen)), Mentions.of(())
        rank = ranks([self._seen[thing] for thing in things])
        columns = zip((none.spans, none.codes, none.ends), *self._parts, strict=True)
        spans, codes, lengths = (np.concatenate(column) for column in columns)
        return Mentions(spans, rank[codes], lengths.cumsum(), things)


def _int32(values: array) -> np.ndarray:
    return np.array(values, dtype=np.int32)
