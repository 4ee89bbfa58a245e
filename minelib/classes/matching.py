"""Find thousands of phrases in thousands of texts at once, with numpy alone.

Every text becomes a run of character numbers; a phrase's words are found by hashing, all texts together. One
pass over the characters does for any number of words, so a prosecutor may add as many as they like.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np

from minelib.classes.joining import JOIN, Followers, Parts, Words
from minelib.codepoints import CODES, char_table, to_codes
from minelib.knowledge.taxonomy import Phrase
from minelib.scale import Keys

BREAKS = "。！？!?；;\n\r…"
_PAGE = 500  # texts looked at together: more do not fit into a processor's own memory, and take longer
_SHORT = 2  # letters by which words are looked up in a table; more would not fit into memory
_PRIME, _NOTHING = np.uint64(1_000_003), np.uint64(0)  # of the hash, and the hash of no letters


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
        self._letters = tuple(sorted({c for w in words for c in w}))
        self._short, self._long, self._leads = self._tables(words)
        later = sorted({part for p in phrases for part in p.parts[1:]})
        self._later = Parts(*self._numbers(enumerate(later)))
        number = {part: i for i, part in enumerate(later)}
        most = max((len(p.parts) for p in phrases), default=1)
        self._following = np.full((most, len(phrases)), -1)  # of each phrase the second part, the third …
        for i, phrase in enumerate(phrases):
            self._following[: len(phrase.parts) - 1, i] = [number[part] for part in phrase.parts[1:]]
        self._operator = np.array([ord(p.operator or " ") for p in phrases], dtype=np.uint8)
        word, phrase = self._numbers((i, p.parts[0]) for i, p in enumerate(phrases))
        near = (self._operator[phrase] == ord("~")) & (self._following[0, phrase] >= 0)
        # Of the words of first parts those by themselves, and those of phrases whose second part must follow nearby.
        self._first = word[~near], phrase[~near]
        self._opens = phrase[near]
        self._seconds = self._followers(word[near])

    def _numbers(self, parts: Iterable[tuple[int, Iterable[str]]]) -> np.ndarray:
        """Return numbers of words, and of what each belongs to."""
        pairs = [(self._index[_fold(word)], i) for i, part in parts for word in part]
        return np.array(pairs, dtype=np.int64).reshape(-1, 2).T

    def _followers(self, word: np.ndarray) -> Followers:
        """Tell of every word that opens a phrase which words of the second part may follow it nearby."""
        count, slot = self._later.words_of(self._following[0, self._opens])
        return Followers(
            np.repeat(word, count), self._later.word[slot], np.repeat(np.arange(len(word)), count), slot
        )

    def _tables(
        self, words: list[str]
    ) -> tuple[dict[int, np.ndarray], dict[int, tuple[Keys, np.ndarray]], np.ndarray]:
        """Return tables of the words: short ones by their first two letters, hashes of each length of longer ones.

        And which lengths two letters may begin, a bit each.
        """
        number = {c: i + 1 for i, c in enumerate(self._letters)}
        lengths, size = sorted({len(w) for w in words}), len(self._letters) + 1
        leads = np.zeros((size, size), dtype=np.min_scalar_type((1 << len(lengths)) - 1))
        short, long = {}, {}
        for bit, length in enumerate(lengths):
            ids = np.array([i for i, w in enumerate(words) if len(w) == length])
            codes = np.array([[number[c] for c in words[i]] for i in ids]).T
            leads[tuple(codes[:2])] |= leads.dtype.type(1 << bit)
            if length <= _SHORT:
                table = np.zeros((size,) * length, np.min_scalar_type(len(words)))
                table[tuple(codes)] = ids
                short[length] = np.broadcast_to(table.reshape(size, -1), (size, size))
            else:
                long[length] = Keys(_hash(codes.astype(np.uint64))), ids
        return short, long, leads

    def find(self, texts: list[str]) -> Hits:
        """Return every hit of every phrase in `texts`."""
        columns, n_sentences = [], 0
        for at in range(0, max(len(texts), 1), _PAGE):
            page = _Page(texts[at : at + _PAGE], self._letters)
            phrase, start, end = self._joined(self._find_words(page))
            order = np.argsort(phrase * len(page.codes) + start, kind="stable")
            phrase, start, end = phrase[order], start[order], end[order]
            text, sentence = page.text_of(start), page.sentence[start] + n_sentences
            begin = page.begins[text]
            columns.append((phrase, text + at, start - begin, end - begin, sentence))
            n_sentences += page.n_sentences
        hits = Hits(*(np.concatenate(column) for column in zip(*columns, strict=True)))
        few = hits.phrase.astype(np.min_scalar_type(len(self.phrases)))
        return hits if len(columns) < 2 else hits.take(np.argsort(few, kind="stable"))

    def _find_words(self, page: "_Page") -> Words:
        first, second = page.codes[:-1], page.codes[1:]
        lengths = self._leads[first, second]
        at = np.flatnonzero(lengths)
        lengths, found = lengths[at], [(np.zeros(0, dtype=np.int64),) * 3]
        for bit, (length, table) in enumerate(self._short.items()):
            begin = at[np.flatnonzero(lengths >> bit & 1)]
            found.append((table[first[begin], second[begin]], begin, begin + length))
        found += self._find_long(page, at, lengths)
        return Words(*(np.concatenate(x) for x in zip(*found, strict=True)), len(self._index), page)

    def _find_long(self, page: "_Page", at: np.ndarray, lengths: np.ndarray) -> Iterator[tuple]:
        """Yield number, start and end of the longer words, where such may begin."""
        codes = np.append(page.codes, np.zeros(max(self._long, default=0), np.intp))
        value, known = np.zeros(len(at), np.uint64), 0
        for bit, (length, (keys, ids)) in enumerate(self._long.items(), len(self._short)):
            longer = np.flatnonzero(lengths >> bit)  # where a word of this length or a longer one may begin
            at, lengths, value = at[longer], lengths[longer], value[longer]
            value = _hash((codes[at + k].astype(np.uint64) for k in range(known, length)), value)
            known, mine = length, np.flatnonzero(lengths >> bit & 1)
            which, place = keys.find(value[mine])
            begin = at[mine[which]]
            yield ids[place], begin, begin + length

    def _begun(self, words: Words) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return phrase, start and end of the hits of first parts, but for those whose second must follow nearby."""
        word, phrase = self._first
        hits = words.of(word)
        return np.repeat(phrase, words.count(word)), words.start[hits], words.end[hits]

    def _opened(self, words: Words) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return phrase, start and end of the hits of first parts that the second follows nearby, as it must."""
        leads = self._seconds.lead(words.word)
        start = words.start[leads]
        kind, hit, stop = self._seconds.nearest(words, words.word[leads], start, words.end[leads])
        return self._opens[kind], start[hit], stop

    def _joined(self, words: Words) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Join hits of first parts with one of the next, and so on; return phrase, start and end of what is whole."""
        hits, found, whole = self._begun(words), [self._opened(words)], []
        for following in self._following:
            goes_on = following[hits[0]] >= 0
            whole.append([x[~goes_on] for x in hits])
            phrase, start, end = (x[goes_on] for x in hits)
            for operator, join in JOIN.items():
                at = np.flatnonzero(self._operator[phrase] == ord(operator))
                kept, stop = join(self._later, words, following[phrase[at]], start[at], end[at])
                found.append((phrase[at[kept]], start[at[kept]], stop))
            hits, found = tuple(np.concatenate(x) for x in zip(*found, strict=True)), []
        return tuple(np.concatenate(x) for x in zip(*whole, strict=True))


