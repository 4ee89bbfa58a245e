"""Look numbers up among many, where most of those asked for are none of them."""

import numpy as np

# Of the table's bytes so many stand for each key, so that few numbers fall where a key does.
_ROOM = 16
# Odd, its bits spread evenly: D. Knuth, "The Art of Computer Programming", vol. 3, 6.4, multiplicative hashing.
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


class Keys:
    """Numbers to be found again; what cannot be one of them is passed over by one look into a table.

    Parameters
    ----------
    keys : ndarray of uint64
        Each once.

    Examples
    --------
    >>> keys = Keys(np.array([70, 30], np.uint64))
    >>> [x.tolist() for x in keys.find(np.array([30, 50, 70], np.uint64))]
    [[0, 2], [1, 0]]
    """

    def __init__(self, keys: np.ndarray):
        self._order = np.argsort(keys)
        self._sorted = keys[self._order]
        bits = (_ROOM * len(keys)).bit_length() + 1
        self._shift = np.uint64(64 - bits)
        self._likely = np.zeros(1 << bits, bool)
        self._likely[self._bucket(keys)] = True

    def find(self, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return where in `asked` a key stands, and its place among the keys as they were given."""
        at = np.flatnonzero(self._likely[self._bucket(asked)])
        slot = np.minimum(np.searchsorted(self._sorted, asked[at]), len(self._sorted) - 1)
        same = self._sorted[slot] == asked[at]
        return at[same], self._order[slot[same]]

    def _bucket(self, numbers: np.ndarray) -> np.ndarray:
        return ((numbers * _SPREAD) >> self._shift).astype(np.intp)
