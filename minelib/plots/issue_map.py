"""A plane on which matters of the same issue lie together, and like issues beside each other."""

import numpy as np
import pandas as pd

from minelib.plots.bigrams import bigram_vectors
from minelib.runs import Run
from minelib.scale import among, rows_of
from minelib.schema import MASK

COLUMNS = ["matter_id", "rank", "label", "n_petitions", "x", "y", "anchor_x", "anchor_y"]
_MOST_PAIRS = 2000


def issue_map_data(run: Run, *, top: int = 10, per_issue: int = 60) -> pd.DataFrame:
    """Return the matters of the `top` candidates with a place in the plane.

    Issues stand evenly on a circle, those with like words side by side; a matter lies at the mean of the
    issues it resembles, weighted by the fourth power of its cosine to each (RadViz, Hoffman et al. 1997). So
    a matter near the rim is plainly of its issue, one further in is also like another. No random start. At
    most `per_issue` matters an issue, the largest first; fewer than three candidates give an empty table.

    Returns
    -------
    DataFrame
        matter_id, rank, label, n_petitions; x, y of the matter; anchor_x, anchor_y of its issue.
    """
    best = run.candidates.sort_values("rank").head(top)[["rank", "issue_id", "label"]]
    best = best[
        best["issue_id"].isin(run.matters["issue_id"])
    ]  # a matter in two issues is drawn at its first
    if len(best) < 3:
        return pd.DataFrame(columns=COLUMNS)
    matters = run.matters.merge(best, on="issue_id")
    matters = matters.sort_values(["rank", "n_petitions", "matter_id"], ascending=[True, False, True])
    matters = matters.groupby("rank").head(per_issue).reset_index(drop=True)
    vectors = bigram_vectors(_exemplar_texts(run, matters["exemplar"]), most=_MOST_PAIRS).toarray()
    group = matters["rank"].rank(method="dense").astype(int).to_numpy() - 1
    centres = _unit(np.vstack([vectors[group == k].mean(axis=0) for k in range(len(best))]))
    near = (vectors @ centres.T).round(9)  # further digits hang on the processor
    pull = np.clip(near, 1e-6, None) ** 4
    anchors = _circle((centres @ centres.T).round(9))
    plane = pull / pull.sum(axis=1, keepdims=True) @ anchors
    places = np.hstack([plane, anchors[group]]).round(4)
    return matters.assign(**dict(zip(COLUMNS[4:], places.T, strict=True)))[COLUMNS]


def _exemplar_texts(run: Run, exemplars: pd.Series) -> list[str]:
    """Return title and opening of each matter's exemplar, masks taken out."""
    told = among(run.petitions["record_id"], exemplars)
    wanted = rows_of(run.petitions, told, ["record_id", "title", "text"]).set_index("record_id")
    texts = wanted["title"] + " " + wanted["text"].str.slice(0, 200)
    return [MASK.sub("", text) for text in texts.reindex(exemplars).fillna("")]


def _unit(rows: np.ndarray) -> np.ndarray:
    """Scale rows to length one."""
    return rows / np.clip(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9, None)


def _circle(cosine: np.ndarray) -> np.ndarray:
    """Return points on the unit circle, one an issue, in the leaf order of average linkage."""
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    apart = np.clip(1 - cosine, 0, None)
    np.fill_diagonal(apart, 0)
    order = leaves_list(linkage(squareform(apart, checks=False), "average", optimal_ordering=True))
    angles = np.empty(len(order))
    angles[order] = np.pi / 2 - 2 * np.pi * np.arange(len(order)) / len(order)
    return np.column_stack([np.cos(angles), np.sin(angles)])
