"""Where things stand on the issue map: issues as discs, like beside like, matters inside their disc."""

import numpy as np
import pandas as pd

from minelib.plots.bigrams import bigram_vectors
from minelib.runs import Run
from minelib.scale import among, rows_of
from minelib.schema import MASK

_MOST_ISSUES = 80
_PER_ISSUE = 80
_MOST_PAIRS = 3000
_GOLDEN = np.pi * (3 - 5**0.5)
_GAP = 6.0  # between discs, in units of the map: a point takes about three
_ANGLES = np.linspace(0, 2 * np.pi, 36, endpoint=False)


def map_data(
    run: Run, *, most: int = _MOST_ISSUES, per_issue: int = _PER_ISSUE
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Place the best candidates and their matters on a plane.

    A disc is an issue and its area the matters drawn. Discs are set one after another, by rank, each touching one
    already there, where those with like words are nearest. In a disc the matters lie on a sunflower spiral (Vogel
    1979), the most typical in the middle. No random start; positions tell likeness of words, not of place.

    Returns
    -------
    discs : DataFrame
        issue_id, x, y, r; one row an issue, at most `most`.
    points : DataFrame
        matter_id, issue_id, x, y; at most `per_issue` matters an issue, the largest first.
    """
    best = run.candidates.sort_values("rank").head(most)[["rank", "issue_id"]]
    matters = run.matters.merge(best, on="issue_id").sort_values(
        ["rank", "n_petitions", "matter_id"], ascending=[True, False, True]
    )
    matters = matters.groupby("rank").head(per_issue).reset_index(drop=True)
    if matters.empty:
        return pd.DataFrame(columns=["issue_id", "x", "y", "r"]), matters.assign(x=0.0, y=0.0)
    vectors, group = _vectors(run, matters["exemplar"]), pd.factorize(matters["issue_id"])[0]
    centres = _centres(vectors, group)
    n = np.bincount(group)
    radius = 3.2 * np.sqrt(n) + 2
    place = _packed((centres @ centres.T).round(9), radius)
    typical = np.asarray(vectors.multiply(centres[group]).sum(axis=1)).ravel().round(6)
    inside = _sunflower(matters.assign(group=group, typical=typical), n, radius)
    discs = np.column_stack([place, radius]).round(2)
    ids = matters["issue_id"].drop_duplicates().to_numpy()
    points = (place[group] + inside).round(2)
    return (
        pd.DataFrame({"issue_id": ids, "x": discs[:, 0], "y": discs[:, 1], "r": discs[:, 2]}),
        matters.assign(x=points[:, 0], y=points[:, 1]),
    )


def _vectors(run: Run, exemplars: pd.Series):
    """Return sparse unit TF-IDF vectors over character bigrams of each matter's exemplar, masks taken out."""
    told = among(run.petitions["record_id"], exemplars)
    wanted = rows_of(run.petitions, told, ["record_id", "title", "text"]).set_index("record_id")
    texts = (wanted["title"] + " " + wanted["text"].str.slice(0, 80)).reindex(exemplars).fillna("")
    return bigram_vectors([MASK.sub("", text) for text in texts], most=_MOST_PAIRS)


def _centres(vectors, group: np.ndarray) -> np.ndarray:
    """Return the unit mean of each group's rows."""
    from scipy.sparse import csr_matrix

    members = csr_matrix((np.ones(len(group)), (group, np.arange(len(group)))))
    sums = (members @ vectors).toarray()
    return sums / np.clip(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9, None)


def _packed(likeness: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Set discs one after another without overlap, near those they are like and near the middle."""
    x, y = np.zeros((2, len(radius)))
    for k in range(1, len(radius)):
        reach = radius[:k] + radius[k] + _GAP
        across = (x[:k, None] + reach[:, None] * np.cos(_ANGLES)).ravel()
        along = (y[:k, None] + reach[:, None] * np.sin(_ANGLES)).ravel()
        apart = _length(across[:, None] - x[:k], along[:, None] - y[:k])
        free = (apart >= reach - 1e-9).all(axis=1)
        pull = np.clip(likeness[k, :k], 0, None) ** 2
        cost = apart @ (pull / max(pull.sum(), 1e-9)) + _length(across * 0.5, along * 1.6)
        best = np.where(free, cost.round(6), np.inf).argmin()
        x[k], y[k] = across[best], along[best]
    return np.column_stack([x, y])


def _length(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.sqrt(x * x + y * y)  # a fifth of the time of a norm over an axis of two


def _sunflower(matters: pd.DataFrame, n: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Return places inside a disc about the origin, the most typical matter in its middle."""
    ordered = matters.sort_values(["group", "typical", "matter_id"], ascending=[True, False, True])
    nth = ordered.groupby("group").cumcount().reindex(matters.index).to_numpy()
    group = matters["group"].to_numpy()
    far = (radius[group] - 3) * np.sqrt((nth + 0.5) / n[group])
    return np.column_stack([far * np.cos(nth * _GOLDEN), far * np.sin(nth * _GOLDEN)])
