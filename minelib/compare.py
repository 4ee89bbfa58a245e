"""Two runs beside each other: which issues were kept, split, merged, are new or gone; what crossed a threshold.

Issues are matched by the petitions they share. Where the two ledgers share none, as when each month is exported alone,
they are matched by what they tell: the same known wrong, else titles in much the same words.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from minelib.display import Displayed, Sheet
from minelib.review import plain_label
from minelib.runs import Run
from minelib.trends import matter_dates, rise_between
from minelib.vectorise import document_frequency

# An issue goes on in another when at least this share of its petitions that both runs hold is there.
_GOES_ON = 0.5
_PART = 0.2
# Cosine of titles from which two issues without a petition in common, each the other's nearest, tell the same.
_ALIKE = 0.2
_FIRST = 10  # warnings a comparison shows of itself
_TITLES = 300  # of an issue, that are read

STATES = {"kept": "延续", "split": "拆分", "merged": "合并", "new": "新增", "gone": "消失"}
_COLUMNS = [
    "state", "issue_id_old", "issue_id_new", "label", "n_matters_old", "n_matters_new", "n_shared", "matched_by",
]  # fmt: skip
_WARNING = ["issue_id", "label", "kind", "warning", "n_matters"]


@dataclass(frozen=True, repr=False)
class Comparison(Displayed):
    """What became of the issues of an earlier run.

    Attributes
    ----------
    issues : DataFrame
        One row a link of an old and a new issue (or of one without the other): state, issue_id_old, issue_id_new,
        label, n_matters_old, n_matters_new, n_shared (petitions), matched_by (同件, 内容 or "").
    warnings : DataFrame
        Early warning: issue_id, label, kind (上升, 达到件数, 进入前列), warning (Chinese), n_matters.
    """

    issues: pd.DataFrame
    warnings: pd.DataFrame

    @property
    def summary(self) -> str:
        """One line for a log: how many issues in each state, how many warnings."""
        counts = self.issues["state"].value_counts()
        states = "　".join(f"{name}{counts.get(state, 0)}" for state, name in STATES.items())
        return f"问题：{states}；预警{len(self.warnings)}条"

    def _sheet(self) -> Sheet:
        counts = self.issues["state"].value_counts()
        first = self.warnings[["kind", "label", "warning"]].head(_FIRST)
        rest = len(self.warnings) - len(first)
        return Sheet(
            "两期对照",
            facts=[
                *((name, int(counts.get(s, 0))) for s, name in STATES.items()),
                ("预警", len(self.warnings)),
            ],
            head=["预警", "问题", "说明"],
            rows=first.to_numpy(dtype=object).tolist(),
            note=f"另有预警 {rest} 条。" if rest else "",
        )


def compare_runs(old: Run, new: Run, *, matters: int = 5, top: int = 10, alpha: float = 0.05) -> Comparison:
    """Compare an earlier run with a later one.

    Parameters
    ----------
    old, new : Run
    matters : int
        An issue that reaches this many matters for the first time is warned of.
    top : int
        A candidate that enters the first `top` ranks is warned of.
    alpha : float
        False discovery rate over all issues of the test for a rise (exact, bulk registrations left out).
    """
    links = _links(old, new)
    rows = [*links.to_dict("records"), *_unlinked(old, links, "old"), *_unlinked(new, links, "new")]
    table = pd.DataFrame(rows, columns=_COLUMNS)
    order = {name: n for n, name in enumerate(STATES)}
    table = table.sort_values(
        ["state", "issue_id_new", "issue_id_old"], key=lambda c: c.map(order) if c.name == "state" else c
    )
    warnings = [
        *_rises(old, new, links, alpha),
        *_reached(new, links, matters),
        *_entered(old, new, links, top),
    ]
    rank = new.candidates.set_index("issue_id")["rank"]
    warned = pd.DataFrame(warnings, columns=_WARNING)
    warned = warned.sort_values("issue_id", key=lambda c: c.map(rank), kind="stable", ignore_index=True)
    return Comparison(table.reset_index(drop=True), warned)


def _links(old: Run, new: Run) -> pd.DataFrame:
    """Return the pairs of old and new issues that go on in each other, with their state."""
    pairs = _by_petitions(old, new)
    alone = [
        r.issues[~r.issues["issue_id"].isin(pairs[f"issue_id_{which}"])]
        for r, which in ((old, "old"), (new, "new"))
    ]
    alike = _by_content(old, new, *alone).assign(n_shared=0, matched_by="内容")
    pairs = pd.concat([p for p in (pairs.assign(matched_by="同件"), alike) if len(p)] or [alike])
    parts, joined = (pairs.groupby(c)[c].transform("size") > 1 for c in ("issue_id_old", "issue_id_new"))
    pairs["state"] = ["split" if s else "merged" if j else "kept" for s, j in zip(parts, joined, strict=True)]
    before, after = (r.issues.set_index("issue_id") for r in (old, new))
    return pairs.assign(
        label=pairs["issue_id_new"].map(after["label"]),
        n_matters_old=pairs["issue_id_old"].map(before["n_matters"]),
        n_matters_new=pairs["issue_id_new"].map(after["n_matters"]),
    )


def _by_petitions(old: Run, new: Run) -> pd.DataFrame:
    members = [r.petitions[["record_id", "issue_id"]].dropna() for r in (old, new)]
    both = members[0][members[0]["record_id"].isin(new.petitions["record_id"])]
    shared = both.merge(members[1], on="record_id", suffixes=("_old", "_new"))
    pairs = shared.groupby(["issue_id_old", "issue_id_new"]).size().reset_index(name="n_shared")
    alive = both.groupby("issue_id").size()
    share = pairs["n_shared"] / pairs["issue_id_old"].map(alive).astype(float)
    n_parts = pairs[share >= _PART].groupby("issue_id_old").size()
    split = pairs["issue_id_old"].map(n_parts).astype(float).gt(1) & (share >= _PART)
    return pairs[(share >= _GOES_ON) | split]


def _by_content(old: Run, new: Run, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Match issues that share no petition: by the name of a known wrong, else by their titles."""
    columns = ["issue_id_old", "issue_id_new"]
    if before.empty or after.empty:
        return pd.DataFrame(columns=columns)
    ids = [t["issue_id"].to_numpy(object) for t in (before, after)]
    near = likeness(_titles(old, before), _titles(new, after))
    named = [t["label"].map(plain_label).to_numpy(object) for t in (before, after)]
    near[named[0][:, None] == named[1][None, :]] = 2.0  # above every cosine
    nearest = (near == near.max(axis=1, keepdims=True)) & (near == near.max(axis=0, keepdims=True))
    same = nearest & (near >= _ALIKE)
    return pd.DataFrame([(ids[0][i], ids[1][j]) for i, j in np.argwhere(same)], columns=columns)


