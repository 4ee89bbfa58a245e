"""Who could be singled out by what the tables of a run tell: cells to hide, petitions that stand alone.

Small cells are hidden first, then partners, until no hidden small count follows from what is shown with all row and
column sums (Hundepool et al., Statistical Disclosure Control, 2012, ch. 4). That is decided exactly: the
tables which fit what is known differ by cycles through hidden cells (the transportation polytope is integral,
Schrijver 2003, ch. 21), so a count can be told if and only if no such cycle passes through it.
"""

import numpy as np
import pandas as pd

from minelib.runs import Run
from minelib.tally import of_matter

MIN_CELL = 3  # smaller cells of a place table could point at a person
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
        <NA> where a count is hidden. A zero is shown, unless only a zero can keep its neighbour hidden. All is
        hidden where that helps nothing, as in a table of one row, whose column sums are its cells.

    Examples
    --------
    >>> suppress(pd.DataFrame([[1, 4, 9], [5, 7, 8]])).fillna(-1).to_numpy().tolist()
    [[-1, -1, 9], [-1, -1, 8]]
    """
    return table.astype("Int64").mask(suppressed_cells(table.to_numpy(), least=least))


def suppressed_cells(counts: np.ndarray, *, least: int = MIN_CELL) -> np.ndarray:
    """Mark the cells of a table to hide, see `suppress`: 1 … `least` - 1, and partners.

    >>> suppressed_cells(np.array([[1, 5, 9], [4, 7, 8]])).astype(int)
    array([[1, 1, 0],
           [1, 1, 0]])
    """
    counts = np.asarray(counts)
    hidden = small = (counts > 0) & (counts < least)
    for at in np.argwhere(small):
        for floor in (
            1,
            0,
        ):  # whoever takes a hidden cell for at least 1 is kept in the dark too, where that can be
            if not _is_told(counts, hidden, at, floor):
                break
            if (partners := _partners(counts, hidden, at, floor)) is not None:
                hidden = hidden | partners
                break
        else:
            return np.ones_like(small)
    return hidden


def recoverable(counts: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """Mark the hidden cells whose count follows from the cells shown and all row and column sums.

    >>> recoverable(np.array([[1, 5], [4, 7]]), np.array([[True, True], [False, False]])).astype(int)
    array([[1, 1],
           [0, 0]])
    """
    told = np.zeros(hidden.shape, bool)
    for at in np.argwhere(hidden):
        told[tuple(at)] = _is_told(counts, hidden, at, 0)
    return told


def _is_told(counts: np.ndarray, hidden: np.ndarray, at: np.ndarray, floor: int) -> bool:
    """Tell whether a hidden cell can be neither more nor less, when hidden cells are `floor` at least."""
    (i, j), more, less = at, hidden.copy(), hidden & (counts > floor)
    can_sink = less[i, j]
    more[i, j] = less[i, j] = False  # more and less of the same cell are no change
    return not (_leads(more, less, j, i) or can_sink and _leads(less.T, more.T, i, j))


def _leads(more: np.ndarray, less: np.ndarray, column: int, row: int) -> bool:
    """Tell whether less in a column can be made up for, cell by cell, by more in a row."""
    columns = np.arange(more.shape[1]) == column
    while True:
        rows = (less & columns).any(axis=1)
        reached = columns | (more & rows[:, None]).any(axis=0)
        if (reached == columns).all():
            return bool(rows[row])
        columns = reached


def _partners(counts: np.ndarray, hidden: np.ndarray, at: np.ndarray, floor: int) -> np.ndarray | None:
    """Mark three cells that make a rectangle with a cell in which counts can be moved, or None; the smallest sum."""
    i, j = at
    beside, below = counts[i][None, :], counts[:, j][:, None]
    rises = (beside > floor) & (below > floor)
    sinks = (counts[i, j] > floor) & (counts > floor) & (beside >= floor) & (below >= floor)
    fits = rises & (counts >= floor) | sinks
    fits[i], fits[:, j] = False, False
    if not fits.any():
        return None
    shown = np.where(hidden, 0, np.where(counts == 0, counts.sum() + 1, counts))  # a zero last
    cost = shown + shown[i][None, :] + shown[:, j][:, None]
    k, l = np.unravel_index(np.where(fits, cost, np.iinfo(np.int64).max).argmin(), counts.shape)
    chosen = np.zeros_like(hidden)
    chosen[k, l] = chosen[i, l] = chosen[k, j] = True
    return chosen


def uniqueness(run: Run, *, least: int = MIN_CELL) -> dict[str, int]:
    """Count the petitions that few or none share their township, class, month and vulnerable groups with.

    These four a neighbour knows of a petitioner without reading the petition (k-anonymity, Sweeney 2002).

    Returns
    -------
    dict
        ``petitions``; ``unique``, those alone in their cell; ``below``, those in a cell under `least`;
        ``least``.
    """
    petitions, day = run.petitions, run.petitions["received_at"]
    told = {
        "township": of_matter(petitions, run.matters, "township").fillna(""),
        "class_code": petitions["class_code"],
        "month": day.dt.year * 12 + day.dt.month,  # NaN where there is none: a month like any other
        "groups": petitions["groups"],
    }
    rows = pd.DataFrame({name: pd.factorize(told[name])[0] for name in QUASI_IDENTIFIERS})
    cell = rows.groupby(list(QUASI_IDENTIFIERS)).ngroup()
    size = np.bincount(cell)[cell]
    return {
        "petitions": len(rows),
        "unique": int((size == 1).sum()),
        "below": int((size < least).sum()),
        "least": least,
    }
