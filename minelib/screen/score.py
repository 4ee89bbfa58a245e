"""Add the signals up, rank the issues, and say how firm the ranks are."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

import numpy as np
import pandas as pd

from minelib.errors import InputError
from minelib.schema import CANDIDATE, SIGNAL, frame
from minelib.screen import context
from minelib.screen.evidence import Evidence, gather
from minelib.screen.legal import legal
from minelib.screen.signals import MEASURES
from minelib.screen.words import NAMES, words

_RESAMPLES = 100  # enough for 5 % and 95 %


@dataclass(frozen=True)
class Weights:
    """What each signal may add to the score; scaled so that all of them together make 100.

    The largest are what practice asks first: is a wrong alleged (监督必要性), in many places (普遍性)? Raise
    one to see what it would bring up; `weight_sensitivity` says how much hangs on it.

    Examples
    --------
    >>> round(sum(Weights(rise=20).shares().values()))
    100
    """

    breadth: float = 16
    spread: float = 9
    concentration: float = 8
    rise: float = 7
    repetition: float = 3
    group: float = 5
    vulnerable: float = 8
    novelty: float = 2
    delay: float = 6
    law: float = 7
    field: float = 5
    supervisable: float = 24

    def __post_init__(self):
        values = asdict(self)
        bad = [k for k, v in values.items() if not (np.isfinite(v) and v >= 0)]
        if bad or not sum(values.values()):
            raise InputError(f"weights must be 0 or more and not all 0; wrong: {', '.join(bad) or 'all 0'}")

    @classmethod
    def changed(cls, changes: Mapping[str, float]) -> "Weights":
        """Return the default weights with some of them replaced, as a config file gives them.

        >>> Weights.changed({"rise": 12}).rise
        12
        """
        unknown = sorted(set(changes) - {f.name for f in fields(cls)})
        if unknown:
            allowed = ", ".join(f.name for f in fields(cls))
            raise InputError(f"no signal called {', '.join(unknown)}; allowed: {allowed}")
        return cls(**changes)

    def shares(self) -> dict[str, float]:
        """Return the most points each signal can give."""
        values = asdict(self)
        return {k: 100 * v / sum(values.values()) for k, v in values.items()}


SIGNALS = tuple(f.name for f in fields(Weights))


def screen_issues(
    petitions: pd.DataFrame,
    matters: pd.DataFrame,
    issues: pd.DataFrame,
    *,
    marks: pd.DataFrame | None = None,
    weights: Weights | None = None,
    seed: int = 0,
    resamples: int = _RESAMPLES,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rank issues as candidate class-supervision topics (类案监督线索), with reasons, law and routes.

    Parameters
    ----------
    petitions, matters, issues : DataFrame
        See `schema.RUN_PETITION`, `MATTER`, `ISSUE`. All of the ledger: those outside issues give volume.
    marks : DataFrame, optional
        `mark_letters` of the petitions that belong to an issue, by the same index; made when not given.
    weights : Weights, optional
    seed : int
        For the bootstrap over matters.
    resamples : int
        Poisson bootstrap draws behind `rank_low` and `rank_high` (5 % and 95 %). Rise, novelty, law and
        field are held as seen.

    Returns
    -------
    candidates, signals : DataFrame
        See `schema.CANDIDATE` (by rank) and `SIGNAL` (by issue, in the order of `Weights`).

    Examples
    --------
    >>> from minelib.schema import ISSUE, MATTER, RUN_PETITION
    >>> candidates, signals = screen_issues(frame([], RUN_PETITION), frame([], MATTER), frame([], ISSUE))
    >>> len(candidates), len(signals)
    (0, 0)
    """
    if not len(issues):
        return frame([], CANDIDATE), frame([], SIGNAL)
    shares = (weights or Weights()).shares()
    evidence = gather(petitions, matters, issues, marks)
    law = legal(evidence.issues, petitions)
    parts = _measure(evidence, law)
    points = np.stack([parts[s]["scaled"].to_numpy(float) * shares[s] for s in SIGNALS])
    score = points.sum(axis=0)
    low, high = _rank_interval(evidence, points, shares, law, seed=seed, resamples=resamples)
    signals = _signal_table(evidence, parts, points)
    return _candidate_table(evidence, law, signals, score, low, high), signals


