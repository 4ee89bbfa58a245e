"""What else a run is good for: legal education where it is asked for, and disputes a mediator could settle.

Both tables are proposals made of counts and ids, for a human to decide on; neither names a person.
"""

import re
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from minelib.knowledge import packaged_toml
from minelib.knowledge.taxonomy import load_taxonomy
from minelib.laws import cite_all, laws_for
from minelib.scale import among, ask, rows_of
from minelib.trends import DAYS, counted_dates

UNKNOWN = "未写明"
EDUCATION = ("地区", "普法主题", "类别", "事项数", "件次", "涉及群体", "建议内容（法律条文）", "典型件编号")
MEDIATION = ("事项编号", "地区", "纠纷类型", "类别", "件次", "首次", "最近", "典型件编号", "提示")
_MOST_ARTICLES = 8  # what one talk can hold
_HINT = "双方自愿方可移送调解；有暴力、胁迫或刑事情节的不适用"


def education_plan(
    petitions: pd.DataFrame,
    matters: pd.DataFrame,
    *,
    per_place: int = 3,
    least: int = 2,
    most: int | None = None,
) -> pd.DataFrame:
    """Plan legal education by township (订单式普法): which classes, for whom, with which law.

    Parameters
    ----------
    petitions, matters : DataFrame
        See `schema.RUN_PETITION`, `MATTER`.
    per_place : int
        Most subjects for a township.
    least : int
        Fewest matters of a class that make a subject there.
    most : int, optional
        So many rows from the first on; all when not given.

    Returns
    -------
    DataFrame
        `EDUCATION`: by township (most matters first), then by matters. Law is that in force on the day of the
        last matter there.

    Examples
    --------
    >>> from minelib.schema import MATTER, RUN_PETITION, frame
    >>> counts = {"n_petitions": 2, "n_petitioners": 1, "n_people": 1}
    >>> rows = [{"matter_id": m, "township": "河口镇", "class_code": "C23", **counts} for m in "ab"]
    >>> plan = education_plan(frame([], RUN_PETITION), frame(rows, MATTER))
    >>> plan[["地区", "普法主题", "事项数"]].values.tolist()
    [['河口镇', '劳动报酬与劳动关系', 2]]
    """
    taught = {code for code, entry in packaged_toml("routes")["class"].items() if _is_taught(entry)}
    rows = _with_days(matters[matters["class_code"].isin(taught)], petitions)
    rows = rows.assign(township=rows["township"].where(rows["township"].ne(""), UNKNOWN))
    subjects = rows.groupby(["township", "class_code"], as_index=False).agg(
        n_matters=("matter_id", "size"), n_petitions=("n_petitions", "sum"), last=("last", "max"),
        exemplar=("exemplar", "min"),
    )  # fmt: skip
    subjects = subjects[subjects["n_matters"] >= least]
    volume = rows["township"].value_counts()
    subjects = subjects.assign(volume=subjects["township"].map(volume)).sort_values(
        ["volume", "township", "n_matters", "class_code"], ascending=[False, True, False, True]
    )
    subjects = subjects[subjects.groupby("township").cumcount() < per_place].head(most)
    rows = rows.merge(subjects[["township", "class_code"]], on=["township", "class_code"])
    groups, titles = _groups_by_subject(petitions, rows), _titles_by_subject(petitions, rows)
    keys = list(zip(subjects["township"], subjects["class_code"], strict=True))
    plan = [
        _education_row(subject, groups.get(key, ""), titles.get(key, ""))
        for key, subject in zip(keys, subjects.itertuples(), strict=True)
    ]
    return pd.DataFrame(plan, columns=list(EDUCATION))


