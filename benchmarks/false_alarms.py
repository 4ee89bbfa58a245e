"""How often is a rise called where there is none? Ledgers are made without any trend and tested as a run is.

    python benchmarks/false_alarms.py --ledgers 200

Every ledger has 40 issues of very different size, a volume that grows and follows the seasons, and no issue that
grows more than the others; in half of the settings matters come in clumps, and in all a bulk registration of one issue
lies in the last month. Prints, for each setting, the share of ledgers with at least one false alarm, its exact 95 %
interval, and the level promised (alpha).
"""

import argparse

import numpy as np
import pandas as pd

from minelib.screen import exact_interval
from minelib.trends import batch_uploads, rise_table

ISSUES = 40


def ledger(rng: np.random.Generator, *, months: int, n: int, clumped: bool) -> tuple[pd.Series, pd.Series]:
    """Make the issue and the day of each of `n` matters."""
    days = np.arange(months * 30)
    volume = (1 + days / len(days)) * (1 + 0.3 * np.sin(2 * np.pi * days / 365))
    size = 1 / np.arange(1, ISSUES + 1)
    n_seeds = n // 3 if clumped else n
    seed_day = rng.choice(days, n_seeds, p=volume / volume.sum())
    seed_issue = rng.choice(ISSUES, n_seeds, p=size / size.sum())
    repeat = rng.poisson(2.0, n_seeds) + 1 if clumped else np.ones(n_seeds, int)
    day = np.minimum(
        np.repeat(seed_day, repeat) + rng.integers(0, 7 if clumped else 1, repeat.sum()), days[-1]
    )
    minute = rng.integers(0, 24 * 60, len(day))
    when = pd.Timestamp("2024-01-01") + pd.to_timedelta(day, unit="D") + pd.to_timedelta(minute, unit="min")
    keys = pd.Series([f"I{i:02d}" for i in np.repeat(seed_issue, repeat)])
    bulk = pd.Series(pd.Timestamp("2024-01-01 17:30") + pd.Timedelta(days=int(days[-1]) - 9), index=range(40))
    return pd.concat([keys, pd.Series(["I07"] * 40)], ignore_index=True), pd.concat(
        [pd.Series(when), bulk], ignore_index=True
    )


def share_of_false_alarms(n_ledgers: int, *, alpha: float, **how) -> tuple[int, float, float]:
    """Count the ledgers with at least one issue called rising."""
    alarms = 0
    for seed in range(n_ledgers):
        keys, dates = ledger(np.random.default_rng(seed), **how)
        table = rise_table(keys, dates.mask(batch_uploads(dates)), alpha=alpha)
        alarms += bool(table["rising"].any())
    low, high = exact_interval([alarms], [n_ledgers])
    return alarms, float(low[0]), float(high[0])


def main() -> None:
    """Print one line a setting."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ledgers", type=int, default=200)
    parser.add_argument("--alpha", type=float, default=0.05)
    a = parser.parse_args()
    for months, n in ((6, 600), (18, 2000)):
        for clumped in (False, True):
            found, low, high = share_of_false_alarms(
                a.ledgers, alpha=a.alpha, months=months, n=n, clumped=clumped
            )
            print(
                f"{months} months, {n} matters, {'in clumps' if clumped else 'one by one'}: "
                f"{found} of {a.ledgers} ledgers = {found / a.ledgers:.1%} "
                f"(95 % interval {low:.1%} to {high:.1%}); level {a.alpha:.0%}"
            )


if __name__ == "__main__":
    main()
