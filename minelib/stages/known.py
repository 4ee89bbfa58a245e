"""What a finished run keeps beside its tables for the next month: what the leak gate read in which of their files."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from minelib.runs import (
    Run,
    StageStore,
    digest,
    file_digests,
    library_versions,
    parquet_parts,
    program_digest,
    table_path,
)
from minelib.tables import Earlier

# Tables that grow with the ledger; the others are made anew each time.
PARTED = ("petitions", "matters", "links")
_NAME = "known"


@dataclass(frozen=True)
class Known:
    """What is known of the tables of a finished run, as long as their files are what they were.

    Attributes
    ----------
    files : dict
        Name in the run folder → path, of the files that the leak gate has read and that are what they were then.
    letters : DataFrame
        See `stages.letters`, by the rows of the petitions' files.
    sure : dict
        Table → ndarray of bool: whether a row stands in a file that the leak gate has read.
    own : ndarray
        See `gate.own_numbers`: their digests.
    earlier : dict
        Table → `tables.Earlier`.
    """

    files: dict[str, Path]
    letters: pd.DataFrame
    sure: dict[str, np.ndarray]
    own: np.ndarray
    earlier: dict[str, Earlier]


def keep_known(run: Run, folder: Path, letters: pd.DataFrame, own: np.ndarray) -> None:
    """Keep what the next month can use of a run that has just been written to a folder."""
    paths = [part for name in PARTED for part in parquet_parts(folder / table_path(name))]
    files = pd.DataFrame({"sha256": file_digests(paths)})
    key, store = _key(run), StageStore(folder)
    kept = store.get(_NAME, key)
    if kept is None or not kept["files"].equals(files):
        store.put(_NAME, key, {"files": files, "letters": letters, "own": pd.DataFrame({"digest": own})})


def known_of(run: Run, folder: Path) -> Known | None:
    """Return what is known of a run as it was read from its folder (`runs.read_run`), or None.

    Another program or library may see more in a text, and so does one that is not told to let a name stand: what such
    a run has read does not count.
    """
    made = run.manifest
    same = made["program"] == program_digest() and made["libraries"] == library_versions()
    kept = StageStore(folder).get(_NAME, _key(run)) if same else None
    if kept is None or made["config"]["redact"]["keep_names"]:
        return None
    read, letters = set(kept["files"]["sha256"]), kept["letters"]
    if len(letters) != len(run.petitions):
        return None
    earlier = {n: Earlier(parquet_parts(folder / table_path(n)), getattr(run, n)) for n in PARTED}
    paths = [path for table in earlier.values() for path in table.files]
    digests = zip(paths, file_digests(paths), strict=True)
    files = {path.relative_to(folder).as_posix(): path for path, digest in digests if digest in read}
    sure = {
        name: np.concatenate([np.full(n, path in files.values()) for path, n in table.sizes()])
        for name, table in earlier.items()
    }
    return Known(files, letters, sure, kept["own"]["digest"].to_numpy(), earlier)


def _key(run: Run) -> str:
    return digest(run.manifest["program"], run.manifest["petitions"])
