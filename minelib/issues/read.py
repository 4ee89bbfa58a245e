"""What one petition says by itself, read block by block: known wrongs, and its title without names."""

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import pandas as pd
import scipy.sparse as sp

from minelib.issues.spot import spot_wrongs
from minelib.issues.wrongs import Wrong
from minelib.scale import MapBlocks
from minelib.tokens import Tokens

ROWS_A_BLOCK = 4_000  # to send a block and join its result costs a little by itself


def read_heads(petitions: pd.DataFrame, order: np.ndarray, map_blocks: MapBlocks) -> Tokens:
    """Return the words of each petition's title, without names.

    Parameters
    ----------
    petitions : DataFrame
        ``title``.
    order : ndarray of int
        The rows to read.
    map_blocks : callable
        Where blocks are read; how rows are parted changes nothing.
    """
    return Tokens.joined(map_blocks(_cut_titles, _blocks(petitions[["title"]], order)))


def read_wrongs(
    petitions: pd.DataFrame, order: np.ndarray, wrongs: Sequence[Wrong], map_blocks: MapBlocks
) -> sp.csr_matrix:
    """Return how strongly each petition says each wrong; called as `read_heads`, ``text`` is read too."""
    blocks = _blocks(petitions[["title", "text"]], order)
    return sp.vstack(list(map_blocks(_spot, blocks, tuple(wrongs))), format="csr")


def _blocks(told: pd.DataFrame, order: np.ndarray) -> Iterator[pd.DataFrame]:
    starts = range(0, max(len(order), 1), ROWS_A_BLOCK)
    return (told.iloc[order[at : at + ROWS_A_BLOCK]] for at in starts)


def _cut_titles(petitions: pd.DataFrame) -> Tokens:
    from minelib.mentions import strip_all_mentions

    return Tokens.of(_cutter().segment(strip_all_mentions(petitions["title"].tolist())))


def _spot(petitions: pd.DataFrame, wrongs: tuple[Wrong, ...]) -> sp.csr_matrix:
    return spot_wrongs(petitions["title"].tolist(), petitions["text"].tolist(), wrongs)


@cache
def _cutter():
    """Return the segmenter of this process: its dictionary takes a while to load."""
    from minelib.segment import Segmenter

    return Segmenter()
