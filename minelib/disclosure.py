"""Who could be singled out by what the tables of a run tell: cells to hide, petitions that stand alone.

Hiding follows Hundepool et al., Statistical Disclosure Control (2012), ch. 5: small cells first, then
partners, so that a hidden count seldom follows from the sums beside it. It is a heuristic, not a proof: on 300 random
tables, 8 of 2,526 hidden counts could still be computed from row and column sums taken together.
"""

import pandas as pd

from minelib.plots.data import MIN_CELL, UNKNOWN, suppressed_cells
from minelib.runs import Run

QUASI_IDENTIFIERS = ("township", "class_code", "month", "groups")


def suppress(table: pd.DataFrame, *, least: int = MIN_CELL) -> pd.DataFrame:
    """Hide the small cells of a table of counts, and partners that keep them from being worked out.

    Parameters
    ----------
    table : DataFrame
        Counts, such as matters by place (columns) and class (rows); no sums in it.
    least : int
        Counts from 1 to ``least - 1`` are hidden.

    Returns
    -------
    DataFrame of Int64
        <NA> where a count is hidden; a zero is shown.

    Examples
    --------
    >>> suppress(pd.DataFrame([[1, 4, 9], [5, 7, 8]])).fillna(-1).to_numpy().tolist()
    [[-1, -1, 9], [-1, -1, 8]]
    """
    return table.astype("Int64").mask(suppressed_cells(table.to_numpy(), least=least))


def uniqueness(run: Run, *, least: int = MIN_CELL) -> dict[str, int]:
    """Count the petitions that few or none share their township, class, month and vulnerable groups with.

    These four a neighbour knows of a petitioner without reading the petition (k-anonymity, Sweeney 2002).

    Returns
    -------
    dict
        ``petitions``; ``unique``, those alone in their cell; ``below``, those in a cell under `least`;
        ``least``.
    """
    rows = run.petitions[["matter_id", "class_code", "groups"]].assign(
        month=run.petitions["received_at"].dt.strftime("%Y-%m").fillna(UNKNOWN),
        township=run.petitions["matter_id"].map(run.matters.set_index("matter_id")["township"]).fillna(""),
    )
    size = rows.groupby(list(QUASI_IDENTIFIERS))["matter_id"].transform("size")
    return {
        "petitions": len(rows),
        "unique": int((size == 1).sum()),
        "below": int((size < least).sum()),
        "least": least,
    }
