"""Ledgers whole, or block by block; both give the same rows."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from os import PathLike
from pathlib import Path

import pandas as pd

from minelib.errors import InputError
from minelib.ledger.files import ledger_paths, open_tables
from minelib.ledger.header import Columns, missing_columns, user_columns
from minelib.ledger.identity import Identities, Places, identify, note, note_shared
from minelib.ledger.petitions import Block, Opened, blocks, open_table
from minelib.ledger.tables import shown
from minelib.schema import RAW_PETITION, REJECT, frame

# What a user is told of each sheet: how it was understood, and what was left aside.
SOURCE: Mapping[str, str] = {
    "source": "str",
    "sheet": "str",
    "kind": "str",  # format, encoding, separator
    "header_row": "Int64",  # <NA> where the sheet was skipped
    "n_read": "int64",
    "n_used": "int64",
    "n_rejected": "int64",
    "n_bad_dates": "int64",  # date cells that hold no possible date
    "columns": "str",  # which column each field takes
    "unmapped": "str",  # columns no field takes, joined by "、"
    "skipped": "str",  # why the sheet was not read, "" where it was
}

COUNTS = ("n_read", "n_used", "n_rejected", "n_bad_dates")

DUPLICATE = "与另一行编号相同、内容相同"
_BLOCK_ROWS = 20_000

Paths = str | PathLike | Iterable[str | PathLike]

_LABEL = re.compile(
    r"^[A-Za-z_][A-Za-z0-9_ ]{0,30}$|^.$"
    r"|[人号期间容题址地位区域话类别式法因源度态见果数量额称目性质项备注码名况级序单要列栏]"
)
_TELLING = re.compile(r"\d{5}|.{16}")


@dataclass(frozen=True)
class Ledger:
    """What was read: petitions, rows that could not be used, and how each sheet was understood.

    Attributes
    ----------
    petitions : DataFrame
        As `schema.RAW_PETITION`; every row known by a unique `record_id`.
    rejects : DataFrame
        As `schema.REJECT`: file, sheet, row number and reason of every row that is no petition.
    sources : DataFrame
        As `SOURCE`: one row a sheet, skipped sheets too.
    """

    petitions: pd.DataFrame
    rejects: pd.DataFrame
    sources: pd.DataFrame

    @property
    def n_read(self) -> int:
        """Rows read below the headers, blank rows not counted: used and rejected together."""
        return len(self.petitions) + len(self.rejects)


def read_ledger(
    paths: Paths,
    *,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    sheet: str | Sequence[str] | None = None,
) -> Ledger:
    """Read one or more ledger files.

    Parameters
    ----------
    paths : path or iterable of paths
        xlsx, xls, csv, tsv, json lines or parquet; the format is told by the file's content.
    columns : mapping, optional
        Field of `schema.RAW_PETITION` -> name of the column to take, for headers the aliases do not know:
        ``{"text": "案情摘要"}``. Several names are joined, in a text by line breaks.
    sheet : str or sequence of str, optional
        Read only these sheets of workbooks; otherwise every sheet that has a text column is read.

    Returns
    -------
    Ledger

    Raises
    ------
    InputError
        When a file cannot be read or has no text column: one line with the file, what was found, what to do.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "台账.csv"
    ...     text = "信访编号,信访日期,信访内容\\n007,2024年3月5日,欠薪三个月\\n合计,,1件\\n"
    ...     _ = file.write_text(text, encoding="gb18030")
    ...     ledger = read_ledger(file)
    >>> ledger.petitions[["record_id", "text", "received_at"]].astype(str).values.tolist()
    [['007', '欠薪三个月', '2024-03-05']]
    >>> ledger.rejects[["row", "reason"]].values.tolist()
    [[3, '合计行']]
    """
    return _joined(_identified(lambda: _parts(paths, columns, sheet), keep=True))


def iter_ledger(
    paths: Paths,
    *,
    block_rows: int = _BLOCK_ROWS,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    sheet: str | Sequence[str] | None = None,
) -> Iterator[Ledger]:
    """Read ledgers a block of rows at a time: the blocks together are what `read_ledger` gives.

    The files are read twice (three times where record numbers repeat), so that ids do not depend on the order
    of rows; csv, tsv, json lines and parquet files are never held whole, a workbook's sheet is.

    Parameters
    ----------
    paths, columns, sheet
        As for `read_ledger`.
    block_rows : int
        Most rows a block reads.

    Yields
    ------
    Ledger
        `sources` tells of the block's own sheet; a skipped sheet comes as a block without rows.
    """
    if block_rows < 1:
        raise InputError(f"block_rows is {block_rows}; it must be at least 1")
    for part in _identified(lambda: _parts(paths, columns, sheet, block_rows), keep=False):
        yield Ledger(part.petitions, part.rejects, frame([part.source], SOURCE))


@dataclass(frozen=True)
class _Part:
    table: tuple[Path, str]
    petitions: pd.DataFrame
    rejects: pd.DataFrame
    source: dict


def _parts(paths: Paths, columns, sheet, block_rows: int = _BLOCK_ROWS) -> Iterator[_Part]:
    """Yield the blocks of every table of every file; ids are still the ledger's own numbers."""
    chosen = user_columns(columns)
    sheets = (sheet,) if isinstance(sheet, str) else sheet
    missing = {name for names in chosen.values() for name in names}
    seen: list[str] = []
    for path in ledger_paths(paths):
        for opened in usable(path, _opened(path, chosen, sheets)):
            if opened.layout is None:
                yield _skipped(opened)
                continue
            missing &= missing_columns(opened.layout.names, chosen)
            seen += opened.layout.names
            yield from (_part(opened, block) for block in blocks(opened, block_rows))
    refuse_missing(missing, seen)


