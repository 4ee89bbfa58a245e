"""The same thing or another? Petitions linked to matters (事项)."""

from minelib.matters.link import REASONS, Matters, link_matters

__all__ = ["REASONS", "Matters", "link_matters"]
