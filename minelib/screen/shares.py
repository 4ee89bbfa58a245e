"""Shares of small counts: intervals, and words that do not say more than the counts do."""

import numpy as np

FEW = 20  # below this many a percentage pretends to more than it knows: counts only


def exact_interval(k, n, *, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Return the exact (Clopper and Pearson, 1934) interval of a share; 0 … 1 where `n` is 0.

    Examples
    --------
    >>> low, high = exact_interval([0, 9], [10, 14])
    >>> [round(float(x), 2) for x in (*low, *high)]
    [0.0, 0.35, 0.31, 0.87]
    """
    from scipy.stats import beta

    k, n = np.asarray(k, float), np.asarray(n, float)
    tail = (1 - level) / 2
    with np.errstate(invalid="ignore"):
        low = np.where(k > 0, beta.ppf(tail, np.maximum(k, 0.5), n - k + 1), 0.0)
        high = np.where(k < n, beta.ppf(1 - tail, k + 1, np.maximum(n - k, 0.5)), 1.0)
    return low, high


def wilson_low(k, n, *, z: float = 1.645) -> np.ndarray:
    """Return the lower end of the Wilson (1927) interval, 0 where `n` is 0: what a share is at least worth.

    The lower 5 % (`z` = 1.645) keeps three of three matters from outranking thirty of forty.

    >>> wilson_low([3, 30, 0], [3, 40, 0]).round(2).tolist()
    [0.53, 0.62, 0.0]
    """
    k, n = np.asarray(k, float), np.asarray(n, float)
    safe = np.maximum(n, 1e-9)
    p = np.clip(k / safe, 0, 1)
    centre = p + z**2 / (2 * safe)
    low = (centre - z * np.sqrt(p * (1 - p) / safe + z**2 / (4 * safe**2))) / (1 + z**2 / safe)
    return np.where(n > 0, np.clip(low, 0, 1), 0.0)


def share_words(k: int, n: int, low: float, high: float) -> str:
    """Say `k` of `n` with its interval; below 20 in tenths (成), never a percentage.

    >>> share_words(9, 14, 0.351, 0.872)
    '14件中9件（样本少，区间约3成至9成）'
    >>> share_words(12, 40, 0.166, 0.465)
    '40件中12件，占30.0%（95%区间16.6%—46.5%）'
    """
    if n < FEW:
        return f"{n}件中{k}件（样本少，区间约{int(low * 10)}成至{int(np.ceil(high * 10))}成）"
    return f"{n}件中{k}件，占{k / n:.1%}（95%区间{low:.1%}—{high:.1%}）"
