"""Two runs beside each other: which issues were kept, split, merged, are new or gone; what crossed a threshold.

Issues are matched by the petitions they share, never by number or label: both may change, petitions do not.
"""

from dataclasses import dataclass

import pandas as pd

from minelib.runs import Run

# An issue goes on in another when at least this share of its petitions that both runs hold is there.
_GOES_ON = 0.5
_PART = 0.2

STATES = {"kept": "延续", "split": "拆分", "merged": "合并", "new": "新增", "gone": "消失"}


@dataclass(frozen=True)
class Comparison:
    """What became of the issues of an earlier run.

    Attributes
    ----------
    issues : DataFrame
        One row a link of an old and a new issue (or of one without the other): state, issue_id_old, issue_id_new,
        label, n_matters_old, n_matters_new, n_shared (petitions).
    warnings : DataFrame
        Early warning: issue_id, label, warning (Chinese), n_matters.
    """

    issues: pd.DataFrame
    warnings: pd.DataFrame


def compare_runs(old: Run, new: Run, *, matters: int = 5, top: int = 10) -> Comparison:
    """Compare an earlier run with a later one.

    Parameters
    ----------
    old, new : Run
    matters : int
        An issue that reaches this many matters for the first time is warned of.
    top : int
        A candidate that enters the first `top` ranks is warned of.
    """
    links = _links(old, new)
    rows = [*links.to_dict("records"), *_unlinked(old, links, "old"), *_unlinked(new, links, "new")]
    columns = ["state", "issue_id_old", "issue_id_new", "label", "n_matters_old", "n_matters_new", "n_shared"]
    table = pd.DataFrame(rows, columns=columns)
    order = {name: n for n, name in enumerate(STATES)}
    table = table.sort_values(
        ["state", "issue_id_new", "issue_id_old"], key=lambda c: c.map(order) if c.name == "state" else c
    )
    return Comparison(table.reset_index(drop=True), _warnings(old, new, links, matters=matters, top=top))


def _links(old: Run, new: Run) -> pd.DataFrame:
    """Return the pairs of old and new issues that go on in each other, with their state."""
    members = [r.petitions[["record_id", "issue_id"]].dropna() for r in (old, new)]
    both = members[0][members[0]["record_id"].isin(new.petitions["record_id"])]
    shared = both.merge(members[1], on="record_id", suffixes=("_old", "_new"))
    pairs = shared.groupby(["issue_id_old", "issue_id_new"]).size().reset_index(name="n_shared")
    alive = both.groupby("issue_id").size()
    pairs["share"] = pairs["n_shared"] / pairs["issue_id_old"].map(alive).astype(float)
    n_parts = pairs[pairs["share"] >= _PART].groupby("issue_id_old").size()
    split = pairs["issue_id_old"].map(n_parts).astype(float).gt(1) & (pairs["share"] >= _PART)
    pairs = pairs[(pairs["share"] >= _GOES_ON) | split].assign(split=split)
    joined = pairs.groupby("issue_id_new")["issue_id_old"].transform("size") > 1
    pairs["state"] = [
        "split" if s else "merged" if j else "kept" for s, j in zip(pairs["split"], joined, strict=True)
    ]
    return _described(pairs, old, new)


def _described(pairs: pd.DataFrame, old: Run, new: Run) -> pd.DataFrame:
    before, after = (r.issues.set_index("issue_id") for r in (old, new))
    return pairs.assign(
        label=pairs["issue_id_new"].map(after["label"]),
        n_matters_old=pairs["issue_id_old"].map(before["n_matters"]),
        n_matters_new=pairs["issue_id_new"].map(after["n_matters"]),
    ).drop(columns=["share", "split"])


def _unlinked(run: Run, links: pd.DataFrame, which: str):
    """Yield the issues of one run that are in no link: gone from the old, new in the new."""
    alone = run.issues[~run.issues["issue_id"].isin(links[f"issue_id_{which}"])]
    for row in alone.itertuples():
        known = {f"issue_id_{which}": row.issue_id, f"n_matters_{which}": row.n_matters}
        empty = {f"issue_id_{w}": "" for w in ("old", "new") if w != which} | {
            f"n_matters_{w}": 0 for w in ("old", "new") if w != which
        }
        yield {
            "state": "gone" if which == "old" else "new",
            "label": row.label,
            "n_shared": 0,
            **known,
            **empty,
        }


def _warnings(old: Run, new: Run, links: pd.DataFrame, *, matters: int, top: int) -> pd.DataFrame:
    n_before = links.groupby("issue_id_new")["n_matters_old"].max()
    ranks = old.candidates.set_index("issue_id")["rank"]
    rank_before = links.assign(rank=links["issue_id_old"].map(ranks)).groupby("issue_id_new")["rank"].min()
    rows = []
    for row in new.candidates.sort_values("rank").itertuples():
        was, stood = int(n_before.get(row.issue_id, 0)), rank_before.get(row.issue_id)
        if row.n_matters >= matters > was:
            rows.append(
                (
                    row.issue_id,
                    row.label,
                    f"事项数由{was}件增至{row.n_matters}件，达到{matters}件",
                    row.n_matters,
                )
            )
        if row.rank <= top and (pd.isna(stood) or stood is None or stood > top):
            stood = "未列入" if stood is None or pd.isna(stood) else f"第{int(stood)}位"
            rows.append(
                (row.issue_id, row.label, f"进入前{top}位（上期{stood}，本期第{row.rank}位）", row.n_matters)
            )
    return pd.DataFrame(rows, columns=["issue_id", "label", "warning", "n_matters"])
