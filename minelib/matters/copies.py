"""Copies: the same letter sent twice, or sent on by others with a line changed."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
import scipy.sparse as sp

from minelib.matters.evidence import NO_NAME, dots, text_column
from minelib.mentions import Mention

NEAR_COPY = 0.6  # cosine of the words, where the titles are the same
_MIN_TITLE = 6  # characters of a title that can tell a copy
_NOT_WORD = re.compile(r"\W+")


def copy_of(
    petitions: pd.DataFrame, words: sp.csr_matrix, mentions: Sequence[Sequence[Mention]]
) -> tuple[np.ndarray, np.ndarray]:
    """Return for each petition the first row it copies, its own where it copies none, and how like it is.

    A copy has the words of an earlier petition, marks and spaces aside; a near copy its title and most of its
    words. Letters that name different places or firms, or that the ledger files under two, are no copies, as one
    form letter may be sent about each. Linear in the number of petitions; `words` as `word_weights` gives them.
    """
    said = [text_column(petitions, c) for c in ("title", "text", "place", "respondent")]
    plain = ([_NOT_WORD.sub("", cell) for cell in column] for column in said)
    keys = list(zip(*plain, strict=True))
    same_letter = _first_with([key if key[1] else None for key in keys])
    same_title = _first_with([(key[0], *key[2:]) if len(key[0]) >= _MIN_TITLE else None for key in keys])
    rows = np.arange(len(keys))
    near = (dots(words, rows, same_title) >= NEAR_COPY) & (same_title != rows)
    for i in np.flatnonzero(near):
        near[i] = not _elsewhere(mentions[i], mentions[same_title[i]])
    first = np.where(near, np.minimum(same_letter, same_title), same_letter)
    while (first != first[first]).any():
        first = first[first]
    likeness = np.where(first == same_letter, 1.0, dots(words, rows, first).clip(max=1.0))
    return first, likeness


def _elsewhere(one: Sequence[Mention], other: Sequence[Mention]) -> bool:
    """Tell whether two letters both name a place or respondent, and none in common."""
    names = [{m.name for m in found if m.kind not in NO_NAME} for found in (one, other)]
    return all(names) and names[0].isdisjoint(names[1])


def _first_with(keys: list[tuple[str, ...] | None]) -> np.ndarray:
    """Return for each key the first row that has it; a row without a key stands for itself."""
    seen: dict[tuple[str, ...], int] = {}
    rows = [i if key is None else seen.setdefault(key, i) for i, key in enumerate(keys)]
    return np.array(rows, dtype=np.int64)
