"""Lay out what the signals are measured on: one row a matter, in arrays that a resample can reweigh."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from minelib.screen.marks import mark_allegations, mark_unheeded
from minelib.trends import counted_dates, matter_dates

# 信访工作条例 (2022) art. 34: 60 days for matters of art. 31(6). Criminal, police and court matters follow
# their own statutes, so they carry no such clock here.
REPLY_DAYS = 60
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
        The matters that belong to an issue, by `matter_id`: what their letters say, counted; see `gather`.
    issue : ndarray of int
        For each matter the position of its issue in `issues`.
    site : Coding
        The respondent, else the place where it is narrower than the township: one site, perhaps one event.
    area : Coding
        The respondent, else the place, else the township: how far the wrong is spread.
    end : Timestamp
        The ledger's last day.
    """

    issues: pd.DataFrame
    matters: pd.DataFrame
    issue: np.ndarray
    site: Coding
    area: Coding
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


def gather(petitions: pd.DataFrame, matters: pd.DataFrame, issues: pd.DataFrame) -> Evidence:
    """Gather what the signals need from the tables of a run, in one pass each.

    Parameters
    ----------
    petitions, matters, issues : DataFrame
        See `schema.RUN_PETITION`, `MATTER`, `ISSUE`.

    Returns
    -------
    Evidence
        Its `matters` hold besides the columns of `schema.MATTER`: `letters`, `repeats` (重复件), `joint` (1
        for a 集体访), `alleges` (mean over letters, 0 … 1), `group:老年人` … (1 where a letter names it),
        `grouped` (any of them), `clocked` and `late` (letters a reply could be timed for, and those answered
        after 60 days or not at all), `unheeded` (1 where a letter is late or says so), `first_at` (NaT for
        bulk registrations), `batch`.
    """
    issues = issues.set_index("issue_id", drop=False).rename_axis(None).sort_index()
    matters = matters[matters["issue_id"].isin(issues.index)].sort_values("matter_id").set_index("matter_id")
    members = petitions[petitions["matter_id"].isin(matters.index)]
    counted = _count_letters(members, clocked=_has_clock(petitions), end=_last_day(petitions))
    matters = matters.drop(columns=["first_at"], errors="ignore").join(counted).join(matter_dates(members))
    matters[counted.columns] = matters[counted.columns].fillna(0)
    matters["batch"] = matters["batch"].eq(True).astype(float)
    matters["joint"] = (matters["joint"].gt(0) | matters["n_petitioners"].ge(_GROUP_VISIT)).astype(float)
    issue = issues.index.get_indexer(matters["issue_id"])
    narrow = matters["place"].where(matters["place"].ne(matters["township"]), "")
    site = _code(issue, len(issues), matters["respondent"], narrow)
    area = _code(issue, len(issues), matters["respondent"], matters["place"], matters["township"])
    return Evidence(issues, matters, issue, site, area, _last_day(petitions))


def _count_letters(members: pd.DataFrame, *, clocked: pd.Series, end: pd.Timestamp) -> pd.DataFrame:
    """Count by matter what its letters are."""
    members = members.assign(day=counted_dates(members)).sort_values(["day", "record_id"])
    again = members["petitioner_id"].ne("") & members.duplicated(["matter_id", "petitioner_id"])
    if "is_repeat" in members:
        again |= members["is_repeat"].fillna(False).astype(bool)
    letters = pd.DataFrame(
        {
            "matter_id": members["matter_id"],
            "letters": 1.0,
            "repeats": again.astype(float),
            "joint": _joint(members),
            "alleges": mark_allegations(members["title"], members["text"], members["class_code"]),
        }
    )
    letters["clocked"], letters["late"] = _reply_clock(members, clocked.loc[members.index], end)
    letters["unheeded"] = np.maximum(letters["late"], mark_unheeded(members["text"]))
    for name in sorted({g for groups in members["groups"].unique() for g in groups.split("、") if g}):
        letters[f"group:{name}"] = members["groups"].str.contains(name, regex=False).astype(float)
    letters["grouped"] = members["groups"].ne("").astype(float)
    sums = letters.groupby("matter_id").sum()
    sums["alleges"] /= sums["letters"]
    flags = [c for c in sums if c.startswith("group")] + ["unheeded"]
    sums[flags] = sums[flags].clip(upper=1)
    return sums


def _joint(members):
    """A joint petition (集体访, 联名), by the ledger's columns or the letter's own words."""
    said = members["channel"].str.contains(_JOINT) | members["title"].str.contains(_JOINT_TEXT)
    said |= members["text"].str.contains(_JOINT_TEXT)
    if "n_people" in members:
        said |= members["n_people"].fillna(1).ge(_GROUP_VISIT)
    return said.astype(float)


def _has_clock(petitions: pd.DataFrame) -> pd.Series:
    """Where silence means something: sources that record reply dates, matters under the general 60 days."""
    records_replies = petitions["replied_at"].notna().groupby(petitions["source"]).transform("any")
    return records_replies & ~petitions["class_code"].isin(_OWN_CLOCK)


def _reply_clock(members, clocked, end):
    """Letters that can be timed, and those answered late or, after the same time, not at all."""
    waited = (members["replied_at"].fillna(end) - members["day"]).dt.days
    timed = clocked & waited.ge(0) & (members["replied_at"].notna() | waited.gt(REPLY_DAYS))
    return timed.astype(float), (timed & waited.gt(REPLY_DAYS)).astype(float)


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
