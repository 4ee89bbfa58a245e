"""Some rows of a large table."""

from collections.abc import Sequence

import numpy as np
import pandas as pd


def rows_of(table: pd.DataFrame, wanted: pd.Series | np.ndarray, columns: Sequence[str]) -> pd.DataFrame:
    """Return some columns of the rows wanted, as ``table.loc[wanted, columns]`` does.

    To pick a few rows pandas first makes one piece of a column of texts that is kept in several: a gigabyte is copied.

    >>> rows_of(pd.DataFrame({"a": ["x", "y"], "n": [1, 2]}), np.array([False, True]), ["n", "a"])
       n  a
    1  2  y
    """
    import pyarrow as pa

    wanted = np.asarray(wanted, dtype=bool)
    texts = [c for c in columns if table[c].dtype == "str"]
    out = table[[c for c in columns if c not in texts]].loc[wanted]
    picked = {c: pd.array(pa.array(table[c]).filter(pa.array(wanted)), dtype="str") for c in texts}
    return out.assign(**picked)[list(columns)]


def in_one_piece(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose columns of texts lie in one piece each, so that picking rows copies these rows only.

    What is read from a file comes in many pieces, and pandas joins them anew at each pick.

    >>> in_one_piece(pd.DataFrame({"a": ["x", "y"]}))["a"].tolist()
    ['x', 'y']
    """
    import pyarrow as pa

    for column in [c for c in table if table[c].dtype == "str"]:
        texts = pa.array(table[column])
        if isinstance(texts, pa.ChunkedArray) and texts.num_chunks > 1:
            table = table.assign(**{column: pd.array(texts.combine_chunks(), dtype="str")})
    return table
