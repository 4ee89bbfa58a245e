"""Synthetic ledgers of an invented city, with answer keys: to try the tool on, and to measure it by.

Texts come from templates of our own (`*.toml` beside this module); nothing in them is from real petitions.
"""

from minelib.sample.files import write_sample
from minelib.sample.tables import make_ledger

__all__ = ["make_ledger", "write_sample"]
