"""What each petition says in a few numbers: made once, and kept for the next month, which need not read it again."""

import pandas as pd

from minelib.gate.marks import digests
from minelib.scale import Engine, Here, blocks_of
from minelib.schema import PETITION
from minelib.screen import MARKED, mark_letters

_SUMMED = [c for c in PETITION if c != "row"]
_READ = list(dict.fromkeys([*_SUMMED, *MARKED, "issue_id"]))


def letters(petitions: pd.DataFrame, engine: Engine | None = None) -> pd.DataFrame:
    """Read each petition once.

    Returns
    -------
    DataFrame
        A row a petition, in the same order: ``row``, ``title`` and ``text``, digests (uint64) of all the ledger says
        of it, which stands for the petition in the manifest, and of two of its cells as the leak gate remembers them;
        `screen.mark_letters` of those that belong to an issue, NaN for the others.
    """
    engine = engine or Here()
    blocks = engine.map(_read_block, blocks_of(petitions[_READ], engine.block_rows))
    return pd.concat(list(blocks), ignore_index=True)


def _read_block(petitions: pd.DataFrame) -> pd.DataFrame:
    made = {column: digests(petitions[column].tolist()) for column in ("title", "text")}
    row = pd.util.hash_pandas_object(petitions[_SUMMED], index=False)
    table = pd.DataFrame({"row": row, **made}, index=petitions.index)
    return table.join(mark_letters(petitions[petitions["issue_id"].notna()]))
