"""Join words that were found into phrases of several parts, all phrases at once."""

from collections.abc import Callable
from functools import cached_property, partial

import numpy as np

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
    ahead : array of uint64
        For each character, the marks of all words that begin there or up to GAP further; see `Parts`.
    """

    def __init__(self, word: np.ndarray, start: np.ndarray, end: np.ndarray, marks: np.ndarray, page):
        order, n_words = np.argsort(start, kind="stable"), len(marks)
        self._marks = marks
        self.word, self.start, self.end, self.page = word[order], start[order], end[order], page
        n_starts = np.bincount(start, minlength=len(page.codes))
        self.first_at = np.concatenate([[0], np.cumsum(n_starts)])
        # Numbers of 16 bits numpy sorts in one pass.
        self._by_word = np.argsort(self.word.astype(np.min_scalar_type(n_words)), kind="stable")
        self._slices = np.concatenate([[0], np.cumsum(np.bincount(word, minlength=n_words))])

    @cached_property
    def behind(self) -> np.ndarray:
        """Of each hit the marks of all words that begin where it ends or up to GAP further."""
        return self.ahead[self.end]

    @cached_property
    def ahead(self) -> np.ndarray:
        here = np.zeros(len(self.first_at), self._marks.dtype)
        np.bitwise_or.at(here, self.start, self._marks[self.word])
        reach = 1
        while reach <= GAP:
            step = min(reach, GAP + 1 - reach)
            here[:-step] |= here[step:]
            reach += step
        return here

    def count(self, ids: np.ndarray) -> np.ndarray:
        """Return how many hits each word has."""
        return self._slices[ids + 1] - self._slices[ids]

    def of(self, ids: np.ndarray) -> np.ndarray:
        """Return the hits of each word in turn."""
        return self._by_word[places(self._slices[ids + 1], self.count(ids))]


class Parts:
    """Parts of phrases: some words each, of which any one will do.

    Parameters
    ----------
    word, part : int arrays
        Each word of each part, those of one part in turn: of two that begin together the first counts.
    n_words : int

    Attributes
    ----------
    word_marks, part_marks : ndarrays of uint64
        One bit for each word, which some share, and those of the words of each part: what has none in common with a
        part holds none of its words.
    """

    def __init__(self, word: np.ndarray, part: np.ndarray, n_words: int):
        self._words, self._part, self._n_words = word, part, n_words
        self._keys, self._rank = np.unique(part * n_words + word, return_index=True)
        self.word_marks, told = np.zeros(n_words, np.uint64), np.unique(word)
        self.word_marks[told] = np.left_shift(np.uint64(1), (np.arange(len(told)) & 63).astype(np.uint64))
        self.part_marks = np.zeros(part.max(initial=-1) + 1, np.uint64)
        np.bitwise_or.at(self.part_marks, part, self.word_marks[word])

    def words_of(self, part: int) -> np.ndarray:
        """Return the words of a part."""
        return self._words[self._part == part]

    def hold(self, part: np.ndarray, word: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Tell which parts hold the word beside them, and which of their words it is."""
        # A part has few words and most pairs fall here, before they are looked up.
        at = np.flatnonzero(self.part_marks[part] & self.word_marks[word])
        key = part[at] * self._n_words + word[at]
        slot = np.minimum(np.searchsorted(self._keys, key), len(self._keys) - 1)
        ok = self._keys[slot] == key
        return at[ok], self._rank[slot[ok]]


Join = Callable[
    [Words, Parts, np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]
]  # (words, parts, next part, start, end of hits) → which hits go on, and where they end


def _near(words: Words, parts: Parts, part: np.ndarray, start: np.ndarray, end: np.ndarray):
    """Let the next part begin within GAP characters after a hit ends, in its sentence; the nearest counts."""
    likely = np.flatnonzero(parts.part_marks[part] & words.ahead[end])  # a few; only these are looked at
    first = words.first_at[end[likely]]
    stop = words.first_at[np.minimum(end[likely] + GAP + 1, len(words.first_at) - 1)]
    hit, at = np.repeat(likely, stop - first), places(stop, stop - first)
    ok, rank = parts.hold(part[hit], words.word[at])
    hit, at = hit[ok], at[ok]
    order = np.lexsort((rank, words.start[at], hit))
    nearest = order[np.flatnonzero(np.diff(hit[order], prepend=-1))]
    hit, at, sentence = hit[nearest], at[nearest], words.page.sentence
    same = sentence[start[hit]] == sentence[words.start[at]]
    return hit[same], words.end[at[same]]


def _together(words: Words, parts: Parts, part: np.ndarray, start: np.ndarray, end: np.ndarray, *, group):
    """Let the next part stand in the same text or sentence as a hit; the hit ends where it did."""
    kept = np.zeros(len(part), bool)
    for one in np.unique(part).tolist():
        its = part == one
        there = words.start[words.of(parts.words_of(one))]
        kept[its] = np.isin(group(words.page, start[its]), group(words.page, there))
    return np.flatnonzero(kept), end[kept]


JOIN: dict[str, Join] = {
    "~": _near,
    "+": partial(_together, group=lambda page, at: page.sentence[at]),
    "&": partial(_together, group=lambda page, at: page.text_of(at)),
}
