"""Lay out what the signals are measured on: one row a matter, in arrays that a resample can reweigh."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from minelib.scale import among, ascends
from minelib.screen.marks import mark_allegations, mark_unheeded
from minelib.trends import counted_dates, matter_dates

# What a letter's marks are told by, and what else is read of it.
MARKED = ("title", "text", "class_code", "channel", "n_people")
_COUNTED = [
    "record_id", "matter_id", "issue_id", "petitioner_id", "class_code", "groups", "source", "n_people", "is_repeat",
    "received_at", "registered_at", "exchanged_at", "replied_at",
]  # fmt: skip
_UNIT = ["issue_id", "matter_id"]  # a matter whose letters tell of two wrongs is one matter in each issue

# 信访工作条例 (2022): 15 days to pass a petition on (arts. 22, 23), 60 days to answer matters of art. 31(6), 30 more
# where extended (art. 34). Criminal, police and court matters follow their own statutes: no such clock here.
PASS_ON_DAYS, REPLY_DAYS, EXTENDED_DAYS = 15, 60, 90
_OWN_CLOCK = ("C33", "C34", "C36")
_GROUP_VISIT = 5  # people; 信访 practice calls a visit of five or more 集体访
_JOINT = r"集体访|联名|集体来访|群访"
_WHO = r"(?:业主|村民|职工|员工|工人|农民工|家长|住户|居民)"
_JOINT_TEXT = rf"联名|全体{_WHO}|\d{{2,}}(?:余|多)?(?:名|户){_WHO}"


@dataclass(frozen=True)
class Coding:
    """A name of each matter (a site, an area) as a code within its issue.

    Attributes
    ----------
    code : ndarray of int
        For each matter; −1 where it names none.
    issue : ndarray of int
        For each code the position of its issue.
    n_issues : int
    """

    code: np.ndarray
    issue: np.ndarray
    n_issues: int

    def totals(self, weights: np.ndarray) -> np.ndarray:
        """Count matters by code."""
        named = self.code >= 0
        return np.bincount(self.code[named], weights=weights[named], minlength=len(self.issue))

    def by_issue(self, of_codes: np.ndarray) -> np.ndarray:
        """Sum values of codes by issue."""
        return np.bincount(self.issue, weights=of_codes, minlength=self.n_issues)


@dataclass(frozen=True)
class Evidence:
    """Issues and their matters.

    Attributes
    ----------
    issues : DataFrame
        Index `issue_id`, sorted; columns of `schema.ISSUE`.
    matters : DataFrame
        One row an issue and matter: what its letters say, counted; see `gather`.
    issue : ndarray of int
        For each matter the position of its issue in `issues`.
    site : Coding
        The respondent, else the place where it is narrower than the township: one site, perhaps one event.
    area : Coding
        The respondent, else the place, else the township: how far the wrong is spread.
    ledger : DataFrame
        `issue_id` ("" where none) and `first_at` of every matter of the ledger: the volume a rise is held to.
    end : Timestamp
        The ledger's last day.
    """

    issues: pd.DataFrame
    matters: pd.DataFrame
    issue: np.ndarray
    site: Coding
    area: Coding
    ledger: pd.DataFrame
    end: pd.Timestamp

    def total(self, weights: np.ndarray, column: str | None = None) -> np.ndarray:
        """Sum a column of the matters (or count them) by issue, each matter as often as its weight."""
        values = weights if column is None else weights * self.matters[column].to_numpy()
        return np.bincount(self.issue, weights=values, minlength=len(self.issues))

    @property
    def stability(self) -> np.ndarray:
        """How often resamples find each issue's members together; 1 where that was not measured."""
        return self.issues["stability"].fillna(1.0).to_numpy(float)

    @property
    def ones(self) -> np.ndarray:
        """Every matter once: what was seen, not a resample."""
        return np.ones(len(self.issue))


def mark_letters(petitions: pd.DataFrame) -> pd.DataFrame:
    """Mark what each letter says by itself, whatever it is grouped with.

    Parameters
    ----------
    petitions : DataFrame
        Columns `MARKED`.

    Returns
    -------
    DataFrame of float
        Same index; ``alleges`` (see `mark_allegations`), ``unheeded`` (see `mark_unheeded`), ``joint`` (1
        for a 集体访).
    """
    titles, texts = petitions["title"].tolist(), petitions["text"].tolist()
    return pd.DataFrame(
        {
            "alleges": mark_allegations(titles, texts, petitions["class_code"].tolist()),
            "unheeded": np.array(mark_unheeded(texts), dtype=float),
            "joint": _joint(petitions),
        },
        index=petitions.index,
    )


