"""Next month: `add` takes new ledgers into a finished run without starting over; every old id stays."""

from minelib.update.add import add

__all__ = ["add"]
