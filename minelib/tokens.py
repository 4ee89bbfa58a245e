"""The words of many texts as numbers: a million petitions hold 250 million tokens, four bytes each."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
import pandas as pd


@dataclass(frozen=True, eq=False)
class Tokens(Sequence):
    """Tokens of texts, each known by the rank of its word in a sorted vocabulary.

    Attributes
    ----------
    codes : ndarray of int32
        Tokens of all texts, one text after another.
    ends : ndarray of int64
        Where each text's tokens end in `codes`.
    words : ndarray of object
        The vocabulary, sorted.

    Examples
    --------
    >>> tokens = Tokens.of([["拖欠", "工资"], ["工资"]])
    >>> tokens[1], tokens.words.tolist(), tokens.codes.tolist()
    (['工资'], ['工资', '拖欠'], [1, 0, 0])
    """

    codes: np.ndarray
    ends: np.ndarray
    words: np.ndarray

    @classmethod
    def of(cls, texts: "Sequence[Sequence[str]] | Tokens") -> "Tokens":
        """Code the tokens of each text; what is coded already stays as it is."""
        if isinstance(texts, Tokens):
            return texts
        import pyarrow as pa

        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        coded = pa.array(itertools.chain.from_iterable(texts), type=pa.string()).dictionary_encode()
        words = np.array(coded.dictionary.to_pylist(), dtype=object)
        order = np.array(sorted(range(len(words)), key=words.__getitem__), dtype=np.int64)
        codes = coded.indices.to_numpy(zero_copy_only=False)
        return cls(ranks(order)[codes] if len(words) else _NO_CODES, lengths.cumsum(), words[order])

    @classmethod
    def joined(cls, parts: Iterable["Tokens"]) -> "Tokens":
        """Put the texts of several parts one after another; how they were parted leaves no trace.

        Parts are taken one by one, and of each only numbers are kept: a thousand vocabularies are much the same words.
        """
        place: dict[str, int] = {}
        lengths, codes = [], []
        for part in parts:
            first = (place.setdefault(word, len(place)) for word in part.words.tolist())
            codes.append(np.fromiter(first, np.int32, len(part.words))[part.codes])
            lengths.append(part._lengths())
        words = sorted(place)
        rank = ranks([place[word] for word in words])
        return cls(_poured(codes, rank), _ends(lengths), np.array(words, dtype=object))

    @classmethod
    def of_tables(cls, tables: dict[str, pd.DataFrame]) -> "Tokens":
        """Take tokens out of what `tables` gave."""
        codes, ends, words = (tables[name][name].to_numpy() for name in ("codes", "ends", "words"))
        return cls(codes, ends, words.astype(object))

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return frames to be kept in a file."""
        named = {"codes": self.codes, "ends": self.ends, "words": self.words}
        return {n: pd.DataFrame({n: column}) for n, column in named.items()}

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, i: int) -> list[str]: ...

    def __getitem__(self, i):
        i = range(len(self))[i]
        return self.words[self.codes[self.ends[i - 1] if i else 0 : self.ends[i]]].tolist()

    def take(self, rows: np.ndarray) -> "Tokens":
        """Return the texts of `rows`, in that order, under the same vocabulary."""
        if np.array_equal(rows, np.arange(len(self))):
            return self
        lengths, ends = self._lengths()[rows], self.ends[rows]
        some = (slice(at, at + _TEXTS) for at in range(0, len(lengths), _TEXTS))
        codes = [self.codes[places(ends[part], lengths[part])] for part in some]
        return Tokens(np.concatenate([*codes, _NO_CODES]), lengths.cumsum(), self.words)

    def heads(self, sizes: Sequence[int]) -> "Tokens":
        """Return of each text the tokens that make up its first `sizes[i]` characters.

        >>> Tokens.of([["拖欠", "工资", "\\n", "半年"]]).heads([4])[0]
        ['拖欠', '工资']
        """
        sized = np.fromiter(map(len, self.words), np.int64, len(self.words))
        limits, lengths = np.asarray(sizes, dtype=np.int64), self._lengths()
        some = (slice(at, at + _TEXTS) for at in range(0, len(self), _TEXTS))
        parts = [self._heads(self.ends[part], lengths[part], limits[part], sized) for part in some]
        codes, counts = zip(*parts, strict=True) if parts else ((), ())
        return Tokens(np.concatenate([*codes, _NO_CODES]), _ends(counts), self.words)

    def _heads(
        self, ends: np.ndarray, lengths: np.ndarray, limits: np.ndarray, sized: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the first tokens of some texts that follow each other, and how many there are of each."""
        begins = ends - lengths
        codes = self.codes[begins[0] : ends[-1]]
        before = np.concatenate([[0], sized[codes].cumsum()])
        text = np.repeat(np.arange(len(ends)), lengths)
        kept = before[:-1] - before[begins - begins[0]][text] < limits[text]
        return codes[kept], np.bincount(text[kept], minlength=len(ends))

    def _lengths(self) -> np.ndarray:
        return np.diff(self.ends, prepend=0)


_NO_CODES = np.zeros(0, dtype=np.int32)
_TEXTS = 1 << 14  # texts looked at together, for memory's sake


def _poured(codes: list[np.ndarray], rank: np.ndarray) -> np.ndarray:
    """Return the ranks of all codes, and let go of each array when it has been looked up: they are a gigabyte."""
    ranked, at = np.empty(sum(map(len, codes)), dtype=np.int32), 0
    for i, some in enumerate(codes):
        ranked[at : at + len(some)] = rank[some]
        at += len(some)
        codes[i] = _NO_CODES
    return ranked


def _ends(counts: Iterable[np.ndarray]) -> np.ndarray:
    """Return where each text ends, given how many tokens it has."""
    return np.concatenate([*counts, np.zeros(0, dtype=np.int64)]).cumsum()


def places(ends: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return where what belongs to some texts stands, given where that of each text ends and how much it is.

    >>> places(np.array([5, 2]), np.array([2, 2])).tolist()
    [3, 4, 0, 1]
    """
    where = np.repeat(ends - lengths.cumsum(), lengths)
    where += np.arange(len(where))
    return where


def ranks(order: Sequence[int]) -> np.ndarray:
    """Return the place of each number in `order`, which holds every one once.

    >>> ranks([2, 0, 1]).tolist()
    [1, 2, 0]
    """
    rank = np.empty(len(order), dtype=np.int32)
    rank[np.asarray(order, dtype=np.int64)] = np.arange(len(order), dtype=np.int32)
    return rank