def gather(
    petitions: pd.DataFrame,
    matters: pd.DataFrame,
    issues: pd.DataFrame,
    marks: pd.DataFrame | None = None,
) -> Evidence:
    """Gather what the signals need from the tables of a run, in one pass each.

    Parameters
    ----------
    petitions, matters, issues : DataFrame
        See `schema.RUN_PETITION`, `MATTER`, `ISSUE`.
    marks : DataFrame, optional
        `mark_letters` of those in an issue; made when not given.

    Returns
    -------
    Evidence
        Its `matters` hold `place`, `respondent`, `township`, and counts of letters: `letters`,
        `n_petitioners`, `n_people`, `repeats` (重复件), `joint` (1 for a 集体访), `alleges` (mean, 0 … 1),
        `group:老年人` … (1 where a letter names it), `grouped` (any of them), `clocked` and `late` (those a
        reply could be timed for, and those answered after 60 days or never), `overlong` (after 90), `sent` and
        `sent_late` (those with a day of passing on, and after more than 15 days), `unheeded` (1 where a letter
        is late or says so), `first_at` (NaT for bulk registrations), `batch`.
    """
    issues = issues.set_index("issue_id", drop=False).rename_axis(None).sort_index()
    inside = among(petitions["issue_id"], issues.index)
    marks = mark_letters(petitions.loc[inside, list(MARKED)]) if marks is None else marks[inside]
    petitions = petitions[_COUNTED].assign(
        issue_id=petitions["issue_id"].fillna("")
    )  # texts are heavy to copy
    end, dates = _last_day(petitions), matter_dates(petitions, by=_UNIT)
    counted = _count_letters(petitions[inside], marks, clocked=_has_clock(petitions), end=end)
    names = matters.set_index("matter_id")[["place", "respondent", "township"]]
    table = counted.join(dates).reset_index().join(names, on="matter_id").fillna(dict.fromkeys(names, ""))
    issue = issues.index.get_indexer(table["issue_id"])
    narrow = table["place"].where(table["place"].ne(table["township"]), "")
    site = _code(issue, len(issues), table["respondent"], narrow)
    area = _code(issue, len(issues), table["respondent"], table["place"], table["township"])
    return Evidence(issues, table, issue, site, area, dates.reset_index(), end)


def _count_letters(
    members: pd.DataFrame, marks: pd.DataFrame, *, clocked: pd.Series, end: pd.Timestamp
) -> pd.DataFrame:
    """Count by issue and matter what the letters are."""
    if not ascends(members["record_id"]):
        members = members.sort_values("record_id")
    members = members.assign(day=counted_dates(members)).sort_values("day", kind="stable")
    marks = marks.loc[members.index]
    person = members["petitioner_id"].where(members["petitioner_id"].ne(""), members["record_id"])
    seen = members.assign(person=person).duplicated([*_UNIT, "person"])
    letters = members[_UNIT].assign(
        letters=1.0,
        n_petitioners=(~seen).astype(float),
        n_people=_people(members),
        repeats=(seen | members["is_repeat"].fillna(False).astype(bool)).astype(float),
        joint=marks["joint"],
        alleges=marks["alleges"],
    )
    letters = letters.assign(**_clocks(members, clocked.loc[members.index], end))
    letters["unheeded"] = np.maximum(letters["late"], marks["unheeded"])
    for name in sorted({g for groups in members["groups"].unique() for g in groups.split("、") if g}):
        letters[f"group:{name}"] = members["groups"].str.contains(name, regex=False).astype(float)
    letters["grouped"] = members["groups"].ne("").astype(float)
    sums = letters.groupby(_UNIT).sum()
    sums["alleges"] /= sums["letters"]
    sums["joint"] = (sums["joint"].gt(0) | sums["n_petitioners"].ge(_GROUP_VISIT)).astype(float)
    flags = [c for c in sums if c.startswith("group")] + ["unheeded"]
    sums[flags] = sums[flags].clip(upper=1)
    return sums


def _joint(members):
    """A joint petition (集体访, 联名), by the ledger's columns or the letter's own words."""
    said = members["channel"].str.contains(_JOINT) | members["title"].str.contains(_JOINT_TEXT)
    said |= members["text"].str.contains(_JOINT_TEXT)
    return (said | _people(members).ge(_GROUP_VISIT)).astype(float)


def _people(members):
    """人次: the ledger's number, 1 where it gives none."""
    return members["n_people"].fillna(1).clip(lower=1).astype(float)


def _has_clock(petitions: pd.DataFrame) -> pd.Series:
    """Where silence means something: sources that record reply dates, matters under the general 60 days."""
    records_replies = petitions["replied_at"].notna().groupby(petitions["source"]).transform("any")
    return records_replies & ~petitions["class_code"].isin(_OWN_CLOCK)


def _clocks(members, clocked, end) -> dict[str, pd.Series]:
    """Letters that can be timed, and those answered, or passed on, too late; what is still open waits until `end`."""
    waited = (members["replied_at"].fillna(end) - members["day"]).dt.days
    timed = clocked & waited.ge(0) & (members["replied_at"].notna() | waited.gt(REPLY_DAYS))
    passed = (members["exchanged_at"] - members["day"]).dt.days
    marks = {
        "clocked": timed, "late": timed & waited.gt(REPLY_DAYS), "overlong": timed & waited.gt(EXTENDED_DAYS),
        "sent": passed.ge(0), "sent_late": passed.gt(PASS_ON_DAYS),
    }  # fmt: skip
    return {name: mark.astype(float) for name, mark in marks.items()}


def _code(issue: np.ndarray, n_issues: int, *names: pd.Series) -> Coding:
    """Code the first name that is not blank within the issue."""
    name = names[0]
    for other in names[1:]:
        name = name.where(name.ne(""), other)
    named = name.ne("").to_numpy()
    keys = pd.DataFrame({"issue": issue[named], "name": name[named].to_numpy()})
    code = np.full(len(issue), -1)
    code[named] = keys.groupby(["issue", "name"], sort=True).ngroup()
    return Coding(code, keys.drop_duplicates().sort_values(["issue", "name"])["issue"].to_numpy(), n_issues)


def _last_day(petitions):
    days = [counted_dates(petitions).max(), petitions["replied_at"].max()]
    known = [d for d in days if pd.notna(d)]
    return max(known) if known else pd.NaT
