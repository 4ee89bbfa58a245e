"""A plane on which matters of the same issue lie together, and like issues near each other."""

import numpy as np
import pandas as pd

from minelib.runs import Run
from minelib.schema import MASK

COLUMNS = ["matter_id", "rank", "label", "n_petitions", "x", "y"]


def issue_map_data(run: Run, *, top: int = 10, per_issue: int = 60) -> pd.DataFrame:
    """Return the matters of the `top` candidates with a place in the plane: matter_id, rank, label, x, y.

    Issues are laid out by classical scaling (Torgerson 1952) of the cosine between their mean character
    bigram vectors; a matter lies at the mean of the issues it resembles, weighted by the fourth power of its
    cosine to each. Deterministic: no random start. At most `per_issue` matters an issue, the largest first.
    Fewer than three candidates give an empty table.
    """
    best = run.candidates.sort_values("rank").head(top)[["rank", "issue_id", "label"]]
    if len(best) < 3:
        return pd.DataFrame(columns=COLUMNS)
    matters = run.matters.merge(best, on="issue_id")
    matters = matters.sort_values(["rank", "n_petitions", "matter_id"], ascending=[True, False, True])
    matters = matters.groupby("rank").head(per_issue).reset_index(drop=True)
    vectors = _bigram_vectors(_exemplar_texts(run, matters["exemplar"]))
    group = matters["rank"].rank(method="dense").astype(int).to_numpy() - 1
    centres = _unit(np.vstack([vectors[group == k].mean(axis=0) for k in range(len(best))]))
    pull = np.clip(vectors @ centres.T, 1e-6, None) ** 4
    plane = pull / pull.sum(axis=1, keepdims=True) @ _classical_scaling(centres @ centres.T)
    return matters.assign(x=plane[:, 0].round(4), y=plane[:, 1].round(4))[COLUMNS]


def _exemplar_texts(run: Run, exemplars: pd.Series) -> list[str]:
    """Return title and opening of each matter's exemplar, masks taken out."""
    wanted = run.petitions[run.petitions["record_id"].isin(exemplars)].set_index("record_id")
    texts = wanted["title"] + " " + wanted["text"].str.slice(0, 200)
    return [MASK.sub("", text) for text in texts.reindex(exemplars).fillna("")]


def _bigram_vectors(texts: list[str]) -> np.ndarray:
    """Return unit TF-IDF vectors over at most 2,000 character bigrams."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors = TfidfVectorizer(analyzer="char", ngram_range=(2, 2), max_features=2000, sublinear_tf=True)
    return vectors.fit_transform(texts).toarray()


def _unit(rows: np.ndarray) -> np.ndarray:
    """Scale rows to length one."""
    return rows / np.clip(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9, None)


def _classical_scaling(cosine: np.ndarray) -> np.ndarray:
    """Return points in the plane whose squared distances come nearest to 2 - 2 cosine."""
    k = len(cosine)
    centring = np.eye(k) - 1 / k
    values, axes = np.linalg.eigh(centring @ cosine @ centring)
    points = axes[:, [-1, -2]] * np.sqrt(np.clip(values[[-1, -2]], 0, None))
    # An eigenvector's sign is arbitrary; with its largest entry positive every machine draws the same map.
    return points * np.sign(points[np.abs(points).argmax(axis=0), [0, 1]] + 1e-12)
