"""Read, clean and redact ledgers, a block of rows at a time: raw text exists only inside `Reading.make`.

Blocks are read by whoever works on them (`minelib.stages.rows`); here only what they tell each other is put together.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from minelib.clean import KINDS, clean_petitions
from minelib.config import Config
from minelib.errors import InputError
from minelib.gate import Reader, telling_numbers
from minelib.redact import Found, Part, Redactor, compare_blocks, masked_kinds, redact_block, scan, seal
from minelib.scale import Block, Engine, Here, distinct
from minelib.schema import PETITION
from minelib.stages.keep import InMemory, OnDisk
from minelib.stages.rows import Rows, open_rows

Frames = dict[str, pd.DataFrame | Path]


class Reading:
    """Read, clean and redact ledgers: raw text exists only inside `make`.

    Parameters
    ----------
    paths : iterable of Path
    key : bytes
    config : Config
    engine : Engine, optional
    keep : InMemory or OnDisk, optional
        Where redacted petitions are put.

    Attributes
    ----------
    masked : Found
        What `make` masked anywhere; in memory only.
    """

    def __init__(
        self,
        paths: Iterable[Path],
        key: bytes,
        config: Config,
        engine: Engine | None = None,
        keep: InMemory | OnDisk | None = None,
    ):
        self._paths, self._config, self._engine = list(paths), config, engine or Here()
        names = config.redact
        self._redactor = Redactor(key, mask_names=names.mask_names, keep_names=names.keep_names)
        self._seal, self._keep = partial(seal, key=key), keep or InMemory()
        self.masked = Found()

    def make(self) -> Frames:
        """Return ``petitions`` (`schema.PETITION`, by `record_id`), ``rejects``, ``sources`` and ``changes``.

        Petitions kept on the disk are returned as the folder they lie in.
        Further for the leak gate ``sealed`` and ``passed``: digests of what was masked, and of texts it has read.
        """
        scan("村民张小芳")  # loads word lists: processes forked from here have them from the start
        ledger = open_rows(self._paths, self._config.ledger, self._engine)
        first = list(self._engine.map(_first_reading, ledger.rows, self._redactor))
        if not any(each.counts["n_used"] > len(each.outside) for each in first):
            raise InputError("the ledgers hold no petition that can be used: nothing to mine")
        _check_numbers([each.told for each in first])
        sources = ledger.sources(each.counts for each in first)
        del ledger  # blocks that were held are held cleaned now
        blocks = [each.again for each in first]
        parts, known = compare_blocks(blocks, [each.part for each in first], self._redactor, self._engine.map)
        self.masked = known
        settling = known, self._redactor, self._config.redact.keep_names
        self._keep.begin()
        numbered = list(zip(range(len(blocks)), blocks, parts, strict=True))
        made, passed = zip(*self._engine.map(_settle_block, numbered, self._keep, *settling), strict=True)
        rejects = pd.concat([each.rejects for each in first] + [each.outside for each in first])
        (rejects, more), (sources, last) = (_settle(table, *settling) for table in (rejects, sources))
        cleaned = pd.concat([each.changes for each in first])
        return {
            "petitions": self._keep.sorted(made, self._engine), "rejects": rejects, "sources": sources,
            "changes": _changes(cleaned, masked_kinds(parts)), "sealed": self._seal(known.surfaces),
            "passed": pd.DataFrame({"digest": distinct(np.concatenate([*passed, more, last]))}),
        }  # fmt: skip


@dataclass(frozen=True)
class _First:
    """What the first reading of a block tells: numbers, and no text of a petition.

    Attributes
    ----------
    part : Part
    rejects, outside : DataFrame
        Rows that are no petition, and petitions outside the period.
    counts : dict
        Rows read, used, rejected.
    changes : DataFrame
        How many rows each kind of cleaning touched.
    again : Block
        What gives the petitions cleaned once more.
    told : list of str
        Kinds of what its numbers tell of people.
    """

    part: Part
    rejects: pd.DataFrame
    outside: pd.DataFrame
    counts: dict[str, int]
    changes: pd.DataFrame
    again: Block
    told: list[str]


def _first_reading(rows: Rows, redactor: Redactor) -> _First:
    """Clean a block and read each of its rows."""
    petitions, *rest = rows.raw()
    cleaned, log = clean_petitions(petitions)
    told = [kind for _, kinds in telling_numbers(cleaned["record_id"].tolist()) for kind in kinds]
    unclean = np.flatnonzero(petitions["record_id"].isin(log.changes["record_id"]))
    again = rows.again(cleaned, unclean)
    return _First(redact_block(cleaned, redactor), *rest, log.table(), again, told)


def _check_numbers(told: Iterable[list[str]]) -> None:
    """Refuse a ledger whose own numbers tell who somebody is, before anything of it is kept."""
    kinds = [kind for block in told for kind in block]
    if kinds:
        raise InputError(
            f"the ledger's own numbers hold a name or an identity card's number {len(kinds)} times "
            f"({', '.join(sorted(set(kinds)))}) and would stand in every result; "
            "name another column (--columns record_id=…) or take that one out"
        )


def _settle_block(
    numbered: tuple[int, Block, Part], keep: InMemory | OnDisk, known: Found, redactor: Redactor, *rest
) -> tuple[object, np.ndarray]:
    """Redact a block for good and put it where it is kept; also return digests of the texts the gate has read."""
    n, block, part = numbered
    redacted = part.redacted(block.read(), redactor)
    petitions, passed = _settle(redacted, known, redactor, *rest, read=part.clean_texts(redacted))
    return keep.put(n, petitions[list(PETITION)]), passed


def _settle(
    table: pd.DataFrame, known: Found, redactor: Redactor, keep_names: Iterable[str], **options
) -> tuple[pd.DataFrame, np.ndarray]:
    """Mask what the leak gate would find in any cell; also return digests of the texts it has read."""
    reader = Reader(masked=known.surfaces, keep_names=keep_names)
    return settled(table, reader, redactor, **options), reader.passed


def settled(
    table: pd.DataFrame, reader: Reader, redactor: Redactor, *, read: Collection[str] = frozenset()
) -> pd.DataFrame:
    """Mask what the leak gate would find in any cell, a file's or a sheet's name too.

    `read` are texts that redaction has read last and found clean.
    """
    texts = (c for c in table if pd.api.types.is_string_dtype(table[c]))
    columns = [c for c in texts if c not in ("record_id", "petitioner_id")]
    different = {c: table[c].unique().tolist() for c in columns}
    masked = {c: reader.settle_many(d, redactor, read=read) for c, d in different.items()}
    changed = {c: dict(zip(d, masked[c], strict=True)) for c, d in different.items() if masked[c] != d}
    return table.assign(**{c: table[c].map(anew) for c, anew in changed.items()})


def _changes(cleaned: pd.DataFrame, masked: dict[str, int]) -> pd.DataFrame:
    """Return what cleaning and redaction changed: step, kind, characters or spans."""
    kind, _, characters = cleaned.columns
    n = cleaned.groupby(kind)[characters].sum()
    rows = [("clean", k, int(n[k])) for k in KINDS.values() if k in n]
    return pd.DataFrame(rows + [("redact", *item) for item in masked.items()], columns=["step", "kind", "n"])
