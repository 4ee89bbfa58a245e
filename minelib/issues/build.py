"""From petitions to issues: the step the pipeline calls."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from minelib.display import Displayed, Sheet
from minelib.errors import InputError
from minelib.issues.firm import stability
from minelib.issues.gather import Gathered, Rows, gather, most_common, tells_class
from minelib.issues.group import (
    ENOUGH_TO_DISCOVER,
    MIN_MATTERS,
    Grouping,
    class_share,
    cut_large,
    group_rows,
    keep_firm,
    keep_recurring,
    likeness,
    widen,
)
from minelib.issues.table import OF_A_CLASS, issue_ids, issue_table
from minelib.issues.wording import Wording, read_wording
from minelib.issues.wrongs import Wrong
from minelib.knowledge.taxonomy import load_taxonomy
from minelib.scale import MapBlocks, map_here

GRANULARITIES = ("coarse", "default", "fine")
SMALL = 300  # matters below which what tells no known wrong is gathered by class
_FIRST = 10  # issues it shows of itself
_BY_CLASS = 0.2  # strength of those
_NEEDED = ("record_id", "title", "text")


@dataclass(frozen=True, repr=False)
class Issues(Displayed):
    """What keeps coming back.

    Attributes
    ----------
    issue_id : Series of str
        By the caller's index: each petition's issue at the granularity asked for, <NA> for none. A matter
        whose petitions tell two wrongs is in both issues.
    strength : Series of float
        0 … 1: how clearly the petition tells the wrong; 0 where it belongs to no issue.
    table : DataFrame
        `schema.ISSUE`, one row an issue, largest first, and ``known``: whether the wrong stands in the list.
    levels : DataFrame
        By the caller's index: issue ids at each granularity asked for.
    note : str
        In Chinese: how many petitions belong to no issue, and what so few rows cannot say.
    """

    issue_id: pd.Series
    strength: pd.Series
    table: pd.DataFrame
    levels: pd.DataFrame
    note: str

    def _sheet(self) -> Sheet:
        columns = ["label", "n_matters", "n_petitions", "n_petitioners", "n_places"]
        first = self.table[columns].head(_FIRST)
        return Sheet(
            "问题",
            facts=[("问题", len(self.table)), ("归入问题的件", int(self.issue_id.notna().sum()))],
            head=["问题", "事项", "件次", "独立反映人", "地点"],
            rows=first.to_numpy(dtype=object).tolist(),
            note=self.note,
        )

    def of_matters(self, matter_id: Sequence[str]) -> pd.Series:
        """Return by matter the issue most of its petitions tell; matters without one are left out."""
        told = self.issue_id.reset_index(drop=True)
        return most_common(told.dropna(), pd.Series(np.asarray(matter_id, dtype=object)))

    def members(self, issue_id: str) -> list:
        """Return the index labels of an issue's petitions, clearest first."""
        own = self.strength[self.issue_id == issue_id]
        return own.sort_values(ascending=False, kind="stable").index.tolist()


def find_issues(
    petitions: pd.DataFrame,
    *,
    matter_id: Sequence[str],
    class_code: Sequence[str],
    tokens: Sequence[Sequence[str]] = (),
    wording: Wording | None = None,
    granularity: str = "default",
    wrongs: Sequence[Wrong] | None = None,
    levels: Sequence[str] = GRANULARITIES,
    seed: int = 0,
    resamples: int = 8,
    map_blocks: MapBlocks = map_here,
) -> Issues:
    """Find issues: the same kind of wrong in different matters, at different places or respondents.

    Known wrongs (`knowledge/wrongs.toml`) are found by their phrases and carried over to matters that say
    them in other words; what is left is clustered without any list. Nothing is forced into an issue.

    Parameters
    ----------
    petitions : DataFrame
        ``record_id``, ``title``, ``text``; optionally ``named_place``, ``named_respondent``, ``place``,
        ``respondent``, ``petitioner_id``, ``received_at``.
    matter_id, class_code : sequences of str
        One a petition, in the same order.
    tokens : sequence of sequences of str
        Words of title and text, one a petition; of no use where `wording` is given.
    wording : Wording, optional
        As `read_wording` gives it, with the wrongs it was read for; read here when not given.
    granularity : {"coarse", "default", "fine"}
        One issue a grievance class; one a kind of wrong; large kinds cut further.
    wrongs : sequence of Wrong, optional
        Instead of the packaged list; an empty one leaves clustering alone.
    levels : sequence of str
        Granularities that `Issues.levels` is to hold, beside the one asked for.
    seed, resamples : int
        Of the clustering, and how often it is repeated on 80 % of the matters to see what stays.
    map_blocks : callable
        An engine's `map`: where blocks of petitions are read and resamples are grouped.

    Raises
    ------
    InputError
        When the granularity is unknown, a column is missing or a sequence has another length.

    Examples
    --------
    >>> rows = [(p, f"{p}小区物业乱收费", f"{p}小区物业擅自涨价乱收停车费") for p in "甲乙丙丁"]
    >>> petitions = pd.DataFrame(rows, columns=["record_id", "title", "text"])
    >>> matter, words = petitions["record_id"], [["物业"]] * 4
    >>> found = find_issues(petitions, matter_id=matter, class_code=["C05"] * 4, tokens=words)
    >>> found.table[["label", "n_matters"]].values.tolist()
    [['物业乱收费、擅自涨价、停车乱收费', 4]]
    """
    _check(petitions, (matter_id, class_code, tokens if wording is None else matter_id), granularity)
    if wording is None:
        wording = read_wording(petitions, tokens, wrongs=wrongs, seed=seed, map_blocks=map_blocks)
    known = wording.wrongs
    g, order = gather(petitions, matter_id, class_code, wording)
    n_matters = g.table["matter_id"].nunique()
    cuts = _cuts(g.rows, known, dict.fromkeys([*levels, granularity]), seed, n_matters, map_blocks)

    def regroup(draws):
        some = ((g.rows.take(kept), seed) for kept, seed in draws)
        return map_blocks(_regroup, some, known, granularity, n_matters)

    firm = stability(cuts[granularity].group, g.rows.matter, regroup, resamples=resamples, seed=seed)
    alike = likeness(wording.weights, cuts[granularity], g.rows.matter)
    kind = class_share(cuts[granularity], g.rows)
    chosen, firm = keep_firm(cuts[granularity], firm, alike, kind)
    cuts[granularity] = chosen
    ids = {level: issue_ids(g, cut) for level, cut in cuts.items()}
    table = issue_table(g, chosen, ids[granularity], firm)
    back = np.argsort(order)
    spelt = pd.DataFrame({level: _spell(cut, ids[level]) for level, cut in cuts.items()})
    spelt = spelt.iloc[back].set_axis(petitions.index)
    strength = pd.Series(chosen.strength[back], index=petitions.index, name="strength")
    return Issues(spelt[granularity].rename("issue_id"), strength, table, spelt, _note(g, chosen))