def _measure(e: Evidence, law: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Value, scaled value and words of every signal."""
    said = words(e)
    parts = {}
    for name, measure in MEASURES.items():
        value, scaled = measure(e, e.ones)
        columns = {"value": value, "scaled": scaled, "shown": said[name]}
        parts[name] = pd.DataFrame(columns, index=e.issues.index)
    parts["rise"] = context.rise(e)
    parts["novelty"] = context.novelty(e)
    alleged = parts["supervisable"]["scaled"]
    parts["law"] = pd.DataFrame(
        {
            "value": law["n_laws"],
            "scaled": _hook(law) * alleged,
            "shown": [
                f"{n}条可查依据，其中{n - v}条未核" if n else "未见对应法律条文"
                for n, v in zip(law["n_laws"], law["n_verified"], strict=True)
            ],
        }
    )
    field = law["field"] + ("；" + law["note"]).where(law["note"].ne(""), "")
    parts["field"] = pd.DataFrame(
        {"value": law["has_field"].astype(float), "scaled": law["has_field"] * alleged, "shown": field}
    )
    return parts


def _hook(law: pd.DataFrame) -> np.ndarray:
    """A verified row of law is a hook, an unverified one half of it."""
    return np.where(law["n_verified"] > 0, 1.0, np.where(law["n_laws"] > 0, 0.5, 0.0))


def _rank_interval(e, points, shares, law, *, seed, resamples):
    """Ranks at 5 % and 95 % over resampled matters (Poisson bootstrap: each matter 0, 1, 2 … times)."""
    rng = np.random.default_rng(seed)
    held = [SIGNALS.index(s) for s in ("rise", "novelty")]
    hook = shares["law"] * _hook(law) + shares["field"] * law["has_field"].to_numpy()
    ranks = np.empty((resamples, len(e.issues)), dtype=np.int32)
    for i in range(resamples):
        weights = rng.poisson(1.0, len(e.issue)).astype(float)
        score = points[held].sum(axis=0)
        for name, measure in MEASURES.items():
            scaled = measure(e, weights)[1]
            score = score + shares[name] * scaled + (hook * scaled if name == "supervisable" else 0)
        ranks[i] = _ranks(score)
    low, high = np.quantile(ranks, [0.05, 0.95], axis=0, method="nearest")
    return low.astype(int), high.astype(int)


def _ranks(score: np.ndarray) -> np.ndarray:
    """1 for the highest; ties keep the order of issue ids."""
    order = np.argsort(-np.round(score, 9), kind="stable")
    ranks = np.empty(len(score), dtype=np.int64)
    ranks[order] = np.arange(1, len(score) + 1)
    return ranks


def _signal_table(e, parts, points):
    tables = [
        parts[s].drop(columns="scaled").assign(issue_id=e.issues.index, signal=s, points=points[i], order=i)
        for i, s in enumerate(SIGNALS)
    ]
    return frame(pd.concat(tables).sort_values(["issue_id", "order"]).reset_index(drop=True), SIGNAL)


def _candidate_table(e, law, signals, score, low, high):
    table = e.issues.reset_index(drop=True).join(law.reset_index(drop=True))
    table["score"] = score
    rank = _ranks(score)
    table["rank"] = rank
    table["rank_low"], table["rank_high"] = np.minimum(low, rank), np.maximum(high, rank)
    table["reasons"] = table["issue_id"].map(_reasons(signals))
    return frame(table.sort_values("rank").reset_index(drop=True), CANDIDATE)


def _reasons(signals: pd.DataFrame, *, most: int = 4) -> pd.Series:
    """How wide the issue is, then its strongest signals, in words."""
    width = signals["signal"].eq("breadth")
    strong = signals[signals["points"].gt(0) | width].assign(width=width)
    strong = strong.sort_values(["width", "points"], ascending=False, kind="stable")
    strong = strong[strong.groupby("issue_id").cumcount() < most]
    text = strong["signal"].map(NAMES) + "：" + strong["shown"]
    return text.groupby(strong["issue_id"]).agg("；".join)


def weight_sensitivity(
    signals: pd.DataFrame, *, spread: float = 0.5, draws: int = 200, top: int = 10, seed: int = 0
) -> pd.DataFrame:
    """How the ranks move when the weights are others.

    Parameters
    ----------
    signals : DataFrame
        From `screen_issues`.
    spread : float
        Every weight is multiplied by a factor drawn between 1 − spread and 1 + spread.
    draws : int
    top : int
        Length of the short list.
    seed : int

    Returns
    -------
    DataFrame
        By rank: `issue_id`, `rank`, `rank_low`, `rank_high` (5 % and 95 % over draws), `in_top` (share of
        draws in the short list), and for each signal `without_…`: the rank when it is left out.

    Examples
    --------
    >>> signals = pd.DataFrame({"issue_id": ["I1", "I2"] * 2, "signal": ["breadth"] * 2 + ["law"] * 2,
    ...                         "value": 1.0, "shown": "", "points": [9.0, 2.0, 0.0, 0.5]})
    >>> weight_sensitivity(signals, top=1)[["issue_id", "rank", "in_top", "without_breadth"]].values.tolist()
    [['I1', 1, 1.0, 2], ['I2', 2, 0.0, 1]]
    """
    points = signals.pivot(index="issue_id", columns="signal", values="points").fillna(0.0)
    points = points[[s for s in SIGNALS if s in points]]
    factors = np.random.default_rng(seed).uniform(1 - spread, 1 + spread, (draws, points.shape[1]))
    scores = factors @ points.to_numpy().T
    ranks = np.apply_along_axis(_ranks, 1, scores)
    table = pd.DataFrame({"issue_id": points.index, "rank": _ranks(points.sum(axis=1).to_numpy())})
    low, high = np.quantile(ranks, [0.05, 0.95], axis=0, method="nearest").astype(int)
    table["rank_low"], table["rank_high"] = low, high
    table["in_top"] = (ranks <= top).mean(axis=0)
    for name in points:
        table[f"without_{name}"] = _ranks(points.drop(columns=name).sum(axis=1).to_numpy())
    return table.sort_values("rank").reset_index(drop=True)
