"""One person, one file (一人一档): everything of one pseudonym, for handling, never for scoring people.

What lists of early signs (苗头性) name are matters and places; persons are looked up one at a time, by the pseudonym a
handler already has before them.
"""

from datetime import date

import pandas as pd

from minelib.errors import InputError
from minelib.runs import Run
from minelib.trends import counted_dates

# 信访工作条例 (2022) art. 34: 60 days for matters of art. 31(6); a petition is called waiting here only where the
# ledger shows no answer, and only in the words "待核", because other matters follow other clocks.
WAIT_DAYS = 60


def dossier(run: Run, petitioner_id: str, *, today: date | None = None) -> pd.DataFrame:
    """List the petitions of one pseudonym, matter by matter.

    Parameters
    ----------
    run : Run
    petitioner_id : str
        As in ``run.petitions``.
    today : date, optional
        By which waiting is counted; the ledger's last day when not given.

    Returns
    -------
    DataFrame
        matter_id, record_id, day, visit (初访, 重访), title, class_code, status, waited (days without an answer, <NA>
        where the ledger shows one or has no answers at all), long (waited more than `WAIT_DAYS`); by matter and day.

    Raises
    ------
    InputError
        When nobody has this pseudonym.
    """
    own = run.petitions[run.petitions["petitioner_id"] == petitioner_id]
    if not petitioner_id or own.empty:
        raise InputError(
            f"no petitioner {petitioner_id!r} in this run; see the column petitioner_id of petitions.parquet"
        )
    day = counted_dates(own)
    rows = own.assign(day=day, waited=_waited(run.petitions, own, day, today)).sort_values(
        ["day", "record_id"]
    )
    again = rows.duplicated("matter_id") | rows["is_repeat"].fillna(False).astype(bool)
    rows = rows.assign(
        visit=again.map({True: "重访", False: "初访"}), long=rows["waited"].gt(WAIT_DAYS).fillna(False)
    )
    columns = ["matter_id", "record_id", "day", "visit", "title", "class_code", "status", "waited", "long"]
    return rows.sort_values(["matter_id", "day", "record_id"])[columns].reset_index(drop=True)


def _waited(petitions: pd.DataFrame, own: pd.DataFrame, day: pd.Series, today: date | None) -> pd.Series:
    """Return the days each petition went unanswered; <NA> where the ledger records an answer, or none of any."""
    answered = own["reply"].ne("") | own["replied_at"].notna()
    if not (petitions["reply"].ne("").any() or petitions["replied_at"].notna().any()):
        answered[:] = True
    end = pd.Timestamp(today) if today else counted_dates(petitions).max()
    return (end - day).dt.days.where(~answered).astype("Int64")


def early_signs(run: Run, *, days: int = 90, most: int = 8) -> pd.DataFrame:
    """List young issues (苗头性): still few matters, most of them begun within the ledger's last `days`.

    Parameters
    ----------
    run : Run
    days : int
        At most a third of the time the ledger covers: in a short ledger everything is recent.
    most : int
        Matters from which on an issue is no early sign any more.

    Returns
    -------
    DataFrame
        issue_id, label, n_recent, n_matters, matters (ids of the recent ones), places, first_at (of these); most
        recent matters first. Matters and places are named, no person is.
    """
    columns = ["issue_id", "label", "n_recent", "n_matters", "matters", "places", "first_at"]
    day = counted_dates(run.petitions)
    window = min(pd.Timedelta(days=days), (day.max() - day.min()) / 3)
    told = run.matters.dropna(subset=["issue_id"]).assign(place=_somewhere(run.matters))
    told = told.sort_values(["first_at", "matter_id"]).assign(recent=told["first_at"] > day.max() - window)
    n_matters, recent = told.groupby("issue_id").size(), told[told["recent"]].groupby("issue_id")
    young = pd.DataFrame(
        {"n_recent": recent.size(), "matters": recent["matter_id"].agg(_several), "first_at": recent["first_at"].min(),
         "places": recent["place"].agg(_several)}
    ).assign(n_matters=n_matters)  # fmt: skip
    young = young[
        (young["n_recent"] >= 2)
        & (young["n_matters"] <= most)
        & (young["n_recent"] * 3 >= young["n_matters"] * 2)
    ]
    table = young.reset_index(names="issue_id")
    table["label"] = table["issue_id"].map(run.issues.set_index("issue_id")["label"])
    return table.sort_values(["n_recent", "issue_id"], ascending=[False, True], ignore_index=True)[columns]


def _somewhere(matters: pd.DataFrame) -> pd.Series:
    return matters["place"].where(matters["place"] != "", matters["township"])


def _several(names: pd.Series) -> str:
    """Join different names, blank ones left out."""
    return "、".join(n for n in dict.fromkeys(names) if n)
