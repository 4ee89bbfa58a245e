"""More like this petition, more like these words: look through the redacted petitions of a run."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import scipy.sparse as sp

from minelib.errors import InputError
from minelib.vectorise import document_frequency, is_content_word, term_counts, tfidf

_DIMENSIONS = 150
_SAME_WORDS = 0.6  # weight of the words themselves; the rest goes to what they mean
_UNLIKE = 0.1  # a score below this is chance


def more_like(petitions: pd.DataFrame, query: str, *, k: int = 10) -> pd.DataFrame:
    """Find the petitions most like a petition or like some words.

    For one question; to ask many, keep a `Lookup`.

    Parameters
    ----------
    petitions : DataFrame
        Columns ``record_id``, ``title``, ``text``, such as `Run.petitions`.
    query : str
        A record id of `petitions`, or else words in any wording.
    k : int
        How many to find at most.

    Returns
    -------
    DataFrame
        ``record_id``, ``score`` (0 … 1, best first, ties by id), ``title``, ``shared``: what speaks for it.

    Examples
    --------
    >>> rows = [("a", "楼下麻将馆扰民", ""), ("b", "麻将馆深夜扰民", ""), ("c", "公交车不准点", "")]
    >>> petitions = pd.DataFrame(rows, columns=["record_id", "title", "text"])
    >>> more_like(petitions, "a")["record_id"].tolist()
    ['b']
    >>> more_like(petitions, "公交不准点")["record_id"].tolist()
    ['c']
    """
    return Lookup(petitions).more_like(query, k=k)


class Lookup:
    """Petitions kept ready for questions.

    Parameters
    ----------
    petitions : DataFrame
        Columns ``record_id``, ``title``, ``text``.
    tokens : sequence of sequences of str, optional
        Words of title and text, one a petition; cut anew where not given.
    """

    def __init__(self, petitions: pd.DataFrame, tokens: Sequence[Sequence[str]] | None = None):
        from minelib.segment import Segmenter

        self._segmenter = Segmenter()
        order = np.argsort(petitions["record_id"].to_numpy(dtype=object), kind="stable")
        self._table = petitions[["record_id", "title", "text"]].iloc[order].reset_index(drop=True)
        words = self._cut() if tokens is None else [tokens[i] for i in order]
        self._terms = term_counts(words)
        self._weights = tfidf(self._terms.counts)
        self._axes = _axes(self._weights)
        self._meaning = _unit_rows(self._weights @ self._axes)
        self._row = {r: i for i, r in enumerate(self._table["record_id"])}

    def more_like(self, query: str, *, k: int = 10) -> pd.DataFrame:
        """Find petitions like a record id or like words; see `more_like`.

        Raises
        ------
        InputError
            When the question is empty or `k` is less than 1.
        """
        if not query.strip() or k < 1:
            raise InputError("ask with a record id or some words, and for at least one petition")
        own = self._row.get(query.strip())
        question = self._weights[[own]] if own is not None else self._question(query)
        meaning = _unit_rows(question @ self._axes)[0]
        score = _SAME_WORDS * (self._weights @ question.T).toarray().ravel()
        score += (1 - _SAME_WORDS) * np.clip(self._meaning @ meaning, 0, 1)
        if own is not None:
            score[own] = 0
        return self._answer(question, score, k)

    def _cut(self) -> list[list[str]]:
        pairs = zip(self._table["title"], self._table["text"], strict=True)
        return self._segmenter.segment(f"{title}\n{text}" for title, text in pairs)

    def _question(self, query: str) -> sp.csr_matrix:
        """Weigh the question's words, each with the longer words it is part of: 公交 also asks for 公交车."""
        asked = [w for w in self._segmenter.cut(query) if is_content_word(w)]
        counts = np.zeros(len(self._terms.words))
        for word in asked:
            inside = [j for j, known in enumerate(self._terms.words) if word in known]
            counts[inside] += 1 / max(1, len(inside)) ** 0.5
        n = max(len(self._table), 1)
        idf = np.log((1 + n) / (1 + document_frequency(self._terms.counts))) + 1
        return sp.csr_matrix(_unit_rows((counts * idf)[None, :]))

    def _answer(self, question: sp.csr_matrix, score: np.ndarray, k: int) -> pd.DataFrame:
        best = [i for i in np.argsort(-score.round(6), kind="stable")[:k] if score[i] >= _UNLIKE]
        found = self._table.loc[best, ["record_id", "title"]].reset_index(drop=True)
        found.insert(1, "score", np.minimum(score[best], 1.0).round(4))
        return found.assign(shared=[self._shared(question, i) for i in best])

    def _shared(self, question: sp.csr_matrix, row: int) -> str:
        speaks = self._weights[[row]].multiply(question).tocsr()
        order = speaks.indices[np.argsort(-speaks.data, kind="stable")][:5]
        return "、".join(self._terms.words[j] for j in order)


def _axes(weights: sp.csr_matrix) -> np.ndarray:
    """Return the directions of meaning the petitions spread along (latent semantic analysis)."""
    from sklearn.utils.extmath import randomized_svd

    k = min(_DIMENSIONS, *(d - 1 for d in weights.shape)) if min(weights.shape) > 1 else 0
    if k < 1:
        return np.zeros((weights.shape[1], 1))
    return randomized_svd(weights, k, n_iter=3, random_state=0)[2].T


def _unit_rows(rows: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, length, out=np.zeros_like(rows), where=length > 1e-9)
