"""Ledgers as blocks that are read where they are worked on, in the order of the files.

Of a parquet file a block is its place; whoever works on it reads it there, as often as it takes. Other formats, and
row groups of very many rows, can only be read from their beginning: that is done once, and their blocks are rows held
packed in memory.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby
from pathlib import Path

import pandas as pd

from minelib.ledger.columnar import Stretch, read_stretches, stretches
from minelib.ledger.files import is_parquet, ledger_paths, open_tables
from minelib.ledger.header import Columns, missing_columns, user_columns
from minelib.ledger.petitions import Block, Opened, block_of, blocks, not_blank, open_table
from minelib.ledger.read import SOURCE, refuse_missing, source_of, usable
from minelib.scale import MapBlocks, Packed, map_here
from minelib.schema import frame


@dataclass(frozen=True)
class Lying:
    """A block that lies in a parquet file; `opened` says how the file was understood."""

    opened: Opened
    stretch: Stretch

    def __len__(self) -> int:
        return self.stretch.n

    def read(self) -> Block:
        """Read the rows below the header."""
        (block,) = read_share([self])
        return block

    @property
    def dear_group(self) -> tuple[Path, int] | None:
        """The row group that is unpacked from its beginning for much less than it holds."""
        return (self.stretch.path, self.stretch.group) if self.stretch.is_dear else None

    def held(self, read: Block) -> "Held | None":
        """Return the rows, just read, packed, where to read them once more would cost much; else None."""
        return held(self.opened, read) if self.stretch.is_dear else None


@dataclass(frozen=True)
class Held:
    """A block in memory."""

    opened: Opened
    packed: Packed
    rest: Block  # without its petitions

    def __len__(self) -> int:
        return self.rest.n_rows

    def read(self) -> Block:
        """Unpack the rows."""
        return replace(self.rest, petitions=self.packed.read())

    def held(self, read: Block) -> None:
        """Return None: they are."""

    @property
    def dear_group(self) -> None:
        """Return None: nothing is unpacked but these rows."""


def shares_of(blocks: Iterable[Lying | Held], n: int) -> list[tuple[Lying | Held, ...]]:
    """Put blocks of one dear row group into `n` shares, to be unpacked once for each; others are by themselves."""
    shares: list[tuple[Lying | Held, ...]] = []
    for group, those in groupby(blocks, lambda block: block.dear_group):
        some = tuple(those)
        size = -(-len(some) // n) if group else 1
        shares += [some[at : at + size] for at in range(0, len(some), size)]
    return shares


def read_share(share: Sequence[Lying | Held]) -> Iterator[Block]:
    """Read blocks of one share of `shares_of`, one after another."""
    if isinstance(share[0], Held):
        yield from (block.read() for block in share)
        return
    for block, rows in zip(share, read_stretches([block.stretch for block in share]), strict=True):
        below = (row for row in rows if row[0] > block.opened.layout.last_row)
        yield block_of(block.opened, list(not_blank(below)))


@dataclass(frozen=True)
class Blocks:
    """All blocks of some ledgers, and the tables they are of, those without a text column too."""

    blocks: list[Lying | Held]
    tables: list[Opened]

    def sources(self, counts: Iterable[Mapping[str, int]]) -> pd.DataFrame:
        """Return how each sheet was understood and what became of its rows, given the counts of each block."""
        rows = {id(opened): source_of(opened) for opened in self.tables}
        for block, counted in zip(self.blocks, counts, strict=True):
            row = rows[id(block.opened)]
            row.update({name: row[name] + n for name, n in counted.items()})
        return frame(list(rows.values()), SOURCE)


def open_blocks(
    paths: Iterable[Path],
    *,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    sheet: str | Sequence[str] | None = None,
    block_rows: int,
    map_blocks: MapBlocks = map_here,
) -> Blocks:
    """Open ledgers; no row of a parquet file is read here if `map_blocks` does its work elsewhere.

    Parameters
    ----------
    paths, columns, sheet
        As `minelib.ledger.read_ledger` takes them.
    block_rows : int
        Rows of a block, about.
    map_blocks : callable
        An engine's `map`.

    Raises
    ------
    InputError
        As `read_ledger` does.
    """
    chosen = user_columns(columns)
    sheets = (sheet,) if isinstance(sheet, str) else sheet
    files = [path.resolve() for path in ledger_paths(paths)]
    parquet = [path for path in files if is_parquet(path)]
    lying = map_blocks(_open_parquet, parquet, chosen, block_rows) if parquet else ()
    places = dict(zip(parquet, lying, strict=True))
    tables: list[Opened] = []
    found: list[Lying | Held] = []
    for path in files:
        pairs = [_lie(*places[path])] if path in places else list(_hold(path, chosen, sheets, block_rows))
        tables += usable(path, [table for table, _ in pairs])
        found += chain.from_iterable(its_blocks for _, its_blocks in pairs)
    names = [name for table in tables if table.layout for name in table.layout.names]
    wanted = {name for names in chosen.values() for name in names}
    layouts = [table.layout for table in tables if table.layout]
    refuse_missing(wanted.intersection(*(missing_columns(each.names, chosen) for each in layouts)), names)
    return Blocks(found, tables)


def _open_parquet(path: Path, chosen: Columns, block_rows: int) -> tuple[Opened, list[Stretch]]:
    """Find the header of a parquet file and cut it into stretches."""
    (table,) = open_tables(path, chosen=chosen, sheets=None)
    return open_table(table, chosen).without_rows(), stretches(path, block_rows)


def _lie(opened: Opened, found: list[Stretch]) -> tuple[Opened, list[Lying]]:
    return opened, [Lying(opened, stretch) for stretch in found] if opened.layout else []


def _hold(path: Path, chosen: Columns, sheets, block_rows: int) -> Iterator[tuple[Opened, list[Held]]]:
    """Read a file of another format, table by table."""
    for table in open_tables(path, chosen=chosen, sheets=sheets):
        opened = open_table(table, chosen)
        bare = opened.without_rows()
        yield bare, [held(bare, block) for block in blocks(opened, block_rows)] if opened.layout else []


def held(opened: Opened, block: Block) -> Held:
    """Pack the rows of a block."""
    return Held(opened, Packed.of(block.petitions), replace(block, petitions=block.petitions.iloc[:0]))