def likeness(old: list[str], new: list[str]) -> np.ndarray:
    """Return the cosine of the character pairs of texts, shape (n_old, n_new).

    Pairs count as often as they stand, for what an issue's titles say again and again is what it is about;
    those in few texts weigh more.

    Examples
    --------
    >>> likeness(["夜间施工扰民", "拖欠工资"], ["工资被拖欠"]).round(1).tolist()
    [[0.0], [0.3]]
    """
    texts = [*old, *new]
    pairs = [[t[i : i + 2] for i in range(len(t) - 1) if "\n" not in t[i : i + 2]] for t in texts]
    column, words = pd.factorize(np.array([p for some in pairs for p in some], dtype=object), sort=True)
    row = np.repeat(np.arange(len(texts)), [len(some) for some in pairs])
    counts = sp.csr_matrix((np.ones(len(row)), (row, column)), shape=(len(texts), max(len(words), 1)))
    counts.sum_duplicates()
    counts.data *= np.log((1 + len(texts)) / np.maximum(document_frequency(counts), 1))[counts.indices]
    length = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    unit = sp.diags_array(1 / np.where(length > 0, length, 1)) @ counts
    return (unit[: len(old)] @ unit[len(old) :].T).toarray()


def _titles(run: Run, issues: pd.DataFrame) -> list[str]:
    """Return what each issue's petitions are headed, names of places and respondents taken out."""
    from minelib.mentions import strip_mentions

    if "title" not in run.petitions:
        return [""] * len(issues)
    rows = run.petitions[run.petitions["issue_id"].isin(issues["issue_id"])].sort_values("record_id")
    rows = rows[rows.groupby("issue_id").cumcount() < _TITLES]
    said = rows["title"].map(strip_mentions).groupby(rows["issue_id"]).agg("\n".join)
    return said.reindex(issues["issue_id"]).fillna("").tolist()


