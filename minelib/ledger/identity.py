"""Record ids: the ledger's own number where it is one petition's alone, else made from what the row says.

Nothing here looks at the order of rows: the same rows get the same ids, sorted or cut in blocks as they may.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b

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


@dataclass
class Identities:
    """Gives ids after seeing every row once: `survey` all blocks, then `assign` all blocks.

    A number used by one petition is its id. Rows of the same number that say the same (title, text,
    petitioner, date) are one petition: the fullest is kept. Where one number stands for different petitions
    each gets the number and a digest. Rows without a number get a digest, identical ones a running suffix.
    """

    _numbers: list = field(default_factory=list)
    _unnumbered: Counter = field(default_factory=Counter)
    _repeated: np.ndarray | None = None
    _members: dict = field(default_factory=dict)
    _given: Counter = field(default_factory=Counter)

    def survey(self, petitions: pd.DataFrame) -> None:
        """First pass: note which numbers the block uses, and what its rows without a number say."""
        hashes, numbered = _hashes(petitions)
        self._numbers.append(hashes[numbered])
        if not numbered.all():
            self._unnumbered.update(_core(petitions[~numbered]))

    @property
    def needs_members(self) -> bool:
        """Whether a number repeats, so that `survey_members` must see every block too."""
        self._finish()
        return bool(len(self._repeated)) or any(n > 1 for n in self._unnumbered.values())

    def survey_members(self, petitions: pd.DataFrame) -> None:
        """Second pass, where numbers repeat: note which petitions share a number."""
        keyed, keys = self._shared(petitions)
        for key, core, rank in zip(keys, _core(keyed), _rank(keyed), strict=True):
            self._members.setdefault(key, {}).setdefault(core, Counter())[rank] += 1

    def assign(self, petitions: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
        """Return the block with its ids, and a mask of the rows that only repeat another."""
        self._finish()
        ids = petitions["record_id"].to_numpy(dtype=object, copy=True)
        repeats = np.zeros(len(ids), dtype=bool)
        hashes, numbered = _hashes(petitions)
        single = ~numbered
        if single.any():
            ids[single] = [f"C{core:016x}" for core in _core(petitions[single])]
        keyed, keys = self._shared(petitions)
        spots = petitions.index.get_indexer(keyed.index)
        for spot, key, core, rank in zip(spots, keys, _core(keyed), _rank(keyed), strict=True):
            name, repeats[spot] = self._place(key, core, rank)
            ids[spot] = f"{ids[spot]}{name}"
        return petitions.assign(record_id=pd.Series(ids, index=petitions.index).astype(str)), repeats

    def _place(self, key: tuple, core: int, rank: int) -> tuple[str, bool]:
        """Return what is added to the id of a row that shares its key, and whether it repeats another."""
        cores = self._members[key]
        nth = self._given[key, core, rank]
        self._given[key, core, rank] += 1
        if key[0] == "number":
            name = f"-{core:016x}"[:9] if len(cores) > 1 else ""
            return name, rank != max(cores[core]) or nth > 0
        before = sum(n for other, n in cores[core].items() if other > rank) + nth
        return (f"-{before + 1}" if before else ""), False

    def _shared(self, petitions: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple]]:
        """Return the rows whose number or content is not theirs alone, with the key they share."""
        hashes, numbered = _hashes(petitions)
        shared = numbered & np.isin(hashes, self._repeated)
        keys = [("number", int(h)) for h in hashes]
        for spot in np.flatnonzero(~numbered) if any(n > 1 for n in self._unnumbered.values()) else ():
            core = _core(petitions.iloc[[spot]])[0]
            keys[spot] = ("content", core)
            shared[spot] = self._unnumbered[core] > 1
        return petitions[shared], [keys[i] for i in np.flatnonzero(shared)]

    def _finish(self) -> None:
        if self._repeated is None:
            numbers = np.concatenate([*self._numbers, np.empty(0, np.uint64)])
            every, counts = np.unique(numbers, return_counts=True)
            self._repeated = every[counts > 1]
            self._numbers.clear()


def _hashes(petitions: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    numbers = petitions["record_id"].to_numpy(dtype=object)
    return pd.util.hash_array(numbers, categorize=False), numbers != ""
