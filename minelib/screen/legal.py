"""What the law of the day offers an issue: articles, public-interest field, routes, points to verify."""

from datetime import date
from itertools import chain

import pandas as pd

from minelib.laws import Law, cite_all, law_table, laws_for, routes_for
from minelib.scale import among, rows_of
from minelib.trends import DAYS, counted_dates

_MOST_ARTICLES = 12
_HEAD = {"rank": "排名", "issue_id": "问题编号", "label": "问题"}
_UNDATED = date(2026, 1, 1)  # a ledger without any date is read by the law this table was written under


def law_sheet(candidates: pd.DataFrame, petitions: pd.DataFrame) -> pd.DataFrame:
    """Return the law behind each candidate, a row an article, as a sheet for people.

    Parameters
    ----------
    candidates, petitions : DataFrame
        See `schema.CANDIDATE`, `RUN_PETITION`.

    Returns
    -------
    DataFrame
        排名, 问题编号, 问题 and the columns of `laws.law_table`; by rank, best article first.

    Examples
    --------
    >>> from minelib.schema import CANDIDATE, RUN_PETITION, frame
    >>> list(law_sheet(frame([], CANDIDATE), frame([], RUN_PETITION)))[:4]
    ['排名', '问题编号', '问题', '法律']
    """
    told = tell(candidates, petitions)
    laws = [issue_laws(row) for row in told.to_dict("records")]
    heads = told[list(_HEAD)].rename(columns=_HEAD).loc[told.index.repeat([len(of_one) for of_one in laws])]
    return heads.reset_index(drop=True).join(law_table(chain.from_iterable(laws)))


def legal(issues: pd.DataFrame, petitions: pd.DataFrame) -> pd.DataFrame:
    """法律抓手 and 公益诉讼领域 of each issue on its own days.

    Parameters
    ----------
    issues, petitions : DataFrame
        See `schema.ISSUE`, `RUN_PETITION`.

    Returns
    -------
    DataFrame
        One row an issue, same index: `n_laws`, `n_verified`, `laws`, `field`, `has_field`, `person_routes`,
        `class_routes`, `supervised`, `verify`, `note`.
    """
    rows = [_legal_row(issue) for issue in tell(issues, petitions).to_dict("records")]
    return pd.DataFrame(rows, index=issues.index)


def tell(issues: pd.DataFrame, petitions: pd.DataFrame) -> pd.DataFrame:
    """Add what chooses the law: `first_day`, `last_day` of the letters and `titles` of the exemplars."""
    columns = ["record_id", "issue_id", "title", *DAYS]
    members = rows_of(petitions, among(petitions["issue_id"], issues["issue_id"]), columns)
    days = counted_dates(members).groupby(members["issue_id"]).agg(first_day="min", last_day="max")
    ids = issues.set_index("issue_id")["exemplars"].str.split().explode()
    title = members[among(members["record_id"], ids)].set_index("record_id")["title"]
    titles = ids.map(title).fillna("").groupby(level=0).agg(" ".join).rename("titles")
    told = issues.join(days, on="issue_id").join(titles, on="issue_id")
    return told.assign(titles=told["titles"].fillna(""))


def issue_laws(issue: dict) -> list[Law]:
    """Return the articles for a row of `tell`: those its words ask for, in force on its days."""
    first, last = _days(issue)
    text = f"{issue['label']} {issue['keywords']} {issue['titles']}"
    return laws_for(issue["class_code"], first, until=last, text=text)[:_MOST_ARTICLES]


def _days(issue: dict) -> tuple[date, date]:
    if pd.isna(issue["first_day"]):
        return _UNDATED, _UNDATED
    return issue["first_day"].date(), issue["last_day"].date()


def _legal_row(issue: dict) -> dict:
    laws = issue_laws(issue)
    routes = routes_for(issue["class_code"], _days(issue)[1], text=f"{issue['label']} {issue['keywords']}")
    return {
        "n_laws": len(laws),
        "n_verified": sum(law.verified_on is not None for law in laws),
        "laws": cite_all(laws),
        "field": routes.field,
        "has_field": routes.has_field,
        "person_routes": "、".join(routes.person),
        "class_routes": "、".join(routes.class_level),
        "supervised": routes.supervised,
        "verify": "\n".join(f"{i}. {point}" for i, point in enumerate(routes.verify, 1)),
        "note": routes.note,
    }
