"""Look around in a run: a map of its issues and a table of its petitions, as one HTML file or in a notebook."""

from minelib.explore.card import candidate_card
from minelib.explore.page import explore_page
from minelib.explore.panel import explore_panel
from minelib.explore.write import write_explore

__all__ = ["candidate_card", "explore_page", "explore_panel", "write_explore"]
