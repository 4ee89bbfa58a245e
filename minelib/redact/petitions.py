"""Redact a table of petitions: texts get masks, petitioners become pseudonyms."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from minelib.redact.identity import is_nobody
from minelib.redact.keys import key_id
from minelib.redact.spans import Span
from minelib.schema import PETITION, RAW_PETITION, check, frame

# Columns people write in; the rest of a petition is dates, counts and codes.
TEXT_COLUMNS = ("title", "text", "reply", "place", "respondent", "agency", "category", "status")
_CHUNK = 512
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
        What was masked, for `Surfaces.leaks`; in memory only.
    """

    masked: dict[str, int]
    rows: int
    petitioners: int
    key_id: str
    surfaces: "Surfaces" = field(repr=False)


class Surfaces:
    """The very strings that were masked, so that what leaves can be searched for them. Never written anywhere."""

    def __init__(self, strings: Sequence[str] = ()):
        self._by_head: dict[str, list[str]] = {}
        for s in sorted(set(strings)):
            self._by_head.setdefault(s[:3], []).append(s)

    def __repr__(self) -> str:
        return f"Surfaces({len(self)})"

    def __len__(self) -> int:
        return sum(map(len, self._by_head.values()))

    def __reduce__(self):
        raise TypeError("masked strings are never written")

    def leaks(self, text: str) -> list[tuple[int, int]]:
        """Give the offsets at which a masked string stands in a text that should hold none."""
        heads = self._by_head
        return [(i, i + len(s)) for i in range(len(text) - 2) if (found := heads.get(text[i:i + 3]))
                for s in found if text.startswith(s, i)]


def _own(row) -> list[str]:
    name = row.petitioner.strip()
    names = [name] if _NAME_CELL.fullmatch(name) and not is_nobody(name) else []
    return names + [w for w in row.identity.split() if len(w) >= 6]


def _split(texts: Sequence[str], spans: Sequence[Span]) -> list[list[Span]]:
    """Give each column its spans back; the columns were read as one text, joined by line feeds."""
    out, start = [], 0
    for text in texts:
        end = start + len(text)
        out.append([Span(max(s.start, start) - start, min(s.end, end) - start, s.kind, s.keep if s.end <= end else 0)
                    for s in spans if s.start < end and start < s.end])
        start = end + 1
    return out


def redact_petitions(redactor: object, petitions: pd.DataFrame) -> tuple[pd.DataFrame, RedactionLog]:
    """Redact a table of raw petitions; see `Redactor.redact_petitions`."""
    check(petitions, RAW_PETITION, what="redact")
    columns = {c: [] for c in TEXT_COLUMNS}
    masked, surfaces, rows = Counter(), set(), 0
    for at in range(0, len(petitions), _CHUNK):
        chunk = list(petitions.iloc[at:at + _CHUNK].itertuples(index=False))
        cells = [[getattr(row, c) for c in TEXT_COLUMNS] for row in chunk]
        found = redactor.spans_many(["\n".join(c) for c in cells], [_own(row) for row in chunk])
        rows += sum(map(bool, found))
        for texts, spans in zip(cells, found, strict=True):
            for column, text, own in zip(TEXT_COLUMNS, texts, _split(texts, spans), strict=True):
                columns[column].append(redactor.apply(text, own))
                masked.update(s.kind for s in own)
                surfaces.update(text[s.start:s.end] for s in own if s.kind not in ("NAME_TITLE", "ADDRESS", "DOB"))
    ids = [redactor.petitioner_id(p, i) for p, i in zip(petitions["petitioner"], petitions["identity"], strict=True)]
    table = petitions.assign(**columns, petitioner_id=ids)
    log = RedactionLog(dict(sorted(masked.items())), rows, len(set(ids) - {""}), key_id(redactor._key),
                       Surfaces([s for s in surfaces if len(s) > 2]))
    return frame(table[list(PETITION)].to_dict("series"), PETITION), log
