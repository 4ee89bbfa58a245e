"""Redact a ledger in blocks of rows: the same masks as all at once, wherever a block is read.

What one row tells of another (a name found here is masked there) is passed between blocks as the set of strings
found: each round reads every block by itself, and the sets of all blocks are joined before the next.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from minelib.redact.petitions import TEXT_COLUMNS, RedactionLog, RowTable, own_strings
from minelib.redact.surfaces import Surfaces, is_telling
from minelib.scale import MapBlocks, map_here
from minelib.schema import PETITION, RAW_PETITION, check, frame

_ROUNDS = 5


class Found:
    """Strings masked somewhere, to be looked for everywhere; goes through pipes between processes, never to a file."""

    def __init__(self, found: Iterable[tuple[str, str]] = ()):
        self._found = frozenset(found)

    def __getstate__(self):
        return {"_found": self._found}

    def __repr__(self) -> str:
        return f"Found({len(self._found)})"

    @cached_property
    def surfaces(self) -> Surfaces:
        """What tells one person from all others in any text, ready to be searched for."""
        return Surfaces(self._found)

    def __bool__(self) -> bool:
        return bool(self._found)

    def new_in(self, parts: "Iterable[Part]") -> "Found":
        """Return what `parts` found and this does not hold."""
        return Found(frozenset().union(*(part.found for part in parts)) - self._found)

    def with_(self, other: "Found") -> "Found":
        """Return both together."""
        return Found(self._found | other._found)


@dataclass(frozen=True)
class Part:
    """A block after a round.

    Attributes
    ----------
    petitions : DataFrame
        As `schema.PETITION`: redacted, nobody named.
    changed : tuple of (row, column)
        Cells masked in this round and not read again since.
    found : frozenset of (str, str)
        Strings masked in this round that tell one person from all others, and their kinds.
    masked : Counter
        Spans masked so far, by kind.
    rows : frozenset of int
        Rows in which something was masked so far.
    """

    petitions: pd.DataFrame
    changed: tuple[tuple[int, int], ...]
    found: frozenset[tuple[str, str]] = field(repr=False)
    masked: Counter
    rows: frozenset[int]

    def clean_texts(self) -> set[str]:
        """Return the texts of the cells that were read last, and in which nothing was found."""
        changed = set(self.changed)
        cells = zip(*(self.petitions[c] for c in TEXT_COLUMNS), strict=True)
        return {
            t for i, row in enumerate(cells) for column, t in enumerate(row) if (i, column) not in changed
        }


def redact_block(petitions: pd.DataFrame, redactor) -> Part:
    """First round: read each row of a block of raw petitions by itself, and give petitioners their pseudonyms."""
    check(petitions, RAW_PETITION, what="redact")
    petitions = petitions.reset_index(drop=True)  # rows of a period keep numbers with gaps
    table = RowTable(redactor, petitions)
    people = (petitions[c].tolist() for c in ("petitioner", "identity", "respondent"))
    table.read_rows([own_strings(*cells) for cells in zip(*people, strict=True)])
    named = (petitions[c].tolist() for c in ("petitioner", "identity"))
    ids = [redactor.petitioner_id(*cells) for cells in zip(*named, strict=True)]
    columns = [c for c in PETITION if c != "petitioner_id"]
    return _part(table, petitions[columns].assign(petitioner_id=ids), Counter(), frozenset())


def compare_block(part: Part, redactor, new: Found) -> Part:
    """Further round: mask what was found anywhere in the round before, and read what changed as the gate will."""
    table = RowTable(redactor, part.petitions)
    table.changed.update(part.changed)
    if new:
        table.compare(new.surfaces)
    table.read_again()
    return _part(table, part.petitions, part.masked, part.rows)


def compare_blocks(
    parts: Sequence[Part], redactor, map_blocks: MapBlocks = map_here
) -> tuple[list[Part], Found]:
    """Let blocks tell each other what they found, round by round, until nothing more comes to light.

    Parameters
    ----------
    parts : sequence of Part
        What `redact_block` made of each block.
    redactor : Redactor
    map_blocks : callable
        An engine's `map`.

    Returns
    -------
    parts : list of Part
    known : Found
        Everything masked anywhere.
    """
    parts, known = list(parts), Found()
    for _ in range(_ROUNDS):
        new = known.new_in(parts)
        known = known.with_(new)
        waiting = [i for i, part in enumerate(parts) if new or part.changed]
        if not waiting:
            break
        read = map_blocks(compare_block, (parts[i] for i in waiting), redactor, new)
        for i, part in zip(waiting, read, strict=True):
            parts[i] = part
    return parts, known.with_(known.new_in(parts))


def _part(table: RowTable, petitions: pd.DataFrame, masked: Counter, rows: frozenset[int]) -> Part:
    columns = {c: [cells[n] for cells in table.cells] for n, c in enumerate(TEXT_COLUMNS)}
    out = frame(petitions.assign(**columns)[list(PETITION)], PETITION)
    rows = rows | {i for i, _ in table.touched}
    found = frozenset(pair for pair in table.found if is_telling(*pair))
    return Part(out, tuple(sorted(table.changed)), found, masked + table.masked, rows)


def redact_petitions(redactor, petitions: pd.DataFrame) -> tuple[pd.DataFrame, RedactionLog]:
    """Redact a table of raw petitions as one block; see `Redactor.redact_petitions`."""
    (part,), known = compare_blocks([redact_block(petitions, redactor)], redactor)
    return part.petitions, redaction_log([part], redactor.key_id, known)


def redaction_log(parts: Sequence[Part], key_id: str, known: Found) -> RedactionLog:
    """Sum up what redaction did to all blocks."""
    masked = sum((part.masked for part in parts), Counter())
    ids = {i for part in parts for i in part.petitions["petitioner_id"].unique()} - {""}
    rows = sum(len(part.rows) for part in parts)
    return RedactionLog(dict(sorted(masked.items())), rows, len(ids), key_id, known.surfaces)
