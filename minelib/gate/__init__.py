"""The leak gate: what is about to leave is read once more, as a stranger would read it.

Redaction masks at load; this looks at the files themselves (tables, workbooks, facts, figures, PDF, Word and
notebooks), so that a slip anywhere between is caught. A hit stops the run and names files and record ids, not
text.
"""

from minelib.gate.check import check_file, check_leaks, check_notebook, check_texts, own_numbers
from minelib.gate.markup import words
from minelib.gate.numbers import telling_numbers
from minelib.gate.prints import png_texts
from minelib.gate.reader import Reader
from minelib.gate.texts import texts_of

__all__ = [
    "Reader",
    "check_file",
    "check_leaks",
    "check_notebook",
    "check_texts",
    "own_numbers",
    "png_texts",
    "telling_numbers",
    "texts_of",
    "words",
]
