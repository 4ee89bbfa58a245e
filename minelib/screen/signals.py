"""The signals: each a named reason why an issue may be worth an hour of a prosecutor's time.

Every function takes the evidence and a weight per matter (all ones for what was seen, resampled counts for
the bootstrap) and returns two arrays over issues: the value in its own unit, and the same scaled to 0 … 1.
"""

from collections.abc import Callable, Mapping

import numpy as np

from minelib.screen.evidence import Evidence
from minelib.screen.shares import wilson_low

Measured = tuple[np.ndarray, np.ndarray]
_MANY = 100  # independent matters that count as fully widespread
_MANY_SITES = 60
_HIGH_REPEAT = 0.6  # twice the national share of repeat petitions in 2021 (272,013 of 895,362)


def breadth(e: Evidence, weights: np.ndarray) -> Measured:
    """普遍性: independent matters that hold together.

    Matters at one site count as the root of their number, for a storm is one event; all count by the issue's
    stability, for a group that resamples do not find again is a class of nothing.
    """
    unnamed = np.bincount(e.issue, weights=weights * (e.site.code < 0), minlength=len(e.issues))
    independent = e.site.by_issue(np.sqrt(e.site.totals(weights))) + unnamed
    return e.total(weights), _log_scale(independent * e.stability, _MANY)


def spread(e: Evidence, weights: np.ndarray) -> Measured:
    """分布: effective number of places and respondents, the exponential of their entropy (Hill, 1973)."""
    areas = e.area.totals(weights)
    named = e.area.by_issue(areas)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = areas / named[e.area.issue]
        entropy = e.area.by_issue(np.where(areas > 0, -share * np.log(share), 0.0))
    effective = np.where(named > 0, np.exp(entropy), 0.0)
    return effective, _log_scale(effective, _MANY_SITES)


def concentration(e: Evidence, weights: np.ndarray) -> Measured:
    """集中: chance that two petitioners speak of one site (Herfindahl, unbiased); a half is one event."""
    people = weights * e.matters["n_petitioners"].to_numpy(float)
    sites, named = e.site.totals(people), e.site.code >= 0
    alone = np.where(named, 0.0, people * np.maximum(people - 1, 0))  # a matter without a site is its own
    total = np.bincount(e.issue, weights=people, minlength=len(e.issues))
    same = e.site.by_issue(sites * np.maximum(sites - 1, 0)) + np.bincount(
        e.issue, weights=alone, minlength=len(e.issues)
    )
    index = _divide(same, total * (total - 1))
    return index, np.clip(1 - 2 * np.nan_to_num(index, nan=0.5), 0, 1)


def repetition(e: Evidence, weights: np.ndarray) -> Measured:
    """重复访: share of repeat petitions among all."""
    return _share(e.total(weights, "repeats"), e.total(weights, "letters"), full=_HIGH_REPEAT)


def group(e: Evidence, weights: np.ndarray) -> Measured:
    """群体性: share of matters with a joint petition (集体访, 联名, five people or more)."""
    return _share(e.total(weights, "joint"), e.total(weights), full=0.5)


def vulnerable(e: Evidence, weights: np.ndarray) -> Measured:
    """特殊群体: share of matters that touch the rights of a vulnerable group."""
    return _share(e.total(weights, "grouped"), e.total(weights), full=0.8)


def delay(e: Evidence, weights: np.ndarray) -> Measured:
    """回应: share of matters that say they were passed over, or whose reply came after 60 days or never.

    The words also count those beyond the extended 90 days, and those passed on after more than 15.
    """
    return _share(e.total(weights, "unheeded"), e.total(weights), full=0.6)


def supervisable(e: Evidence, weights: np.ndarray) -> Measured:
    """监督必要性: share of matters that allege a concrete wrong, rather than ask, suggest or wish."""
    total = e.total(weights)
    value = _divide(e.total(weights, "alleges"), total)
    return value, np.clip((np.nan_to_num(value) - 0.25) / 0.6, 0, 1)


# Measured on matters and reweighed by the bootstrap; rise, novelty, law and field are not (see `score`).
MEASURES: Mapping[str, Callable[[Evidence, np.ndarray], Measured]] = {
    "breadth": breadth,
    "spread": spread,
    "concentration": concentration,
    "repetition": repetition,
    "group": group,
    "vulnerable": vulnerable,
    "delay": delay,
    "supervisable": supervisable,
}


def _log_scale(count, many):
    """0 for one, 1 for `many`: the tenth matter says less than the second."""
    return np.clip(np.log(np.maximum(count, 1)) / np.log(many), 0, 1)


def _share(k, n, *, full):
    """A share and its lower bound scaled so that `full` is worth all the points."""
    return _divide(k, n), np.clip(wilson_low(k, n) / full, 0, 1)


def _divide(k, n):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(n > 0, k / n, np.nan)
