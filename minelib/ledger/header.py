"""Where a sheet's header is, and which column means what."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from minelib.errors import InputError
from minelib.knowledge import packaged_toml
from minelib.ledger.cells import cell_text, one_line
from minelib.schema import RAW_PETITION

FIELDS = tuple(name for name in RAW_PETITION if name not in ("source", "sheet", "row"))
HEAD_ROWS = 50  # how far down a header is looked for
_OF_A_CASE = frozenset({"record_id", "petitioner", "received_at", "registered_at"})
_HEAD_CELLS = 50_000  # fewer rows of a very wide sheet

Columns = Mapping[str, tuple[str, ...]]

_MARKS = re.compile(r"[\s*:;,.、。#\"'`]+")
_BRACKETED = re.compile(r"[(\[{【〔<《][^()\[\]{}【】〔〕<>《》]*[)\]}】〕>》]")
_BRACKETS = re.compile(r"[()\[\]{}【】〔〕<>《》]")


def _keys(name) -> tuple[str, str]:
    """Return a header cell without spaces and marks: with what its brackets hold, and without."""
    text = one_line(cell_text(name)[:100])
    text = _MARKS.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return _BRACKETS.sub("", text), _BRACKETED.sub("", text)


@cache
def _aliases() -> dict[str, tuple[str, int]]:
    """Return header key -> (field, how early the field's list names it)."""
    table: dict[str, tuple[str, int]] = {}
    for field, known in packaged_toml("columns").items():
        for place, name in enumerate(known["names"]):
            table.setdefault(_keys(name)[0], (field, place))
    return table


def user_columns(columns: Mapping[str, str | Sequence[str]] | None) -> dict[str, tuple[str, ...]]:
    """Return the user's column names as field -> names.

    Raises
    ------
    InputError
        When a field does not exist.
    """
    chosen = {}
    for field, names in (columns or {}).items():
        if field not in FIELDS:
            raise InputError(f"columns: no field is called {field!r}; the fields are {', '.join(FIELDS)}")
        chosen[field] = (names,) if isinstance(names, str) else tuple(names)
    return chosen


def map_columns(names: Sequence, chosen: Columns) -> dict[str, tuple[int, ...]]:
    """Return field -> positions in `names`; the user's choice first, then whole names, then endings.

    >>> map_columns(["序号", "留言 主题", "信访内容（必填）", "联系电话", "住址"], {})
    {'title': (1,), 'text': (2,), 'identity': (3, 4)}
    """
    keys = [_keys(n) for n in names]
    mapped: dict[str, tuple[int, ...]] = {}
    for field, wanted in chosen.items():
        spots = [_find(w, names, keys) for w in wanted]
        if None not in spots:
            mapped[field] = tuple(spots)
    taken = {i for spots in mapped.values() for i in spots}
    found: dict[str, list[tuple[int, int]]] = {}
    for i, pair in enumerate(keys):
        field, place = next((_aliases()[k] for k in pair if k in _aliases()), ("", 0))
        if field and i not in taken and field not in mapped:
            found.setdefault(field, []).append((place, i))
    for field, spots in found.items():
        mapped[field] = tuple(sorted(i for _, i in spots)) if field == "identity" else (min(spots)[1],)
    taken |= {i for spots in mapped.values() for i in spots}
    for field, known in packaged_toml("columns").items():
        if field not in mapped and "ends" in known:
            ends = tuple(known["ends"])
            spots = [i for i, (_, key) in enumerate(keys) if i not in taken and key.endswith(ends)]
            mapped.update({field: (spots[0],)} if spots else {})
            taken.update(spots[:1])
    return {f: mapped[f] for f in FIELDS if f in mapped}


def _find(wanted: str, names: Sequence, keys: Sequence[tuple[str, str]]) -> int | None:
    """Return where the column the user named is: by its exact name first, else by its key."""
    for i, name in enumerate(names):
        if name == wanted:
            return i
    key = _keys(wanted)[0]
    return next((i for i, pair in enumerate(keys) if key and key in pair), None)


def missing_columns(names: Sequence, chosen: Columns) -> set[str]:
    """Return the columns the user named that are not among `names`.

    >>> missing_columns(["案情 摘要", "日期"], {"text": ("案情摘要", "备注")})
    {'备注'}
    """
    keys = [_keys(n) for n in names]
    return {w for wanted in chosen.values() for w in wanted if _find(w, names, keys) is None}


@dataclass(frozen=True)
class Layout:
    """A sheet's header: the last row it covers, the name of each column, and the columns each field takes."""

    last_row: int
    names: tuple[str, ...]
    fields: Mapping[str, tuple[int, ...]]

    @property
    def usable(self) -> bool:
        """Whether petitions can be read: a text, or a title beside what only a list of cases has."""
        return "text" in self.fields or ("title" in self.fields and not _OF_A_CASE.isdisjoint(self.fields))

    @property
    def unmapped(self) -> list[str]:
        """Names of the columns no field takes."""
        used = {i for spots in self.fields.values() for i in spots}
        return [n for i, n in enumerate(self.names) if n and i not in used]

    def described(self) -> str:
        """Return which column each field takes: 'text=留言详情; title=留言主题'."""
        parts = ("+".join(self.names[i] for i in spots) for spots in self.fields.values())
        return "; ".join(f"{f}={p}" for f, p in zip(self.fields, parts, strict=True))


def _shown(cells: Sequence) -> tuple[str, ...]:
    return tuple(one_line(cell_text(c)[:100]) for c in cells)


def _two_rows(upper: Sequence, lower: Sequence) -> tuple[str, ...]:
    """Return the names of a two-row header: a merged cell above speaks for the cells below it."""
    width = max(len(upper), len(lower))
    above = _shown(upper) + ("",) * (width - len(upper))
    below = _shown(lower) + ("",) * (width - len(lower))
    names, over = [], ""
    for a, b in zip(above, below, strict=True):
        over = a or (over if b else "")
        whole = over + b
        names.append(whole if b and _keys(whole)[0] in _aliases() else b or a)
    return tuple(names)


def find_layout(head: Sequence[tuple[int, Sequence]], chosen: Columns) -> Layout | None:
    """Return the layout of a sheet from its first rows, or None where none of them looks like a header.

    Parameters
    ----------
    head : sequence of (row number, cells)
        The first rows that are not blank, at most `HEAD_ROWS`.
    chosen : mapping
        Columns the user named, field -> names.

    Notes
    -----
    The header is the row that names the most fields, or that row and the next together where the next adds
    fields and holds no petition. The first of equals wins.
    """
    best, most = None, 0
    head = head[: max(5, _HEAD_CELLS // max(1, len(head[0][1]) if head else 1))]
    for place, (number, cells) in enumerate(head):
        single = Layout(number, _shown(cells), map_columns(_shown(cells), chosen))
        options = [single]
        if place + 1 < len(head) and single.fields:
            below_number, below = head[place + 1]
            names = _two_rows(cells, below)
            both = Layout(below_number, names, map_columns(names, chosen))
            if len(map_columns(_shown(below), chosen)) > 1 or not _says_something(below, single.fields):
                options.append(both)
        for layout in options:
            if layout.usable and len(layout.fields) > most:
                best, most = layout, len(layout.fields)
    return best


def _says_something(cells: Sequence, fields: Mapping[str, tuple[int, ...]]) -> bool:
    spots = fields.get("text", ()) + fields.get("title", ())
    return not spots or any(i < len(cells) and one_line(cell_text(cells[i])) for i in spots)