class _Page:
    """All texts as one array of letter numbers; 0 is any character no phrase uses."""

    def __init__(self, texts: list[str], letters: tuple[str, ...]):
        raw = to_codes("\0".join(texts) + "\0")
        self.codes = _letter_table(letters)[raw].astype(np.intp)
        self.sentence = np.cumsum(_break_table()[raw], dtype=np.int32)
        self.n_sentences = int(self.sentence[-1])
        size = np.array([len(t) + 1 for t in texts], dtype=np.int64)
        self.begins = np.cumsum(size) - size

    def text_of(self, position: np.ndarray) -> np.ndarray:
        return np.searchsorted(self.begins, position, side="right") - 1


@lru_cache(maxsize=8)
def _letter_table(letters: tuple[str, ...]) -> np.ndarray:
    """Make the table of the number of each character, from 1 on."""
    table = np.zeros(CODES, dtype=np.int32)
    for i, c in enumerate(letters, 1):
        table[[ord(v) for v in _variants(c)]] = i
    return table


@cache
def _break_table() -> np.ndarray:
    return char_table(f"\0{BREAKS}")


def _hash(columns: Iterable[np.ndarray], value: np.ndarray | np.uint64 = _NOTHING) -> np.ndarray:
    """Hash words letter by letter, column by column; `value` is the hash of those before."""
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
