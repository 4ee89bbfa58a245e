"""Redact rows of petitions: texts get masks; see `blocks` for what rows tell each other."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from minelib.redact.identity import is_nobody
from minelib.redact.lexicon import lexicon
from minelib.redact.names import is_name
from minelib.redact.spans import Span, masked, settle
from minelib.redact.surfaces import Surfaces

# Columns people write in; the rest of a petition is dates, counts and codes.
TEXT_COLUMNS = ("title", "text", "reply", "place", "respondent", "agency", "category", "status")
# Row, column, what is masked there, and the numbers of the codes.
Edit = tuple[int, int, Sequence[Span], Sequence[int]]
_CHUNK = 2_048
_NAME_CELL = re.compile(r"[㐀-鿿·\s]{2,12}")


@dataclass(frozen=True)
class RedactionLog:
    """What redaction did, in numbers only.

    Attributes
    ----------
    masked : dict of str to int
        Spans masked, by kind.
    rows : int
        Petitions in which something was masked.
    petitioners : int
        Different petitioners that got a pseudonym.
    key_id : str
        Names the key without giving it away.
    surfaces : Surfaces
        What was masked, so that outputs can be searched for it; in memory only.
    """

    masked: dict[str, int]
    rows: int
    petitioners: int
    key_id: str
    surfaces: Surfaces = field(repr=False)


def own_strings(petitioner: str, identity: str, respondent: str) -> list[str]:
    """Give the strings that are personal in a row because its other columns say so."""
    name = petitioner.strip()
    names = [name] if _NAME_CELL.fullmatch(name) and not is_nobody(name) else []
    names += [cell for cell in re.split("[、,，;；/ ]", respondent) if is_name(cell)]
    return names + [w for w in identity.split() if len(w) >= 6]


def _names(cells: Sequence[str], found: Mapping[str, Sequence[Span]]) -> list[str]:
    """Give the names found in the cells of a row but for those that are words too."""
    words = lexicon().words
    names = {c[s.start : s.end - s.keep] for c in cells if c for s in found[c] if s.kind == "NAME"}
    return sorted(name for name in names if len(name) > 1 and name not in words)


class RowTable:
    """The text columns while they are being redacted: each row by itself, then what rows tell each other."""

    def __init__(self, redactor, petitions: pd.DataFrame):
        self.redactor = redactor
        self.cells = list(map(list, zip(*(petitions[c].tolist() for c in TEXT_COLUMNS), strict=True)))
        self.masked: Counter[str] = Counter()
        self.found: set[tuple[str, str]] = set()
        self.edits: list[Edit] = []  # what was masked, one after another
        self.changed: set[tuple[int, int]] = set()  # masked and not read again since

    def mask(self, row: int, column: int, spans: Sequence[Span]) -> None:
        text = self.cells[row][column]
        self.masked.update(s.kind for s in spans)
        self.found.update((text[s.start : s.end], s.kind) for s in spans)
        numbers = self.redactor.numbers(text, spans)
        self.edits.append((row, column, spans, numbers))
        self.cells[row][column] = masked(text, spans, numbers)
        self.changed.add((row, column))

    def mask_again(self, edits: Iterable[Edit]) -> None:
        """Mask what was masked before, when these rows were read the last time."""
        for row, column, spans, numbers in edits:
            self.cells[row][column] = masked(self.cells[row][column], spans, numbers)

    def read_rows(self, own: Sequence[Sequence[str]]) -> None:
        """Read each different cell once; a name in a row's title counts in its reply."""
        texts = list(dict.fromkeys(cell for cells in self.cells for cell in cells if cell))
        found = {}
        for at in range(0, len(texts), _CHUNK):
            some = texts[at : at + _CHUNK]
            found.update(zip(some, self.redactor.spans_many(some), strict=True))
        for i, cells in enumerate(self.cells):
            listed = [*own[i], *_names(cells, found)]
            for column, text in enumerate(cells):
                if text and (spans := self.redactor.listed(text, found[text], listed)):
                    self.mask(i, column, spans)

    def compare(self, surfaces: Surfaces) -> None:
        """Mask what was found in other rows."""
        for column in range(len(TEXT_COLUMNS)):
            texts = [cells[column] for cells in self.cells]
            for i, found in enumerate(surfaces.find_many(texts)):
                if found and (spans := self.redactor.kept(texts[i], settle(found))):
                    self.mask(i, column, spans)

    def read_again(self) -> None:
        """Read what changed as the leak gate will: a mask can bring to light what stood beside it."""
        places, self.changed = sorted(self.changed), set()
        found = self.redactor.spans_many([self.cells[i][column] for i, column in places], model=False)
        for (i, column), spans in zip(places, found, strict=True):
            if spans:
                self.mask(i, column, spans)