def mediation_list(petitions: pd.DataFrame, matters: pd.DataFrame) -> pd.DataFrame:
    """List minor neighbour and family disputes to hand to mediators (检调对接).

    Returns
    -------
    DataFrame
        `MEDIATION`, the latest matter first. A matter with violence, a crime, a company or an office in any
        of its letters is left out: those are not two neighbours' to settle.
    """
    known = packaged_toml("routes")["mediation"]
    kinds = {code for kind in known["kind"] for code in kind["classes"]}
    wanted = matters[matters["class_code"].isin(kinds)]
    wanted = wanted[~among(wanted["matter_id"], _telling(petitions, wanted, known["not"]))]
    kind = pd.Series("", index=wanted.index)
    for entry in reversed(known["kind"]):  # of several the first
        told = among(wanted["matter_id"], _telling(petitions, wanted, entry["words"]))
        kind = kind.mask(told & wanted["class_code"].isin(entry["classes"]), entry["name"])
    rows = _with_days(wanted.assign(kind=kind)[kind.ne("")], petitions)
    rows = rows.sort_values(["last", "matter_id"], ascending=[False, True])
    return pd.DataFrame([_mediation_row(m) for m in rows.itertuples()], columns=list(MEDIATION))


def _with_days(matters: pd.DataFrame, petitions: pd.DataFrame) -> pd.DataFrame:
    """Add the first and last day of each matter, by whichever date the ledger keeps."""
    letters = petitions.loc[among(petitions["matter_id"], matters["matter_id"]), ["matter_id", *DAYS]]
    days = counted_dates(letters).groupby(letters["matter_id"]).agg(first="min", last="max")
    return matters.join(days, on="matter_id")


def _is_taught(entry) -> bool:
    return any("普法" in r or "法治进校园" in r for r in entry["class"])


def _groups_by_subject(petitions, rows) -> dict[tuple[str, str], str]:
    """Return, for each township and class, the vulnerable groups its letters name, most frequent first."""
    letters = _with_subject(petitions, rows)
    letters = letters[letters["groups"].ne("")]
    letters = letters.assign(group=letters["groups"].str.split("、")).explode("group")
    counts = letters.groupby(["township", "subject", "group"])["matter_id"].nunique().reset_index(name="n")
    counts = counts.sort_values(["n", "group"], ascending=[False, True])
    return counts.groupby(["township", "subject"])["group"].agg("、".join).to_dict()


def _titles_by_subject(petitions, rows) -> dict[tuple[str, str], str]:
    """Return, for each township and class, its titles as one text: they tell which articles are wanted."""
    letters = _with_subject(petitions, rows)
    return letters.groupby(["township", "subject"])["title"].agg("\n".join).to_dict()


def _telling(petitions: pd.DataFrame, matters: pd.DataFrame, words: list[str]) -> pd.Series:
    """Return the matters of some in whose letters one of some words stands."""
    import pyarrow.compute as pc

    theirs = among(petitions["matter_id"], matters["matter_id"])
    says = partial(pc.match_substring_regex, pattern="|".join(map(re.escape, words)))
    told = ask(petitions["title"], theirs, says) | ask(petitions["text"], theirs, says)
    return petitions["matter_id"].iloc[np.flatnonzero(theirs)[told]]


def _with_subject(petitions, rows) -> pd.DataFrame:
    where = rows.set_index("matter_id")[["township", "class_code"]].rename(columns={"class_code": "subject"})
    told = among(petitions["matter_id"], rows["matter_id"])
    return rows_of(petitions, told, ["record_id", "matter_id", "title", "groups"]).join(where, on="matter_id")


def _education_row(subject, groups: str, titles: str) -> tuple:
    on = subject.last.date() if pd.notna(subject.last) else date(2026, 1, 1)
    laws = laws_for(subject.class_code, on, text=titles)[:_MOST_ARTICLES]
    return (
        subject.township, load_taxonomy().title(subject.class_code), subject.class_code, subject.n_matters,
        subject.n_petitions, groups or "不限", cite_all(laws), subject.exemplar,
    )  # fmt: skip


def _mediation_row(matter) -> tuple:
    return (
        matter.matter_id, matter.township or UNKNOWN, matter.kind, matter.class_code, matter.n_petitions,
        matter.first, matter.last, matter.exemplar, _HINT,
    )  # fmt: skip