def _unlinked(run: Run, links: pd.DataFrame, which: str):
    """Yield the issues of one run that are in no link: gone from the old, new in the new."""
    alone = run.issues[~run.issues["issue_id"].isin(links[f"issue_id_{which}"])]
    other = "new" if which == "old" else "old"
    for row in alone.itertuples():
        yield {
            "state": "gone" if which == "old" else "new", "label": row.label, "n_shared": 0, "matched_by": "",
            f"issue_id_{which}": row.issue_id, f"n_matters_{which}": row.n_matters,
            f"issue_id_{other}": "", f"n_matters_{other}": 0,
        }  # fmt: skip


def _rises(old: Run, new: Run, links: pd.DataFrame, alpha: float):
    """Yield the issues whose matters of this period are more than their past and the ledgers' volume explain."""
    then, now = _matters(old), _matters(new)
    seen = set(new.petitions.loc[new.petitions["record_id"].isin(old.petitions["record_id"]), "matter_id"])
    name = links.drop_duplicates("issue_id_old").set_index("issue_id_old")["issue_id_new"]
    now["recent"], then["recent"] = ~now["matter_id"].isin(seen), False
    then["issue_id"] = then["issue_id"].map(name)
    # What both runs hold counts once, as the new run has it.
    gone = ~old.petitions["record_id"].isin(new.petitions["record_id"])
    then = then[then["matter_id"].isin(old.petitions.loc[gone, "matter_id"])]
    rows = pd.concat([now, then], ignore_index=True)
    if not rows["first_at"].notna().any():
        return
    table = rise_between(rows["issue_id"], rows["first_at"], rows["recent"], alpha=alpha)
    known = new.issues.set_index("issue_id")
    for issue_id, row in table[table["rising"]].iterrows():
        said = f"本期新增{row['recent']}件，按两期台账总量推算约{row['expected']:.1f}件，有上升迹象"
        yield issue_id, known["label"].get(issue_id, ""), "上升", said, known["n_matters"].get(issue_id, 0)


def _matters(run: Run) -> pd.DataFrame:
    """Return the matters of a run with the issue and the day each counts for; none for a bulk registration."""
    dates = matter_dates(run.petitions).reset_index()
    told = run.petitions.dropna(subset=["issue_id"]).drop_duplicates(["matter_id", "issue_id"])
    return dates.merge(told[["matter_id", "issue_id"]], on="matter_id", how="left")


def _reached(new: Run, links: pd.DataFrame, least: int):
    """Yield the issues that are told in `least` matters for the first time."""
    before = links.groupby("issue_id_new")["n_matters_old"].max()
    for row in new.issues.itertuples():
        was = int(before.get(row.issue_id, 0))
        if row.n_matters >= least > was:
            said = f"事项数由{was}件增至{row.n_matters}件，达到{least}件"
            yield row.issue_id, row.label, "达到件数", said, row.n_matters


def _entered(old: Run, new: Run, links: pd.DataFrame, top: int):
    """Yield the candidates that were not among the first `top` before."""
    ranks = old.candidates.set_index("issue_id")["rank"]
    before = (
        links.assign(rank=links["issue_id_old"].map(ranks)).groupby("issue_id_new")["rank"].min().dropna()
    )
    for row in new.candidates[new.candidates["rank"] <= top].itertuples():
        stood = before.get(row.issue_id)
        if stood is None or stood > top:
            was = "未列入" if stood is None else f"第{int(stood)}位"
            said = f"进入前{top}位（上期{was}，本期第{row.rank}位）"
            yield row.issue_id, row.label, "进入前列", said, row.n_matters
