"""What was masked, kept as keyed digests: a later run can look for it, and no one can read it.

Raw surfaces live in memory only (`Surfaces`). When a run is taken up again its ledger is not read anew, yet
what leaves has to be searched for what was masked. So a run keeps a keyed digest (BLAKE2b, RFC 7693) of each
surface: whoever has the key can test a guess, as with the masks themselves; whoever has not learns nothing
but how many there are, of what kind and how long.
"""

from collections.abc import Iterator, Sequence
from hashlib import blake2b

import numpy as np
import pandas as pd

from minelib.redact.names import after_bits
from minelib.redact.spans import Span
from minelib.redact.surfaces import Surfaces, heads, places

_HEAD = 3
_BITS, _CODE = 21, (1 << 21) - 1  # of one code point
COLUMNS = ("head", "length", "kind", "digest")


def seal(surfaces: Surfaces, key: bytes) -> pd.DataFrame:
    """Write surfaces as keyed digests, sorted, one row each; columns `COLUMNS`.

    >>> seal(Surfaces({("13800138000", "PHONE")}), b"k" * 16)[["length", "kind"]].to_dict("records")
    [{'length': 11, 'kind': 'PHONE'}]
    """
    rows = [(_seal(s[:_HEAD], key), len(s), kind, _seal(s, key)) for s, kind in surfaces]
    return pd.DataFrame(sorted(rows), columns=list(COLUMNS)).astype({"length": "int64"})


def _seal(text: str, key: bytes) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), key=key[:64], digest_size=10).hexdigest()


class Sealed:
    """Masked strings to look for, known by digest only.

    Parameters
    ----------
    table : DataFrame
        From `seal`.
    key : bytes
        The key they were sealed with.

    Examples
    --------
    >>> key = b"a secret of 16 b"
    >>> sealed = Sealed(seal(Surfaces({("张小芳", "NAME")}), key), key)
    >>> sealed.find("张小芳路过"), sealed.find("张小芳中路")
    ([Span(start=0, end=3, kind='NAME', keep=0)], [])
    """

    def __init__(self, table: pd.DataFrame, key: bytes):
        self._key = key
        self._by_head: dict[str, dict[tuple[int, str], str]] = {}
        for row in table.itertuples(index=False):
            self._by_head.setdefault(row.head, {})[row.length, row.digest] = row.kind
        # Whether a masked string begins with three characters, by these as one number (see `heads`).
        self._begun: dict[int, bool] = {}

    def __len__(self) -> int:
        return sum(map(len, self._by_head.values()))

    def lacking(self, surfaces: Surfaces) -> Surfaces:
        """Return those of some surfaces that are not among these.

        >>> key, both = b"a secret of 16 b", Surfaces({("张小芳", "NAME"), ("李建国", "NAME")})
        >>> list(Sealed(seal(Surfaces({("张小芳", "NAME")}), key), key).lacking(both))
        [('李建国', 'NAME')]
        """
        return Surfaces(pair for pair in surfaces if not self._holds(*pair))

    def _holds(self, surface: str, kind: str) -> bool:
        begun = self._by_head.get(_seal(surface[:_HEAD], self._key), {})
        return begun.get((len(surface), _seal(surface, self._key))) == kind

    def find(self, text: str) -> list[Span]:
        """Find what was masked, as `Surfaces.find` does."""
        return self.find_many([text])[0]

    def find_many(self, texts: Sequence[str]) -> list[list[Span]]:
        """Find what was masked in many texts, as `Surfaces.find_many` does."""
        found: list[list[Span]] = [[] for _ in texts]
        for i, start in places(texts, self._starts) if self._by_head else ():
            head = _seal(texts[i][start : start + _HEAD], self._key)
            found[i].extend(self._from(texts[i], start, self._by_head.get(head, {})))
        return found

    def _starts(self, codes: np.ndarray) -> np.ndarray:
        numbers, which = np.unique(heads(codes, np.arange(len(codes) - _HEAD + 1)), return_inverse=True)
        self._look_at(np.array([n for n in numbers.tolist() if n not in self._begun], numbers.dtype))
        return np.flatnonzero(np.fromiter(map(self._begun.get, numbers.tolist()), bool, len(numbers))[which])

    def _look_at(self, numbers: np.ndarray) -> None:
        """Remember of each three characters whether a masked string begins with them."""
        codes = numbers[:, None] >> np.array([2 * _BITS, _BITS, 0], numbers.dtype) & _CODE
        text = codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
        for at, number in enumerate(numbers.tolist()):
            head = text[_HEAD * at : _HEAD * (at + 1)]
            self._begun[number] = _seal(head, self._key) in self._by_head

    def _from(self, text: str, start: int, surfaces: dict[tuple[int, str], str]) -> Iterator[Span]:
        for length in sorted({length for length, _ in surfaces}):
            end = start + length
            kind = surfaces.get((length, _seal(text[start:end], self._key))) if end <= len(text) else None
            if kind and (kind != "NAME" or after_bits(text, end) > -8):
                yield Span(start, end, kind)
