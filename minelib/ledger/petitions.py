"""From numbered rows of cells to petitions and rejects, a block at a time."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

import numpy as np
import pandas as pd

from minelib.ledger.cells import MAX_CELL, as_dates, cell_text, one_line, parse_people, parse_repeat
from minelib.ledger.header import HEAD_ROWS, Columns, Layout, find_layout
from minelib.ledger.tables import Row, Table, Unreadable, first_cell
from minelib.schema import DATES, RAW_PETITION, REJECT, frame

_LONG = ("title", "text", "reply")
_ABSENT = {"str": "", "datetime64[s]": pd.NaT, "Int64": pd.NA, "boolean": pd.NA}
_TOTAL = re.compile(r"\s*[总合小共][\s\u3000]*[计數数][\s:：]*$")
_WORD = re.compile(r"[^\W\d_]")

NO_TEXT = "无标题也无正文"
TOTAL = "合计行"
HEADER_AGAIN = "重复的表头行"
TOO_LONG = f"单元格超过 {MAX_CELL} 字"


@dataclass(frozen=True)
class Block:
    """Some rows of one table: petitions whose ids are still the ledger's own numbers, and rejects."""

    petitions: pd.DataFrame
    rejects: pd.DataFrame
    n_rows: int
    n_bad_dates: int


@dataclass(frozen=True)
class Opened:
    """A table whose header has been looked for: its layout, None where there is none, and the rows below."""

    table: Table
    layout: Layout | None
    seen: tuple[str, ...]
    rows: Iterable[Row]

    def without_rows(self) -> "Opened":
        """Return how the table was understood, which may be sent to another process; no cell of a row is in it."""
        seen = () if self.layout else self.seen
        return replace(self, table=replace(self.table, rows=()), seen=seen, rows=())


def open_table(table: Table, chosen: Columns) -> Opened:
    """Find a table's header; `seen` names the cells of its fullest early row, for a message to the user."""
    head, held = [], []
    for number, cells in islice(table.rows, 20 * HEAD_ROWS):
        held.append((number, cells))
        if not isinstance(cells, Unreadable) and first_cell(cells) is not None:
            head.append((number, cells))
        if len(head) == HEAD_ROWS:
            break
    layout = find_layout(head, chosen)
    names = [_names(cells) for _, cells in head[:5]]
    rows = chain(held, table.rows)
    below = ((n, c) for n, c in rows if n > layout.last_row) if layout else iter(())
    return Opened(table, layout, tuple(max(names, key=len, default=[])), below)


def _names(cells: Sequence) -> list[str]:
    # A cell as long as a sentence is no column name, and must not be shown in a message.
    shown = (one_line(cell_text(c)[:100]) for c in cells)
    return [name for name in shown if 0 < len(name) <= 20]


def not_blank(rows: Iterable[Row]) -> Iterator[Row]:
    """Leave out blank rows."""
    return ((n, c) for n, c in rows if isinstance(c, Unreadable) or first_cell(c) is not None)


def blocks(opened: Opened, block_rows: int) -> Iterator[Block]:
    """Yield the rows below the header but blank ones, `block_rows` at a time; one empty block for no rows."""
    rows = not_blank(opened.rows)
    yield block_of(opened, list(islice(rows, block_rows)))
    while taken := list(islice(rows, block_rows)):
        yield block_of(opened, taken)


def _why_not(cells, layout: Layout) -> str:
    """Return why a row is no petition as far as its shape tells, "" where it may be one."""
    if isinstance(cells, Unreadable):
        return cells.reason
    first = first_cell(cells)
    if isinstance(first, str) and len(first) < 10 and _TOTAL.match(first):
        return TOTAL
    (spot, *_) = layout.fields.get("text") or layout.fields["title"]
    cell = cells[spot] if spot < len(cells) else ""
    again = isinstance(cell, str) and len(cell) < 100 and one_line(cell) == layout.names[spot]
    return HEADER_AGAIN if again else ""


def block_of(opened: Opened, taken: Sequence[Row]) -> Block:
    """Make petitions and rejects of rows below a table's header that are not blank."""
    reasons = [_why_not(cells, opened.layout) for _, cells in taken]
    rejected = [(n, why) for (n, _), why in zip(taken, reasons, strict=True) if why]
    kept = [row for row, why in zip(taken, reasons, strict=True) if not why]
    width = len(opened.layout.names)
    cells = [c if len(c) >= width else [*c, *[""] * (width - len(c))] for _, c in kept]
    petitions, n_bad_dates = _petitions(opened, [n for n, _ in kept], cells)
    reasons = _unusable(petitions)
    rejected += [(n, why) for n, why in zip(petitions["row"], reasons, strict=True) if why]
    usable = np.array([not why for why in reasons], dtype=bool)
    path, sheet = opened.table.path, opened.table.sheet
    rejects = [{"source": path.name, "sheet": sheet, "row": n, "reason": why} for n, why in sorted(rejected)]
    petitions = petitions if usable.all() else petitions[usable].reset_index(drop=True)
    return Block(petitions, frame(rejects, REJECT), len(taken), n_bad_dates)


def _petitions(opened: Opened, numbers: list[int], cells: list[Sequence]) -> tuple[pd.DataFrame, int]:
    """Return rows as raw petitions, and how many of their date cells could not be read."""
    index = pd.RangeIndex(len(numbers))
    told = {
        "source": opened.table.path.name,
        "sheet": opened.table.sheet,
        "row": np.array(numbers, dtype="int64"),
    }
    data: dict = {}
    n_bad_dates = 0
    for field, dtype in RAW_PETITION.items():
        spots = opened.layout.fields.get(field, ())
        if not spots:
            values = told.get(field, _ABSENT.get(dtype))
        elif field in DATES:
            values, bad = as_dates([row[spots[0]] for row in cells])
            n_bad_dates += bad
        elif dtype == "str":
            values = _texts(cells, spots, field)
        else:
            parse = parse_people if field == "n_people" else parse_repeat
            values = [parse(row[spots[0]]) for row in cells]
        data[field] = pd.Series(values, index=index, dtype=dtype)
    return pd.DataFrame(data), n_bad_dates


def _texts(cells: list[Sequence], spots: Sequence[int], field: str) -> list[str]:
    columns = [[cell_text(row[i]) for row in cells] for i in spots]
    if field not in _LONG:
        columns = [[one_line(c) if len(c) <= MAX_CELL else c for c in column] for column in columns]
    if len(columns) < 2:
        return columns[0] if columns else [""] * len(cells)
    between = "\n" if field in _LONG else " "
    return [between.join(filter(None, parts)) for parts in zip(*columns, strict=True)]


def _unusable(petitions: pd.DataFrame) -> list[str]:
    """Return for each row why its text cannot be used, "" where it can."""
    texts, titles = petitions["text"].tolist(), petitions["title"].tolist()
    pairs = zip(texts, titles, strict=True)
    reasons = ["" if _WORD.search(text) or _WORD.search(title) else NO_TEXT for text, title in pairs]
    for field, dtype in RAW_PETITION.items():
        if dtype == "str" and (petitions[field].str.len() > MAX_CELL).any():
            long = (petitions[field].str.len() > MAX_CELL).tolist()
            reasons = [TOO_LONG if bad else why for bad, why in zip(long, reasons, strict=True)]
    return reasons
