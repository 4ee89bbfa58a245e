"""Rows of a ledger, read where they are worked on: numbered, of the period, and the least of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain, repeat
from pathlib import Path

import numpy as np
import pandas as pd

from minelib.clean import clean_petitions
from minelib.config import LedgerOptions
from minelib.errors import InputError
from minelib.ledger import Held, Lying, open_blocks, read_share, shares_of
from minelib.ledger.identity import Identities, Member, Noted, Places, Shared, note, note_shared
from minelib.ledger.read import counts_of, identified
from minelib.scale import Block, Engine, Packed
from minelib.schema import REJECT, frame

LARGE = 100 << 20  # bytes of ledgers of which blocks are larger, so that there are not too many
_LARGE_ROWS = 20_000
_SHARES = 2  # a worker of a large row group: the later ones unpack more before they begin

Raw = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, dict[str, int]]


@dataclass(frozen=True)
class Rows:
    """A block of raw petitions of a period.

    Attributes
    ----------
    block : Lying or Held
    since, until : Timestamp or None
        First day, and the day after the last.
    places : dict
        Which ids its rows get that share their number, see `minelib.ledger.identity`.
    unclean : ndarray of int
        Rows that want cleaning.
    """

    block: Lying | Held
    since: pd.Timestamp | None
    until: pd.Timestamp | None
    places: Places = field(default_factory=dict)
    unclean: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))

    def __len__(self) -> int:
        return len(self.block)

    def raw(self) -> Raw:
        """Read petitions, rejects, petitions outside the period as rejects, and how many rows there were."""
        block = self.block.read()
        petitions, rejects = identified(block.petitions, block.rejects, self.places)
        counts = counts_of(replace(block, petitions=petitions, rejects=rejects))
        inside, outside = _in_period(petitions, self.since, self.until)
        return _least(inside), rejects, outside, counts

    def again(self, cleaned: pd.DataFrame, unclean: np.ndarray) -> Block:
        """Return what gives the petitions cleaned once more: where they lie, or these packed where they were held."""
        return Packed.of(cleaned) if isinstance(self.block, Held) else replace(self, unclean=unclean)

    def read(self) -> pd.DataFrame:
        """Read petitions and clean those that want it."""
        petitions, *_ = self.raw()
        wanting = petitions.iloc[self.unclean]
        return pd.concat([petitions.drop(index=wanting.index), clean_petitions(wanting)[0]]).sort_index()


@dataclass(frozen=True)
class Opened:
    """Ledgers as blocks, and what becomes of the counts of these."""

    rows: list[Rows]
    sources: Callable[[Iterable[Mapping[str, int]]], pd.DataFrame]


def open_rows(paths: list[Path], options: LedgerOptions, engine: Engine) -> Opened:
    """Open ledgers, and see which numbers repeat in them: that every block must have been read for."""
    large = sum(path.stat().st_size for path in paths if path.is_file()) > LARGE
    found = open_blocks(
        paths,
        columns=options.columns or None,
        sheet=options.sheet or None,
        block_rows=max(engine.block_rows, _LARGE_ROWS) if large else engine.block_rows,
        map_blocks=engine.map,
    )
    since, until = _day(options.since, "since"), _day(options.until, "until")
    last = None if until is None else until + pd.Timedelta(days=1)
    blocks = list(found.blocks)
    identities = Identities(_noted(engine, blocks))
    places: Iterable[Places] = repeat({}, len(blocks))
    if shared := identities.shared:
        places = identities.places(list(engine.map(_note_shared, blocks, shared)))
    pairs = zip(blocks, places, strict=True)
    return Opened([Rows(block, since, last, placed) for block, placed in pairs], found.sources)


def _noted(engine: Engine, blocks: list[Lying | Held]) -> Iterator[Noted]:
    """Read each block for its numbers, and put in its place what is better held than read again."""
    shares = shares_of(blocks, _SHARES * engine.workers)
    for i, (noted, packed) in enumerate(chain.from_iterable(engine.map(_note, shares))):
        blocks[i] = packed or blocks[i]
        yield noted


def _note(share: tuple[Lying | Held, ...]) -> list[tuple[Noted, Held | None]]:
    pairs = zip(share, read_share(share), strict=True)
    return [(note(read.petitions), block.held(read)) for block, read in pairs]


def _note_shared(block: Lying | Held, shared: Shared) -> list[Member]:
    return note_shared(block.read().petitions, shared)


def _in_period(
    petitions: pd.DataFrame, since: pd.Timestamp | None, until: pd.Timestamp | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Part petitions by the day they were made: those of the period, and the others as rejects."""
    if since is None and until is None:
        return petitions, frame([], REJECT)
    days = petitions["received_at"]
    inside = (days >= (since or _FIRST)) & (days < (until or _LAST))
    outside = petitions.loc[~inside, ["source", "sheet", "row"]].assign(reason="不在所选时段内")
    return petitions[inside].reset_index(drop=True), frame(outside.to_dict("list"), REJECT)


_FIRST, _LAST = pd.Timestamp("1900-01-01"), pd.Timestamp("2200-01-02")


def _day(text: str, name: str) -> pd.Timestamp | None:
    try:
        return pd.Timestamp(date.fromisoformat(text)) if text else None
    except ValueError as error:
        raise InputError(f"ledger.{name} takes a day as YYYY-MM-DD, got {text!r}") from error


def _least(petitions: pd.DataFrame) -> pd.DataFrame:
    """Keep of an agency's answer only that there was one: no step reads more (个人信息保护法 art. 6: the least)."""
    return petitions.assign(reply=petitions["reply"].ne("").map({True: "有", False: ""}))
