"""Clean petitions of what software left in them, count every change, and point at words that tell nothing."""

from minelib.clean.boilerplate import boilerplate_spans, core_text
from minelib.clean.log import KINDS, CleanLog
from minelib.clean.petitions import clean_petitions, clean_text

__all__ = ["KINDS", "CleanLog", "boilerplate_spans", "clean_petitions", "clean_text", "core_text"]
