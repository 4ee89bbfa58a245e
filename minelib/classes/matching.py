"""Find thousands of phrases in thousands of texts at once, with numpy alone.

Every text becomes a run of character numbers; a phrase's words are found by hashing, all texts together. One
pass over the characters does for any number of words, so a prosecutor may add as many as they like.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from minelib.knowledge.taxonomy import Phrase

GAP = 8  # characters "~" may skip
BREAKS = "。！？!?；;\n\r…"
_PRIME = np.uint64(1_000_003)


@dataclass(frozen=True, slots=True)
class Hits:
    """Where phrases stand: parallel arrays, sorted by phrase, then position.

    Attributes
    ----------
    phrase : int array
        Index into the phrases given.
    text : int array
        Index into the texts given.
    start, end : int arrays
        Code points, counted from the start of the text.
    sentence : int array
        Number of the sentence, counted over all texts.
    """

    phrase: np.ndarray
    text: np.ndarray
    start: np.ndarray
    end: np.ndarray
    sentence: np.ndarray

    def __len__(self) -> int:
        return len(self.phrase)

    def take(self, keep) -> "Hits":
        return Hits(self.phrase[keep], self.text[keep], self.start[keep], self.end[keep], self.sentence[keep])

    def shifted(self, first: int) -> "Hits":
        return replace(self, phrase=self.phrase - first)


class PhraseFinder:
    """Finds `phrases` in texts; see `Hits`.

    >>> from minelib.knowledge.taxonomy import parse_phrase
    >>> finder = PhraseFinder([parse_phrase("拖欠~工资"), parse_phrase("工地")])
    >>> hits = finder.find(["老板拖欠我们工资", "工地很吵"])
    >>> [(int(p), int(t), int(s), int(e)) for p, t, s, e in zip(hits.phrase, hits.text, hits.start, hits.end)]
    [(0, 0, 2, 8), (1, 1, 0, 2)]
    """

    def __init__(self, phrases: list[Phrase]):
        self.phrases = phrases
        words = sorted({_fold(w) for p in phrases for part in p.parts for w in part})
        self._index = {w: i for i, w in enumerate(words)}
        self._letters = sorted({c for w in words for c in w})
        self._by_length = self._hash_words(words)
        single = [i for i, p in enumerate(phrases) if not p.operator]
        pairs = [(self._index[_fold(w)], i) for i in single for w in phrases[i].parts[0]]
        self._single = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        self._joined = [i for i, p in enumerate(phrases) if p.operator]
        self._parts = {i: [self._numbers(part) for part in phrases[i].parts] for i in self._joined}

    def _numbers(self, part: Iterable[str]) -> tuple[int, ...]:
        return tuple(self._index[_fold(word)] for word in part)

    def _hash_words(self, words: list[str]) -> dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]]:
        number = {c: i + 1 for i, c in enumerate(self._letters)}
        tables = {}
        for length in sorted({len(w) for w in words}):
            ids = np.array([i for i, w in enumerate(words) if len(w) == length])
            codes = np.array([[number[c] for c in words[i]] for i in ids], dtype=np.uint64)
            keys = _hash(codes.T)
            order = np.argsort(keys)
            first = np.zeros((len(self._letters) + 1,) * min(length, 2), dtype=bool)
            first[tuple(codes[:, : min(length, 2)].astype(int).T)] = True
            tables[length] = keys[order], ids[order], first
        return tables

    def find(self, texts: list[str]) -> Hits:
        """Return every hit of every phrase in `texts`."""
        page = _Page(texts, self._letters)
        words = self._find_words(page)
        word, owner = self._single
        pieces = [words.of_many(word)] + [self._phrase_hits(i, words) for i in self._joined]
        phrase = np.concatenate(
            [
                np.repeat(owner, words.count(word)),
                np.repeat(np.array(self._joined, dtype=np.int64), [len(p[0]) for p in pieces[1:]]),
            ]
        )
        start, end = (np.concatenate([p[k] for p in pieces]) for k in (0, 1))
        order = np.lexsort((start, phrase))
        phrase, start, end = phrase[order], start[order], end[order]
        text = page.text_of(start)
        begin = page.begins[text]
        return Hits(phrase, text, start - begin, end - begin, page.sentence[start])

    def _find_words(self, page: "_Page") -> "_Words":
        found = []
        codes = page.codes
        for length, (keys, ids, first) in self._by_length.items():
            n = len(codes) - length + 1
            if n <= 0:
                continue
            lead = first[codes[:n]] if length == 1 else first[codes[:n], codes[1 : n + 1]]
            at = np.flatnonzero(lead)
            value = _hash([codes[at + k].astype(np.uint64) for k in range(length)])
            slot = np.minimum(np.searchsorted(keys, value), len(keys) - 1)
            ok = keys[slot] == value
            found.append((ids[slot[ok]], at[ok], np.full(int(ok.sum()), length)))
        found = found or [(np.zeros(0, dtype=np.int64),) * 3]
        word, start, length = (np.concatenate(x) for x in zip(*found, strict=True))
        return _Words(word, start, start + length, len(self._index), page)

    def _phrase_hits(self, i: int, words: "_Words") -> tuple[np.ndarray, np.ndarray]:
        join, (first, *others) = _JOIN[self.phrases[i].operator], self._parts[i]
        hits = words.of(first)
        for part in others:
            hits = join(hits, words.of(part), words.page)
        return hits


class _Page:
    """All texts as one array of letter numbers; 0 is any character no phrase uses."""

    def __init__(self, texts: list[str], letters: list[str]):
        joined = "\0".join(texts) + "\0"
        raw = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        table = np.zeros(0x110000, dtype=np.int32)
        for i, c in enumerate(letters):
            table[[ord(v) for v in _variants(c)]] = i + 1
        self.codes = table[raw]
        is_break = np.isin(raw, np.array([0, *map(ord, BREAKS)], dtype=np.uint32))
        self.sentence = np.cumsum(is_break, dtype=np.int32)
        size = np.array([len(t) + 1 for t in texts], dtype=np.int64)
        self.begins = np.cumsum(size) - size

    def text_of(self, position: np.ndarray) -> np.ndarray:
        return np.searchsorted(self.begins, position, side="right") - 1


class _Words:
    """Hits of single words, looked up by word."""

    def __init__(self, word, start, end, n_words, page):
        order = np.lexsort((start, word))
        self._start, self._end, self.page = start[order], end[order], page
        self._slices = np.searchsorted(word[order], np.arange(n_words + 1))
        self._seen: dict[tuple[int, ...], tuple[np.ndarray, np.ndarray]] = {}

    def count(self, ids: np.ndarray) -> np.ndarray:
        """Return how many hits each word has."""
        return self._slices[ids + 1] - self._slices[ids]

    def of_many(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the hits of each word in turn."""
        count = self.count(ids)
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        rows = np.repeat(self._slices[ids], count) + within
        return self._start[rows], self._end[rows]

    def of(self, ids: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        """Return the hits of any of some words; many phrases have a part in common, so they are put together once."""
        if ids not in self._seen:
            start, end = self.of_many(np.array(ids, dtype=np.int64))
            order = np.argsort(start, kind="stable") if len(ids) > 1 else slice(None)
            self._seen[ids] = start[order], end[order]
        return self._seen[ids]


def _near(left, right, page):
    """`right` begins within GAP characters after `left` ends, in the same sentence."""
    if not len(left[0]) or not len(right[0]):
        return left[0][:0], left[1][:0]
    at = np.searchsorted(right[0], left[1])
    inside = np.minimum(at, len(right[0]) - 1)
    start = right[0][inside]
    ok = (at < len(right[0])) & (start - left[1] <= GAP) & (page.sentence[left[0]] == page.sentence[start])
    return left[0][ok], right[1][inside[ok]]


def _together(left, right, group):
    ok = np.isin(group(left[0]), group(right[0]))
    return left[0][ok], left[1][ok]


_JOIN = {
    "~": _near,
    "+": lambda left, right, page: _together(left, right, lambda at: page.sentence[at]),
    "&": lambda left, right, page: _together(left, right, page.text_of),
}


def _hash(columns) -> np.ndarray:
    value = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        value = value * _PRIME + column
    return value


def _fold(word: str) -> str:
    return word.upper()


def _variants(letter: str) -> list[str]:
    """The letter itself, its lower case and its full-width form."""
    forms = {letter, letter.lower()}
    forms |= {chr(ord(c) + 0xFEE0) for c in forms if "!" <= c <= "~"}
    return sorted(f for f in forms if len(f) == 1)
