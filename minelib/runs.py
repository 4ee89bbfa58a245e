"""A run: the tables one `mine` made of a ledger, and where they lie on disk."""

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class Run:
    """The tables of one run, as `schema` names their columns.

    Attributes
    ----------
    petitions, matters, links, issues, candidates, signals : DataFrame
        See `schema.RUN_PETITION`, `MATTER`, `LINK`, `ISSUE`, `CANDIDATE`, `SIGNAL`.
    counts : dict
        The funnel: rows read, used, rejected, and what each step changed or masked.
    manifest : dict
        Hashes, versions and config of the run.
    """

    petitions: pd.DataFrame
    matters: pd.DataFrame
    links: pd.DataFrame
    issues: pd.DataFrame
    candidates: pd.DataFrame
    signals: pd.DataFrame
    counts: dict = field(default_factory=dict)
    manifest: dict = field(default_factory=dict)
