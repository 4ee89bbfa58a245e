"""Some rows of a large table."""

from collections.abc import Callable, Collection, Sequence

import numpy as np
import pandas as pd

_ROWS_ASKED = 20_000  # at a time: a few megabytes of text, for which the memory of those before is used again


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


def ask(texts: pd.Series, wanted: np.ndarray, question: Callable) -> np.ndarray:
    """Return what an Arrow function says of each text wanted, in order; they are not copied all at once.

    >>> import pyarrow.compute as pc
    >>> ask(pd.Series(["a", "bcd", "ef"]), np.array([True, False, True]), pc.utf8_length).tolist()
    [1, 2]
    """
    import pyarrow as pa

    column, answers = _texts(texts), []
    for at in range(0, max(len(column), 1), _ROWS_ASKED):
        some = column.slice(at, _ROWS_ASKED).filter(pa.array(wanted[at : at + _ROWS_ASKED]))
        answers.append(question(some).to_numpy())
    return np.concatenate(answers)


def ascends(column: pd.Series) -> bool:
    """Tell whether each text is the one before it or comes after it, as ``column.is_monotonic_increasing`` does.

    pandas makes an object of Python of each text first.

    >>> ascends(pd.Series(["a", "b", "b"])), ascends(pd.Series(["b", "a"]))
    (True, False)
    """
    import pyarrow.compute as pc

    texts = _one_array(column)
    return bool(pc.all(pc.less_equal(texts[:-1], texts[1:]), skip_nulls=False, min_count=0).as_py())


def among(column: pd.Series, values: Collection[str]) -> np.ndarray:
    """Tell which texts of a column are among some values, as ``column.isin(values)`` does.

    pandas makes an object of Python of each value first.

    >>> among(pd.Series(["a", None, "b"]), ["b", "c"]).tolist()
    [False, False, True]
    """
    import pyarrow.compute as pc

    return pc.is_in(_texts(column), value_set=_one_array(values), skip_nulls=True).to_numpy()


def position_in(values: pd.Series, keys: pd.Series) -> np.ndarray:
    """Return where each text stands among others, -1 where it does not.

    >>> position_in(pd.Series(["b", "c", None]), pd.Series(["a", "b"])).tolist()
    [1, -1, -1]
    """
    import pyarrow.compute as pc

    found = pc.index_in(_texts(values), value_set=_one_array(keys), skip_nulls=True)
    return found.fill_null(-1).to_numpy()


def _one_array(texts: Collection[str]):
    import pyarrow as pa

    array = _texts(texts)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _texts(texts: Collection[str]):
    import pyarrow as pa

    told = list(texts) if isinstance(texts, set | frozenset) else texts
    array = pa.array(told, type=pa.large_string(), from_pandas=True)
    # of many pieces each is looked up by itself
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])