def _check(petitions: pd.DataFrame, others: Sequence[Sequence], granularity: str) -> None:
    if granularity not in GRANULARITIES:
        raise InputError(f"granularity is {granularity!r}; allowed: {', '.join(GRANULARITIES)}")
    if missing := [c for c in _NEEDED if c not in petitions]:
        raise InputError(f"petitions lack the columns {', '.join(missing)}")
    if bad := [len(o) for o in others if len(o) != len(petitions)]:
        raise InputError(f"{len(petitions)} petitions, but matter_id, class_code or tokens has {bad[0]} rows")


def _cuts(
    rows: Rows,
    known: Sequence[Wrong],
    levels: Iterable[str],
    seed: int,
    n_matters: int,
    map_blocks: MapBlocks = map_here,
) -> dict[str, Grouping]:
    """Group petitions once, and cut the groups at each of `levels`; `n_matters` of the whole ledger."""
    parts = group_rows(rows, known, seed=seed)
    whole = keep_recurring(widen(parts, known), rows)
    if n_matters < SMALL:
        whole, parts = (_rest_by_class(cut, rows) for cut in (whole, parts))
    how = {
        "coarse": lambda: _by_class(whole, rows.code),
        "default": lambda: whole,
        "fine": lambda: keep_recurring(cut_large(parts, rows.vectors, seed, map_blocks), rows),
    }
    return {level: how[level]() for level in levels}


def _regroup(draw: tuple[Rows, int], known: Sequence[Wrong], level: str, n_matters: int) -> np.ndarray:
    """Group the petitions of one resample, with a seed of its own."""
    rows, seed = draw
    return _cuts(rows, known, (level,), seed, n_matters)[level].group


def _rest_by_class(cut: Grouping, rows: Rows) -> Grouping:
    """In a small ledger gather what tells no known wrong by its class: too few to cluster, enough to see."""
    rest = (cut.group < 0) & tells_class(rows.code)
    number, codes = pd.factorize(rows.code[rest], sort=True)
    group, strength = cut.group.copy(), np.where(rest, _BY_CLASS, cut.strength)
    group[rest] = number + len(cut.names)
    names = cut.names + tuple(f"{_class_name(c)}{OF_A_CLASS}" for c in codes)
    return keep_recurring(Grouping(group, names, strength), rows)


def _by_class(cut: Grouping, class_code: np.ndarray) -> Grouping:
    """Join the issues of a grievance class: the one most of an issue's matters have."""
    inside = cut.group >= 0
    code = most_common(pd.Series(class_code[inside]), pd.Series(cut.group[inside])).sort_index()
    number, codes = pd.factorize(code, sort=True)
    return Grouping(np.append(number, -1)[cut.group], tuple(map(_class_name, codes)), cut.strength)


def _class_name(code: str) -> str:
    taxonomy = load_taxonomy()
    return taxonomy.title(code) if code in taxonomy.codes else code


def _spell(cut: Grouping, ids: np.ndarray) -> np.ndarray:
    return np.append(ids, None)[cut.group]


def _note(g: Gathered, cut: Grouping) -> str:
    """Say in Chinese what was found, what stays outside, and what so few rows cannot say."""
    n, n_matters, outside = len(g.rows), g.table["matter_id"].nunique(), int((cut.group < 0).sum())
    said = f"{n} 件、{n_matters} 个事项，归入 {len(cut.names)} 个问题；{outside} 件不属于任何问题。"
    if not cut.names:
        said += f"没有一种侵害在 {MIN_MATTERS} 个以上事项、{MIN_MATTERS} 处以上重复出现，不能说存在类案问题。"
    if n < ENOUGH_TO_DISCOVER:
        said += f"不足 {ENOUGH_TO_DISCOVER} 件，只按常见侵害事项表归拢，未作聚类；"
        said += "表中没有的新问题无从发现，不等于不存在。"
    return said
