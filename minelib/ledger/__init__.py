"""Read ledgers of petitions (台账) as offices export them.

xlsx, xls, csv, tsv, json lines and parquet, told apart by what is in the file; every row read is either a
petition or a reject with its reason.
"""

from minelib.ledger.blocks import Blocks, Held, Lying, open_blocks, read_share, shares_of
from minelib.ledger.files import ledger_paths
from minelib.ledger.read import Ledger, iter_ledger, read_ledger

__all__ = [
    "Blocks",
    "Held",
    "Ledger",
    "Lying",
    "iter_ledger",
    "ledger_paths",
    "open_blocks",
    "read_ledger",
    "read_share",
    "shares_of",
]