def refuse_missing(missing: set[str], seen: Iterable[str]) -> None:
    """Refuse columns the user named that no ledger has, whose columns are those `seen`."""
    if missing:
        names = "、".join(dict.fromkeys(n for n in seen if n))
        raise InputError(f"columns: no ledger has a column {min(missing)!r}; the columns are {names[:500]}")


def _opened(path: Path, chosen: Columns, sheets) -> Iterator[Opened]:
    return (open_table(table, chosen) for table in open_tables(path, chosen=chosen, sheets=sheets))


def usable(path: Path, tables: Iterable[Opened]) -> Iterator[Opened]:
    """Yield a file's tables in order; refuse a file of which no table can be used."""
    found, seen = False, []
    for opened in tables:
        found = found or opened.layout is not None
        seen += [n for n in opened.seen if n not in seen]
        yield opened
    if not found:
        names = "、".join(map(_as_label, seen[:30])) or "none"
        raise InputError(
            f"{shown(path)}: no column holds the petitions' text; columns seen: {names}; name it with "
            'columns={"text": "…"} (on the command line --column text=…)'
        )


def _as_label(cell: str) -> str:
    """Return a column's name; where a file has no header its first row stands there, and somebody's name in it."""
    return cell if _LABEL.search(cell) and not _TELLING.search(cell) else f"({len(cell)} characters)"


def source_of(opened: Opened) -> dict:
    """Tell how a sheet was understood, before any row of it is counted."""
    layout = opened.layout
    return {
        "source": opened.table.path.name,
        "sheet": opened.table.sheet,
        "kind": opened.table.kind,
        "header_row": layout.last_row if layout else None,
        **dict.fromkeys(COUNTS, 0),
        "columns": layout.described() if layout else "",
        "unmapped": "、".join(layout.unmapped) if layout else "",
        "skipped": "" if layout else "没有正文列" if opened.seen else "空表",
    }


def counts_of(block: Block) -> dict[str, int]:
    """Count the rows of a block, as `COUNTS` names what is counted."""
    n = block.n_rows, len(block.petitions), len(block.rejects), block.n_bad_dates
    return dict(zip(COUNTS, n, strict=True))


def _part(opened: Opened, block: Block) -> _Part:
    table = (opened.table.path, opened.table.sheet)
    return _Part(table, block.petitions, block.rejects, source_of(opened) | counts_of(block))


def _skipped(opened: Opened) -> _Part:
    table = (opened.table.path, opened.table.sheet)
    return _Part(table, frame([], RAW_PETITION), frame([], REJECT), source_of(opened))


def _identified(parts, keep: bool) -> Iterator[_Part]:
    """Yield parts with their record ids; `parts()` is called once if they may be kept, else once a pass."""
    held = list(parts()) if keep else None

    def again() -> Iterable[_Part]:
        return parts() if held is None else held

    identities = Identities(note(part.petitions) for part in again())
    places: Iterable[Places] = repeat({})
    if shared := identities.shared:
        places = identities.places([note_shared(part.petitions, shared) for part in again()])
    yield from map(_identify, again(), places)


def _identify(part: _Part, places: Places) -> _Part:
    petitions, rejects = identified(part.petitions, part.rejects, places)
    counts = {"n_used": len(petitions), "n_rejected": len(rejects)}
    return replace(part, petitions=petitions, rejects=rejects, source=part.source | counts)


def identified(
    petitions: pd.DataFrame, rejects: pd.DataFrame, places: Places
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the rows of a block their ids; those that only repeat another become rejects."""
    petitions, repeats = identify(petitions, places)
    if not repeats.any():
        return petitions, rejects
    again = petitions.loc[repeats, ["source", "sheet", "row"]].assign(reason=DUPLICATE)
    rejects = pd.concat([rejects, again]).sort_values("row", ignore_index=True)
    return petitions[~repeats].reset_index(drop=True), rejects


def _joined(parts: Iterable[_Part]) -> Ledger:
    parts = list(parts)
    sources: dict[tuple[Path, str], dict] = {}
    for part in parts:
        told = sources.setdefault(part.table, part.source | dict.fromkeys(COUNTS, 0))
        told.update({n: told[n] + part.source[n] for n in COUNTS})
    # A column at a time: text columns are joined without a copy, and their parts can go.
    petitions = {n: pd.concat([p.petitions[n] for p in parts], ignore_index=True) for n in RAW_PETITION}
    rejects = pd.concat([p.rejects for p in parts], ignore_index=True)
    return Ledger(pd.DataFrame(petitions), rejects, frame(list(sources.values()), SOURCE))
