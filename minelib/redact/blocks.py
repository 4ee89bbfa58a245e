"""Redact a ledger in blocks of rows: the same masks as all at once, wherever a block is read.

What one row tells of another (a name found here is masked there) is passed between blocks as the set of strings
found: each round reads every block by itself, and the sets of all blocks are joined before the next. Between rounds no
text is kept, for a name may still stand in it: only where the masks are. A further round reads the rows where they lie
and masks them again there.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from operator import itemgetter

import numpy as np
import pandas as pd

from minelib.redact.petitions import TEXT_COLUMNS, Edit, RedactionLog, RowTable, own_strings
from minelib.redact.spans import MASK_WORD, Span
from minelib.redact.surfaces import Surfaces, is_telling
from minelib.scale import Block, MapBlocks, Table, map_here
from minelib.schema import PETITION, RAW_PETITION, check, frame

_ROUNDS = 5
_KINDS = tuple(MASK_WORD)
_WIDTH = 8  # numbers kept of a span, see `Part`


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
    """What is known of a block after a round.

    Attributes
    ----------
    edits : ndarray of int32, shape (n_spans, 8)
        What was masked so far, one edit after another: number of the edit, row, column, the span's start, end, kind
        and what it keeps, and the number of the mask's code.
    changed : tuple of (row, column)
        Cells masked in this round and not read again since.
    found : frozenset of (str, str)
        Strings masked in this round that tell one person from all others, and their kinds.
    masked : Counter
        Spans masked so far, by kind.
    """

    edits: np.ndarray
    changed: tuple[tuple[int, int], ...]
    found: frozenset[tuple[str, str]] = field(repr=False)
    masked: Counter

    def redacted(self, petitions: pd.DataFrame, redactor) -> pd.DataFrame:
        """Return the block's petitions, given raw, as `schema.PETITION`: redacted, nobody named."""
        table = RowTable(redactor, petitions)
        table.mask_again(_unpacked(self.edits))
        texts = {c: [cells[n] for cells in table.cells] for n, c in enumerate(TEXT_COLUMNS)}
        named = (petitions[c].tolist() for c in ("petitioner", "identity"))
        ids = [redactor.petitioner_id(*cells) for cells in zip(*named, strict=True)]
        raw = petitions[[c for c in PETITION if c != "petitioner_id"]].reset_index(drop=True)
        return frame(raw.assign(**texts, petitioner_id=ids)[list(PETITION)], PETITION)

    def clean_texts(self, redacted: pd.DataFrame) -> set[str]:
        """Return the texts of the cells that were read last, and in which nothing was found."""
        changed = set(self.changed)
        cells = zip(*(redacted[c].tolist() for c in TEXT_COLUMNS), strict=True)
        return {
            t for i, row in enumerate(cells) for column, t in enumerate(row) if (i, column) not in changed
        }


def _packed(edits: Iterable[Edit], first: int) -> np.ndarray:
    rows = [
        (n, row, column, s.start, s.end, _KINDS.index(s.kind), s.keep, number)
        for n, (row, column, spans, numbers) in enumerate(edits, first)
        for s, number in zip(spans, numbers, strict=True)
    ]
    return np.array(rows, dtype=np.int32).reshape(-1, _WIDTH)


def _unpacked(edits: np.ndarray) -> Iterator[Edit]:
    for (_, row, column), group in groupby(edits.tolist(), key=itemgetter(0, 1, 2)):
        told = [each[3:] for each in group]
        spans = [Span(start, end, _KINDS[kind], keep) for start, end, kind, keep, _ in told]
        yield row, column, spans, [number for *_, number in told]


def redact_block(petitions: pd.DataFrame, redactor) -> Part:
    """First round: read each row of a block of raw petitions by itself."""
    check(petitions, RAW_PETITION, what="redact")
    table = RowTable(redactor, petitions)
    people = (petitions[c].tolist() for c in ("petitioner", "identity", "respondent"))
    table.read_rows([own_strings(*cells) for cells in zip(*people, strict=True)])
    return _part(table, np.empty((0, _WIDTH), np.int32), Counter())


def compare_block(read: tuple[Block, Part], redactor, new: Found) -> Part:
    """Further round: mask what was found anywhere in the round before, and read what changed as the gate will."""
    block, part = read
    table = RowTable(redactor, block.read())
    table.mask_again(_unpacked(part.edits))
    table.changed.update(part.changed)
    if new:
        table.compare(new.surfaces)
    table.read_again()
    return _part(table, part.edits, part.masked)


def compare_blocks(
    blocks: Sequence[Block], parts: Sequence[Part], redactor, map_blocks: MapBlocks = map_here
) -> tuple[list[Part], Found]:
    """Let blocks tell each other what they found, round by round, until nothing more comes to light.

    Parameters
    ----------
    blocks : sequence of Block
        Each gives its raw petitions as often as they are asked for.
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
        read = map_blocks(compare_block, [(blocks[i], parts[i]) for i in waiting], redactor, new)
        for i, part in zip(waiting, read, strict=True):
            parts[i] = part
    return parts, known.with_(known.new_in(parts))


def _part(table: RowTable, before: np.ndarray, masked: Counter) -> Part:
    edits = np.concatenate([before, _packed(table.edits, int(before[-1, 0]) + 1 if len(before) else 0)])
    found = frozenset(pair for pair in table.found if is_telling(*pair))
    return Part(edits, tuple(sorted(table.changed)), found, masked + table.masked)


def masked_kinds(parts: Iterable[Part]) -> dict[str, int]:
    """Count the spans masked in all parts, by kind."""
    return dict(sorted(sum((part.masked for part in parts), Counter()).items()))


def redact_petitions(redactor, petitions: pd.DataFrame) -> tuple[pd.DataFrame, RedactionLog]:
    """Redact a table of raw petitions as one block; see `Redactor.redact_petitions`."""
    (part,), known = compare_blocks([Table(petitions)], [redact_block(petitions, redactor)], redactor)
    redacted = part.redacted(petitions, redactor)
    rows, people = len(np.unique(part.edits[:, 1])), set(redacted["petitioner_id"]) - {""}
    masked = masked_kinds([part])
    return redacted, RedactionLog(masked, rows, len(people), redactor.key_id, known.surfaces)
