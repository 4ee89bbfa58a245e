"""Count what the practice counts: 件次 (petitions), 人次 (people), 事项 (matters), and who stands behind them."""

import pandas as pd

from minelib.scale import position_in
from minelib.schema import MATTER
from minelib.trends import counted_dates

# What a matter is told to be by most of its petitions, and the column in which they do.
_TOLD = {
    "class_code": "class_code", "place": "named_place", "respondent": "named_respondent", "township": "township",
}  # fmt: skip


def n_people(petitions: pd.DataFrame) -> pd.Series:
    """Return the people behind each petition: the ledger's own number, 1 where it gives none.

    >>> n_people(pd.DataFrame({"n_people": pd.array([5, None], dtype="Int64")})).tolist()
    [5, 1]
    """
    return petitions["n_people"].fillna(1).clip(lower=1).astype("int64")


def petitioner_keys(petitions: pd.DataFrame) -> pd.Series:
    """Return who sent each petition; one without a petitioner stands for a person of its own.

    >>> petitioner_keys(pd.DataFrame({"record_id": ["a", "b"], "petitioner_id": ["P1", ""]})).tolist()
    ['P1', 'b']
    """
    return petitions["petitioner_id"].where(petitions["petitioner_id"] != "", petitions["record_id"])


def matter_table(petitions: pd.DataFrame) -> pd.DataFrame:
    """Sum petitions up by matter.

    Parameters
    ----------
    petitions : DataFrame
        Columns of `schema.RUN_PETITION` other than the text, ``length``: characters of the text, and ``named_place``,
        ``named_respondent``, ``township``: what each petition names, see `minelib.mentions`.

    Returns
    -------
    DataFrame
        Columns of `schema.MATTER`, one row a matter, sorted by `matter_id`; place, respondent, township and class are
        those most of its petitions name, the smallest in order among equals.
    """
    told = {name: petitions[name] for name in ("record_id", "matter_id", "issue_id", *_TOLD.values())}
    rows = pd.DataFrame(told).assign(  # texts are heavy to sort
        day=counted_dates(petitions),
        petitioner=petitioner_keys(petitions),
        people=n_people(petitions),
        length=petitions["length"],
    )
    rows = rows.sort_values("record_id")
    groups = rows.groupby("matter_id", sort=True)
    table = groups.agg(
        n_petitions=("record_id", "size"),
        n_petitioners=("petitioner", "nunique"),
        n_people=("people", "sum"),
        first_at=("day", "min"),
        last_at=("day", "max"),
        issue_id=("issue_id", "first"),
    )
    for column, source in _TOLD.items():
        table[column] = most_common(rows, source).reindex(table.index).fillna("")
    said = rows[["record_id", "matter_id", "length"]]
    longest = said.sort_values(["length", "record_id"], ascending=[False, True]).drop_duplicates("matter_id")
    table["exemplar"] = longest.set_index("matter_id")["record_id"]
    return table.reset_index()[list(MATTER)]


def of_matter(petitions: pd.DataFrame, matters: pd.DataFrame, column: str) -> pd.Series:
    """Return what the matter of each petition has in a column, missing where it is not among `matters`.

    >>> petitions, matters = pd.DataFrame({"matter_id": ["M", "N"]}), pd.DataFrame({"matter_id": ["N"], "n": ["甲"]})
    >>> of_matter(petitions, matters, "n").fillna("").tolist()
    ['', '甲']
    """
    at = position_in(petitions["matter_id"], matters["matter_id"])
    return matters[column].reset_index(drop=True).reindex(at).set_axis(petitions.index)


def most_common(rows: pd.DataFrame, column: str) -> pd.Series:
    """Return by `matter_id` the value of `column` that stands most often, "" left aside."""
    counts = rows.loc[rows[column] != ""].groupby(["matter_id", column]).size().reset_index(name="n")
    best = counts.sort_values(["n", column], ascending=[False, True]).drop_duplicates("matter_id")
    return best.set_index("matter_id")[column]


def funnel(run, rejects: pd.DataFrame, changes: pd.DataFrame) -> dict:
    """Count what went through a run: rows read, used, rejected; petitions, people, matters, issues.

    Parameters
    ----------
    run : Run
    rejects : DataFrame
        Columns of `schema.REJECT`.
    changes : DataFrame
        What cleaning and redaction did, one row a kind.

    Returns
    -------
    dict
        Whole numbers, and under ``reject_reasons`` and ``changes`` what they are made of.
    """
    used = len(run.petitions)
    return {
        "read": used + len(rejects),
        "used": used,
        "rejected": len(rejects),
        "people": int(n_people(run.petitions).sum()),
        "petitioners": int(petitioner_keys(run.petitions).nunique()),
        "matters": len(run.matters),
        "repeats": used - len(run.matters),
        "classified": int((run.petitions["class_code"] != "").sum()),
        "in_issues": int(run.petitions["issue_id"].notna().sum()),
        "issues": len(run.issues),
        "candidates": len(run.candidates),
        "reject_reasons": rejects["reason"].value_counts().sort_index().to_dict(),
        "changes": changes.to_dict("records"),
    }
