"""Join words that were found into phrases of several parts, all phrases at once."""

from collections.abc import Callable
from functools import partial

import numpy as np

from minelib.scale import Keys
from minelib.tokens import places

GAP = 8  # characters "~" may skip


class Words:
    """Where words stand on a page, looked up by place or by word.

    Attributes
    ----------
    word, start, end : int arrays
        By start.
    first_at : int array
        How many start before each character.
    """

    def __init__(self, word: np.ndarray, start: np.ndarray, end: np.ndarray, n_words: int, page):
        order = np.argsort(start, kind="stable")
        self.word, self.start, self.end, self.page = word[order], start[order], end[order], page
        n_starts = np.bincount(start, minlength=len(page.codes))
        self.first_at = np.concatenate([[0], np.cumsum(n_starts)])
        # Numbers of 16 bits numpy sorts in one pass.
        self._by_word = np.argsort(self.word.astype(np.min_scalar_type(n_words)), kind="stable")
        self._slices = np.concatenate([[0], np.cumsum(np.bincount(word, minlength=n_words))])

    def count(self, ids: np.ndarray) -> np.ndarray:
        """Return how many hits each word has."""
        return self._slices[ids + 1] - self._slices[ids]

    def of(self, ids: np.ndarray) -> np.ndarray:
        """Return the hits of each word in turn."""
        return self._by_word[places(self._slices[ids + 1], self.count(ids))]

    def within(self, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return pairs: the place of each end, and every hit that begins there or up to GAP further."""
        first = self.first_at[end]
        stop = self.first_at[np.minimum(end + GAP + 1, len(self.first_at) - 1)]
        return np.repeat(np.arange(len(end)), stop - first), places(stop, stop - first)


class Followers:
    """Which word may follow what, and of what kind it is then; of two that begin together the one of less rank counts.

    Parameters
    ----------
    before, word : int arrays
        What goes before, and a word that may follow it; the same two may stand here several times.
    kind, rank : int arrays
        Of each such pair.
    """

    def __init__(self, before: np.ndarray, word: np.ndarray, kind: np.ndarray, rank: np.ndarray):
        self._width = word.max(initial=0) + 1
        self._by_pair = np.argsort(before * self._width + word, kind="stable")
        pairs, count = np.unique(before * self._width + word, return_counts=True)
        self._pairs, self._count, self._ends = Keys(pairs.astype(np.uint64)), count, count.cumsum()
        self._kind, self._rank = kind, rank
        self._leads = np.zeros(before.max(initial=-1) + 1, bool)
        self._leads[before] = True

    def lead(self, before: np.ndarray) -> np.ndarray:
        """Return the places of what anything may follow."""
        known = np.flatnonzero(before < len(self._leads))
        return known[self._leads[before[known]]]

    def nearest(self, words: Words, before: np.ndarray, start: np.ndarray, end: np.ndarray):
        """Find what follows hits, beginning within GAP characters after they end, in their sentence.

        Returns
        -------
        kind, hit, end : int arrays
            For each kind of each hit the nearest that follows, by kind, then hit: where it ends.
        """
        hit, at = words.within(end)
        which, pair = self._look_up(before[hit], words.word[at])
        hit, at, kind = hit[which], at[which], self._kind[pair]
        order = np.lexsort((self._rank[pair], words.start[at], hit, kind))
        new = (np.diff(hit[order], prepend=-1) != 0) | (np.diff(kind[order], prepend=-1) != 0)
        order = order[new]
        hit, at, kind = hit[order], at[order], kind[order]
        same = words.page.sentence[start[hit]] == words.page.sentence[words.start[at]]
        return kind[same], hit[same], words.end[at[same]]

    def _look_up(self, before: np.ndarray, word: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the places of pairs that are known, once for each time they are, and which of ours each is."""
        inside = np.flatnonzero(word < self._width)
        which, pair = self._pairs.find((before[inside] * self._width + word[inside]).astype(np.uint64))
        count = self._count[pair]
        return np.repeat(inside[which], count), self._by_pair[places(self._ends[pair], count)]


class Parts:
    """The parts of phrases after the first: some words each, of which any one will do, the first the rather.

    Parameters
    ----------
    word, part : int arrays
        Each word of each part, those of one part in turn.
    """

    def __init__(self, word: np.ndarray, part: np.ndarray):
        self.word, self._size = word, np.bincount(part)
        self._ends = self._size.cumsum()
        self._followers = Followers(part, word, np.zeros_like(part), np.arange(len(part)))

    def words_of(self, parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how many words each part has, and where in `word` those of one after the other stand."""
        count = self._size[parts]
        return count, places(self._ends[parts], count)

    def near(self, words: Words, part: np.ndarray, start: np.ndarray, end: np.ndarray):
        """Let the next part begin within GAP characters after a hit ends, in its sentence; the nearest counts."""
        _, hit, stop = self._followers.nearest(words, part, start, end)
        return hit, stop

    def together(self, words: Words, part: np.ndarray, start: np.ndarray, end: np.ndarray, *, group):
        """Let the next part stand in the same text or sentence as a hit; the hit ends where it did."""
        kept = np.zeros(len(part), bool)
        for one in np.unique(part).tolist():
            its = part == one
            there = words.start[words.of(self.word[self.words_of(np.array([one]))[1]])]
            kept[its] = np.isin(group(words.page, start[its]), group(words.page, there))
        return np.flatnonzero(kept), end[kept]


Join = Callable[
    [Parts, Words, np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]
]  # (parts, words, next part, start, end of hits) → which hits go on, and where they end


JOIN: dict[str, Join] = {
    "~": Parts.near,
    "+": partial(Parts.together, group=lambda page, at: page.sentence[at]),
    "&": partial(Parts.together, group=lambda page, at: page.text_of(at)),
}
