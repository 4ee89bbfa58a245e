"""Copies: the same letter sent twice, or sent on by others with a line changed."""

import numpy as np

from minelib.matters.evidence import apart, dots, names_of
from minelib.matters.letters import Letters
from minelib.vectorise import Weights

NEAR_COPY = 0.6  # cosine of the words, where the titles are the same


def copy_of(letters: Letters, words: Weights) -> tuple[np.ndarray, np.ndarray]:
    """Return for each petition the first row it copies, its own where it copies none, and how like it is.

    A copy has the words of an earlier petition, marks and spaces aside; a near copy its title and most of its
    words. Letters that name different places or firms, or that the ledger files under two, are no copies, as one
    form letter may be sent about each. Linear in the number of petitions; `words` as `word_weights` gives them.
    """
    same_letter, same_title = _first_with(letters.letter), _first_with(letters.title)
    rows = np.arange(len(letters))
    again = np.flatnonzero(same_title != rows)
    alike = dots(words, again, same_title[again]) >= NEAR_COPY
    near = again[alike & ~apart(names_of(letters), again, same_title[again])]
    first = same_letter.copy()
    first[near] = np.minimum(same_letter, same_title)[near]
    while (first != first[first]).any():
        first = first[first]
    likeness, less = np.ones(len(letters)), np.flatnonzero(first != same_letter)
    likeness[less] = dots(words, less, first[less]).clip(max=1.0)
    return first, likeness


def _first_with(digests: np.ndarray) -> np.ndarray:
    """Return for each row the first that has its digest; a row of zeros stands for itself."""
    _, first, same = np.unique(digests, return_index=True, return_inverse=True)
    alone = digests == np.zeros(1, digests.dtype)
    return np.where(alone, np.arange(len(digests)), first[same])
