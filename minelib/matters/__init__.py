"""The same thing or another? Petitions linked to matters (事项)."""

from minelib.matters.letters import Letters, read_letters
from minelib.matters.link import REASONS, Matters, link_matters

__all__ = ["REASONS", "Letters", "Matters", "link_matters", "read_letters"]
