"""Matters and issues of a run to which rows were added: only what the new rows touch is counted anew."""

import numpy as np
import pandas as pd

from minelib.issues.gather import most_common
from minelib.runs import Run
from minelib.scale import among, ask, position_in, rows_of
from minelib.schema import ISSUE, MATTER, frame
from minelib.tally import matter_table, of_matter, petitioner_keys
from minelib.trends import DAYS, counted_dates

_SUMMED = ["record_id", "matter_id", "issue_id", "class_code", "petitioner_id", "n_people", *DAYS]
NAMED = {"named_place": "place", "named_respondent": "respondent", "township": "township"}


def matters_of(
    whole: pd.DataFrame, named: pd.DataFrame, old: pd.DataFrame, changed: np.ndarray
) -> pd.DataFrame:
    """Sum up by matter.

    Parameters
    ----------
    whole : DataFrame
        See `schema.RUN_PETITION`.
    named : DataFrame
        By `record_id`, what petitions name; others are called as their matter was.
    old : DataFrame
        Matters before.
    changed : ndarray of bool
        Which petitions may be others than they were; matters without any stay as they are.

    Returns
    -------
    DataFrame
        `schema.MATTER`: the old ones as they stand, and after them the new ones.
    """
    import pyarrow.compute as pc

    unplaced = old.loc[old["issue_id"].isna(), "matter_id"]
    late = whole["issue_id"].notna() & among(whole["matter_id"], unplaced)
    touched = pd.Series(whole.loc[changed | late, "matter_id"].unique())
    theirs = among(whole["matter_id"], touched)
    rows = rows_of(whole, theirs, _SUMMED)
    length = ask(whole["text"], theirs, pc.utf8_length)
    table = matter_table(rows.assign(length=length, **_sites(rows, named, old)))
    told = most_common(rows["issue_id"].dropna(), rows["matter_id"])
    kept = old.set_index("matter_id")["issue_id"].dropna()
    had, tells = (table["matter_id"].map(by).astype("str") for by in (kept, told))  # also where none has any
    issue = had.fillna(tells)
    table = frame(table.assign(issue_id=issue), MATTER).assign(issue_id=issue.astype("str"))
    return _in_place(old.astype({"issue_id": "str"}), table)


def _in_place(old: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return the old matters, those of `table` in their places, and new ones after them."""
    at = position_in(table["matter_id"], old["matter_id"])
    stays = np.ones(len(old), bool)
    stays[at[at >= 0]] = False
    place = np.concatenate([np.flatnonzero(stays), np.where(at < 0, len(old), at)])
    whole = pd.concat([p for p in (old[stays], table) if len(p)] or [old], ignore_index=True)
    return whole.iloc[np.argsort(place, kind="stable")].reset_index(drop=True)


def _sites(rows: pd.DataFrame, named: pd.DataFrame, matters: pd.DataFrame) -> dict[str, pd.Series]:
    """Return what each petition names, or its matter did."""
    at = position_in(rows["record_id"], named.index.to_series())
    return {
        column: named[column].reset_index(drop=True).reindex(at).set_axis(rows.index)
        .fillna(of_matter(rows, matters, of)).fillna("")
        for column, of in NAMED.items()
    }  # fmt: skip


def issues_of(whole: pd.DataFrame, named: pd.DataFrame, before: Run, new: pd.DataFrame) -> pd.DataFrame:
    """Return old issues under their names and new ones, all counted anew."""
    table = pd.concat([before.issues, new[~new["issue_id"].isin(before.issues["issue_id"])]])[list(ISSUE)]
    rows = whole.loc[whole["issue_id"].notna(), _SUMMED]
    distinct = {
        "n_matters": rows["matter_id"],
        "n_petitioners": petitioner_keys(rows),
        "n_places": (sites := _sites(rows, named, before.matters))["named_place"],
        "n_respondents": sites["named_respondent"],
    }
    code, ids = pd.factorize(rows["issue_id"])
    days = counted_dates(rows).groupby(code)
    counts = {name: _distinct(code, values, len(ids)) for name, values in distinct.items()}
    counts |= {
        "n_petitions": np.bincount(code, minlength=len(ids)),
        "first_at": days.min(),
        "last_at": days.max(),
    }
    counts = pd.DataFrame(counts).set_axis(pd.Index(ids, name="issue_id"))
    table = table.set_index("issue_id").drop(columns=list(counts)).join(counts, how="inner").reset_index()
    table["exemplars"] = _exemplars(table, rows)
    return frame(
        table.sort_values(["n_matters", "issue_id"], ascending=[False, True], ignore_index=True), ISSUE
    )


def _distinct(group: np.ndarray, values: pd.Series, n_groups: int) -> np.ndarray:
    """Count the different values of each group, "" left aside."""
    code, _ = pd.factorize(values.where(values.ne("")))
    pairs = pd.DataFrame({"group": group, "code": code})[code >= 0].drop_duplicates()
    return np.bincount(pairs["group"], minlength=n_groups)


def _exemplars(table: pd.DataFrame, rows: pd.DataFrame) -> list[str]:
    """Return the exemplars that are still in their issue; of one that has lost all, its first petition."""
    ids = table["exemplars"].str.split()
    some = rows[among(rows["record_id"], ids.explode())]
    issue = dict(zip(some["record_id"], some["issue_id"], strict=True))
    return [
        " ".join(r for r in told if issue.get(r) == i) or rows.loc[rows["issue_id"].eq(i), "record_id"].min()
        for i, told in zip(table["issue_id"], ids, strict=True)
    ]
