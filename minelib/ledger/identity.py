"""Record ids: the ledger's own number where it is one petition's alone, else made from what the row says.

Nothing here looks at the order of rows: the same rows get the same ids, sorted or cut in blocks as they may.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain

import numpy as np
import pandas as pd

_CORE = ("title", "text", "petitioner", "received_at")
_WHERE = ("record_id", "source", "sheet", "row")
_SPACE = re.compile(r"\s+")


def _digest(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def _columns(petitions: pd.DataFrame, names: Iterable[str]) -> list[list[str]]:
    return [petitions[n].astype("string").fillna("").tolist() for n in names]


def _core(petitions: pd.DataFrame) -> list[int]:
    rows = zip(*_columns(petitions, _CORE), strict=True)
    return [_digest(_SPACE.sub("", "\x1f".join(row))) for row in rows]


def _rank(petitions: pd.DataFrame) -> list[int]:
    """Return a number by which rows of one petition are ordered: fuller rows are larger, then by content."""
    rows = zip(*_columns(petitions, [c for c in petitions if c not in _WHERE]), strict=True)
    return [(sum(map(bool, row)) << 64) + _digest("\x1f".join(row)) for row in rows]


@dataclass(frozen=True)
class Noted:
    """What `Identities` must know of a block: digests of its rows' numbers, and of what rows without one say."""

    numbers: np.ndarray
    contents: list[int]


def note(petitions: pd.DataFrame) -> Noted:
    """First pass over a block: see which numbers it uses, and what its rows without a number say."""
    hashes, numbered = _hashes(petitions)
    return Noted(hashes[numbered], [] if numbered.all() else _core(petitions[~numbered]))


@dataclass(frozen=True)
class Shared:
    """Digests of the numbers, and of what rows without one say, that more than one row has."""

    numbers: np.ndarray
    contents: frozenset[int]

    def __bool__(self) -> bool:
        return bool(len(self.numbers) or self.contents)


Member = tuple[int, tuple, int, int]  # row of its block, what it shares, what it says, how full it is
# Row of a block -> what is added to its id, whether it only repeats another.
Places = dict[int, tuple[str, bool]]


def note_shared(petitions: pd.DataFrame, shared: Shared) -> list[Member]:
    """Second pass over a block, where numbers repeat: see which of its rows share their number or content."""
    hashes, numbered = _hashes(petitions)
    keys = {
        int(i): ("number", int(hashes[i])) for i in np.flatnonzero(numbered & np.isin(hashes, shared.numbers))
    }
    single = np.flatnonzero(~numbered) if shared.contents else ()
    contents = _core(petitions.iloc[single]) if len(single) else []
    keys |= {int(i): ("content", c) for i, c in zip(single, contents, strict=True) if c in shared.contents}
    spots = sorted(keys)
    rows = petitions.iloc[spots]
    return [(i, keys[i], c, r) for i, c, r in zip(spots, _core(rows), _rank(rows), strict=True)]


class Identities:
    """Decides on ids after every block was seen once (`note`), twice where numbers repeat (`note_shared`).

    A number used by one petition is its id. Rows of the same number that say the same (title, text,
    petitioner, date) are one petition: the fullest is kept. Where one number stands for different petitions
    each gets the number and a digest. Rows without a number get a digest, identical ones a running suffix.

    Parameters
    ----------
    noted : iterable of Noted
        Of all blocks.
    """

    def __init__(self, noted: Iterable[Noted]):
        noted = list(noted)
        numbers = np.concatenate([*(n.numbers for n in noted), np.empty(0, np.uint64)])
        every, counts = np.unique(numbers, return_counts=True)
        said = Counter(content for n in noted for content in n.contents)
        self.shared = Shared(every[counts > 1], frozenset(c for c, n in said.items() if n > 1))

    def places(self, blocks: Sequence[list[Member]]) -> list[Places]:
        """Return for each block what becomes of the rows that share their number or content."""
        members: dict[tuple, dict[int, Counter]] = {}
        for _, key, core, rank in chain.from_iterable(blocks):
            members.setdefault(key, {}).setdefault(core, Counter())[rank] += 1
        given: Counter = Counter()
        return [
            {spot: _place(key, core, rank, members[key], given) for spot, key, core, rank in block}
            for block in blocks
        ]


def _place(key: tuple, core: int, rank: int, cores: dict[int, Counter], given: Counter) -> tuple[str, bool]:
    """Return what is added to the id of a row that shares its key, and whether it repeats another."""
    nth = given[key, core, rank]
    given[key, core, rank] += 1
    if key[0] == "number":
        name = f"-{core:016x}"[:9] if len(cores) > 1 else ""
        return name, rank != max(cores[core]) or nth > 0
    before = sum(n for other, n in cores[core].items() if other > rank) + nth
    return (f"-{before + 1}" if before else ""), False


def identify(petitions: pd.DataFrame, places: Places) -> tuple[pd.DataFrame, np.ndarray]:
    """Return a block with its ids, and a mask of the rows that only repeat another."""
    ids = petitions["record_id"].to_numpy(dtype=object, copy=True)
    single = ids == ""
    if single.any():
        ids[single] = [f"C{core:016x}" for core in _core(petitions[single])]
    repeats = np.zeros(len(ids), dtype=bool)
    for spot, (name, repeat) in places.items():
        ids[spot], repeats[spot] = f"{ids[spot]}{name}", repeat
    return petitions.assign(record_id=pd.Series(ids, index=petitions.index).astype(str)), repeats


def _hashes(petitions: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    numbers = petitions["record_id"].to_numpy(dtype=object)
    return pd.util.hash_array(numbers, categorize=False), numbers != ""
