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
