"""What is known keeps its place: old petitions their matter and issue; new ones go where they are found.

Plain functions over frames by `record_id`; nothing here knows how matters and issues are found.
"""

from collections.abc import Collection, Iterable

import numpy as np
import pandas as pd

from minelib.runs import digest
from minelib.scale import among, ascends, rows_of
from minelib.schema import PETITION, RUN_PETITION
from minelib.trends import counted_dates

# The latest so many of each name that is shared, of each issue, and of all: enough to know them by.
NAMESAKES, MEMBERS, LATEST = 5, 30, 1_000
ANEW = 0.5  # least share of new matters in a new issue
_ANSWERS = ("reply", "status", "replied_at")  # what a later export of the same petition may know better


def part_repeated(fresh: pd.DataFrame, old: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Part the rows of a new ledger: petitions not seen before, and those the old run already holds.

    An office whose numbers begin anew each month uses one number for two petitions: such a row is new, and
    its id gets a digest of what it says.

    Returns
    -------
    fresh, repeated : DataFrame

    Examples
    --------
    >>> old = pd.DataFrame({"record_id": ["1", "2"], "title": ["欠薪", "噪声"], "text": ["甲", "乙"]})
    >>> new = pd.DataFrame({"record_id": ["2", "1"], "title": ["噪声", "井盖"], "text": ["乙", "丙"]})
    >>> fresh, repeated = part_repeated(new, old)
    >>> repeated["record_id"].tolist(), fresh["record_id"].str.len().tolist()
    (['2'], [10])
    """
    there = old["record_id"]
    old = rows_of(old, among(there, fresh["record_id"]), ["record_id", "title", "text"])
    said = (old["title"] + "\n" + old["text"]).set_axis(old["record_id"])
    text = fresh["title"] + "\n" + fresh["text"]
    used = fresh["record_id"].isin(said.index)
    same = used & (fresh["record_id"].map(said) == text)
    other = used & ~same
    marks = [digest(t)[:8] for t in text[other]]
    ids = fresh["record_id"].where(~other)
    ids[other] = [f"{i}-{mark}" for i, mark in zip(fresh.loc[other, "record_id"], marks, strict=True)]
    again = same | ids.isin(
        there[among(there, ids)]
    )  # the digest too was given before: the same export read twice
    return fresh.assign(record_id=ids)[~again], fresh[again]


def newer_answers(old: pd.DataFrame, repeated: pd.DataFrame) -> pd.DataFrame:
    """Return the old petitions with the reply and status that a later export gives for them.

    >>> old = pd.DataFrame({"record_id": ["1"], "reply": [""], "status": ["办理中"], "replied_at": [pd.NaT]})
    >>> newer_answers(old, old.assign(reply="有", status="已办结"))["status"].tolist()
    ['已办结']
    """
    at, out = among(old["record_id"], repeated["record_id"]), old.copy(deep=False)
    later = repeated.set_index("record_id").reindex(old.loc[at, "record_id"])
    for column in _ANSWERS if at.any() else ():
        known, before = later[column].set_axis(old.index[at]), old.loc[at, column]
        newer = known.where(known.notna() & known.ne(""), before).astype(before.dtype)
        out[column] = old[column].copy()
        out.loc[at, column] = newer
    return out


def context_of(old: pd.DataFrame, shared: pd.DataFrame, *, enough: int, most: int) -> pd.DataFrame:
    """Choose the old petitions to place new ones among.

    Of each issue the latest `MEMBERS`; of each name they share the latest `NAMESAKES`, the latest of all names before
    the second of any; and the `LATEST` of all.

    Parameters
    ----------
    old : DataFrame
        See `schema.RUN_PETITION`.
    shared : DataFrame of int
        Same index: numbers of what each shares with a new petition, a column a kind (a place, a petitioner …), -1
        where it shares none.
    enough : int
        All are chosen where there are no more.
    most : int
        Of more the first so many, those of issues first: they are few, and without them no new one could join.
    """
    if len(old) <= enough:
        return old
    order = _latest_first(old)
    later = np.min([_later(shared[kind].to_numpy()[order]) for kind in shared], axis=0)
    namesake, of_issue = later < NAMESAKES, _later(pd.factorize(old["issue_id"])[0][order]) < MEMBERS
    rank = np.select([of_issue, namesake, np.arange(len(old)) < LATEST], [0, 1, 2], 3)
    chosen = np.lexsort([np.where(namesake, later, 0), rank])[: min((rank < 3).sum(), most)]
    wanted = np.zeros(len(old), dtype=bool)
    wanted[order[chosen]] = True
    return rows_of(old, wanted, list(old)).sort_values("record_id")


def _latest_first(petitions: pd.DataFrame) -> np.ndarray:
    """Return the rows by day, the latest first and those without one last, those of a day by `record_id`."""
    ids, day = petitions["record_id"], counted_dates(petitions)
    order = np.arange(len(ids)) if ascends(ids) else np.argsort(ids.to_numpy(dtype=object), kind="stable")
    before = (day.max() - day).dt.total_seconds().fillna(np.inf).to_numpy()
    return order[np.argsort(before[order], kind="stable")]


def _later(groups: np.ndarray) -> np.ndarray:
    """Return for each row, the latest first, how many of its group are later; a great many for group -1."""
    counts = pd.Series(groups).groupby(groups).cumcount().to_numpy()
    return np.where(groups < 0, np.iinfo(np.int64).max, counts)


def stay(found: pd.Series, known: pd.Series) -> pd.Series:
    """Keep the known group of each row, and let the others join the one they are found with.

    A known group goes on in the found group that holds most of it; where several do, new rows go to the one
    with most members there. A found group in which none goes on is new.

    Parameters
    ----------
    found, known : Series of str
        By `record_id`, <NA> for none; `known` may lack rows.

    Returns
    -------
    Series of str
        By `record_id`: the known group where there is one, else the one joined, else the found one.

    Examples
    --------
    >>> found = pd.Series({"a": "f", "b": "f", "c": "f", "d": "g", "e": None})
    >>> stay(found, pd.Series({"a": "K", "b": "K"})).fillna("").to_dict()
    {'a': 'K', 'b': 'K', 'c': 'K', 'd': 'g', 'e': ''}
    """
    table = pd.DataFrame({"found": found, "known": known.reindex(found.index)})
    shared = table.dropna().groupby(["known", "found"]).size().reset_index(name="n")
    home = shared.sort_values(["n", "found"], ascending=[False, True]).drop_duplicates("known")
    goes_on = home.sort_values(["n", "known"], ascending=[False, True]).drop_duplicates("found")
    joined = table["found"].map(goes_on.set_index("found")["known"]).astype("str")  # where none goes on too
    return table["known"].fillna(joined).fillna(table["found"])


def told_anew(group: pd.Series, matter: pd.Series, old: Collection[str], known: Iterable[str]) -> pd.Series:
    """Let go the new groups most of whose matters are among the `old` ones.

    Among the few chosen to place new ones among, old petitions look more alike than among all, where they made no
    issue; and another letter in an old matter is no other matter.

    >>> group = pd.Series({"a": "f", "b": "f", "c": "f", "d": "g", "e": "g", "k": "K"})
    >>> matter = pd.Series({i: i.upper() for i in group.index})
    >>> told_anew(group, matter, ["A", "B", "D", "K"], ["K"]).fillna("").tolist()
    ['', '', '', 'g', 'g', 'K']
    """
    new = _new_groups(group, known)
    rows = pd.DataFrame({"group": new, "matter": matter.reindex(new.index)}).drop_duplicates()
    share = (~rows["matter"].isin(old)).groupby(rows["group"]).mean()
    return group.mask(group.map(share) < ANEW)


def name_new(group: pd.Series, matter: pd.Series, known: Iterable[str], *, least: int) -> pd.Series:
    """Name each new group by its smallest member, and let go those in fewer than `least` matters.

    >>> group = pd.Series({"a": "K", "b": "f", "c": "f", "d": "g"})
    >>> named = name_new(group, pd.Series({"a": "M1", "b": "M2", "c": "M3", "d": "M4"}), ["K"], least=2)
    >>> named["a"], named["b"] == named["c"], bool(pd.isna(named["d"]))
    ('K', True, True)
    """
    new = _new_groups(group, known)
    n_matters = matter.reindex(new.index).groupby(new).nunique()
    first = pd.Series(new.index, index=new.index).groupby(new).min()
    names = {k: f"I{digest(first[k])[:8]}" if n >= least else None for k, n in n_matters.items()}
    out = group.astype(object)
    out[new.index] = new.map(names)
    return out.where(out.notna(), None)


def _new_groups(group: pd.Series, known: Iterable[str]) -> pd.Series:
    return group[group.notna() & ~group.isin(set(known))]


def whole_petitions(old: pd.DataFrame, fresh: pd.DataFrame) -> pd.DataFrame:
    """Return old petitions as they stand, and after them new ones by `record_id`.

    >>> from minelib.schema import frame
    >>> some = [frame([{"record_id": r, "matter_id": "M"} for r in ids], RUN_PETITION) for ids in ("d", "cb")]
    >>> whole_petitions(*some)["record_id"].tolist()
    ['d', 'b', 'c']
    """
    parts = [p[list(RUN_PETITION)] for p in (old, fresh.sort_values("record_id")) if len(p)]
    return pd.concat(parts or [old[list(RUN_PETITION)]], ignore_index=True)


def as_petitions(old: pd.DataFrame) -> pd.DataFrame:
    """Return petitions of a run in the columns a ledger has, as the steps of `mine` take them.

    >>> from minelib.schema import frame
    >>> "row" in as_petitions(frame([], RUN_PETITION))
    True
    """
    return old.assign(row=0)[list(PETITION)]
