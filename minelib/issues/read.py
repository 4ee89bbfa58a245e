"""What one petition says by itself, read block by block: known wrongs, and its title without names."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd
import scipy.sparse as sp

from minelib.issues.spot import spot_wrongs
from minelib.issues.wrongs import Wrong
from minelib.scale import MapBlocks
from minelib.tokens import Tokens

_BLOCK_ROWS = 4_000  # to send a block and join its result costs a little by itself


def read_petitions(
    petitions: pd.DataFrame, order: np.ndarray, wrongs: Sequence[Wrong], map_blocks: MapBlocks
) -> tuple[sp.csr_matrix, Tokens]:
    """Return how strongly each petition says each wrong, and the words of its title without names.

    Parameters
    ----------
    petitions : DataFrame
        ``title``, ``text``.
    order : ndarray of int
        The rows to read.
    map_blocks : callable
        Where blocks are read; how rows are parted changes nothing.
    """
    told = petitions[["title", "text"]]
    starts = range(0, max(len(order), 1), _BLOCK_ROWS)
    blocks = (told.iloc[order[at : at + _BLOCK_ROWS]] for at in starts)
    scores, heads = zip(*map_blocks(read_block, blocks, tuple(wrongs)), strict=True)
    return sp.vstack(scores, format="csr"), Tokens.joined(heads)


def read_block(petitions: pd.DataFrame, wrongs: tuple[Wrong, ...]) -> tuple[sp.csr_matrix, Tokens]:
    """Read some petitions; see `read_petitions`."""
    from minelib.mentions import strip_mentions

    titles = petitions["title"].tolist()
    score = spot_wrongs(titles, petitions["text"].tolist(), wrongs)
    return score, Tokens.of(_cutter().segment(map(strip_mentions, titles)))


@cache
def _cutter():
    """Return the segmenter of this process: its dictionary takes a while to load."""
    from minelib.segment import Segmenter

    return Segmenter()
