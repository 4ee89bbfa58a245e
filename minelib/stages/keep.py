"""Where redacted petitions are put while a ledger is read: in memory, or on the disk by the workers themselves."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from minelib.scale import Engine, Piece, sort_parts, write_part

PART_ROWS = 40_000  # of a part: little enough for any worker, and blocks of later steps do not cross parts


class InMemory:
    """Blocks come back and are put in order here."""

    def begin(self) -> None:
        """Make ready for blocks."""

    def put(self, n: int, petitions: pd.DataFrame) -> pd.DataFrame:
        """Take block `n`; return what `sorted` needs of it."""
        return petitions

    def sorted(self, made: Sequence[pd.DataFrame], engine: Engine) -> pd.DataFrame:
        """Return the petitions of all blocks by `record_id`."""
        return pd.concat(made).sort_values("record_id", ignore_index=True)


@dataclass(frozen=True)
class OnDisk:
    """Workers write their blocks into a folder, each by itself in order, and then the parts of the whole.

    Only what is redacted for good comes here: nothing that was found anywhere in the ledger stands in it any more.
    """

    folder: Path

    def begin(self) -> None:
        """Make the folders, without what a killed run left in them."""
        for folder in (self.folder, self._blocks):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)

    def put(self, n: int, petitions: pd.DataFrame) -> pd.Series:
        """Write block `n` by `record_id`; return these."""
        import pyarrow as pa

        petitions = petitions.sort_values("record_id", ignore_index=True)
        write_part(pa.Table.from_pandas(petitions, preserve_index=False), self._block(n))
        return petitions["record_id"]

    def sorted(self, made: Sequence[pd.Series], engine: Engine) -> Path:
        """Let workers write the parts of the whole, each from the stretches of blocks it is made of."""
        wanted = [
            (n, [Piece(self._block(block), start, stop) for block, start, stop in stretches])
            for n, stretches in enumerate(sort_parts(made, PART_ROWS))
        ]
        for _ in engine.map(_write_sorted, wanted, self.folder):
            pass
        shutil.rmtree(self._blocks)
        for half in self.folder.glob(".*"):
            half.unlink()
        return self.folder

    @property
    def _blocks(self) -> Path:
        return self.folder.with_suffix(".blocks")

    def _block(self, n: int) -> Path:
        return self._blocks / f"{n:06d}.parquet"


def _write_sorted(wanted: tuple[int, list[Piece]], folder: Path) -> None:
    import pyarrow as pa

    n, pieces = wanted
    rows = pa.concat_tables([piece.arrow() for piece in pieces]).sort_by("record_id")
    write_part(rows, folder / f"part-{n:05d}.parquet")
