"""Read, clean and redact ledgers, a block of rows at a time: raw text exists only inside `Reading.make`."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from minelib.clean import KINDS, clean_petitions
from minelib.config import Config, LedgerOptions
from minelib.errors import InputError
from minelib.gate import Reader, telling_numbers
from minelib.ledger import Ledger, iter_ledger, read_ledger
from minelib.redact import Found, Part, Redactor, compare_blocks, redact_block, redaction_log, scan, seal
from minelib.scale import Engine, Here, blocks_of
from minelib.schema import PETITION, REJECT, frame

Frames = dict[str, pd.DataFrame]

HELD = 100 << 20  # bytes of ledgers that are read at once; larger ones are read twice, and never held whole


class Reading:
    """Read, clean and redact ledgers: raw text exists only inside `make`.

    Attributes
    ----------
    masked : Found
        What `make` masked anywhere; in memory only.
    """

    def __init__(self, paths: Iterable[Path], key: bytes, config: Config, engine: Engine | None = None):
        self._paths, self._config, self._engine = list(paths), config, engine or Here()
        names = config.redact
        self._redactor = Redactor(key, mask_names=names.mask_names, keep_names=names.keep_names)
        self._seal = partial(seal, key=key)
        self.masked = Found()

    def make(self) -> Frames:
        """Return ``petitions`` (`schema.PETITION`, by `record_id`), ``rejects``, ``sources`` and ``changes``.

        Further for the leak gate ``sealed`` and ``passed``: digests of what was masked, and of texts it has read.
        """
        scan("村民张小芳")  # loads word lists: processes forked from here have them from the start
        ledger = _Ledgers(self._paths, self._config.ledger, self._engine.block_rows)
        first = list(self._engine.map(_first_reading, ledger, self._redactor))
        if not any(len(part.petitions) for part, *_ in first):
            raise InputError("the ledgers hold no petition that can be used: nothing to mine")
        _check_numbers([told for *_, told in first])
        cleaned = pd.concat([changes for _, changes, _ in first])
        parts, known = compare_blocks([part for part, *_ in first], self._redactor, self._engine.map)
        self.masked = known
        log = redaction_log(parts, self._redactor.key_id, known)
        settling = known, self._redactor, self._config.redact.keep_names
        blocks, passed = zip(*self._engine.map(_settle_part, parts, *settling), strict=True)
        del first, parts
        petitions = pd.concat(blocks).sort_values("record_id", ignore_index=True)[list(PETITION)]
        (rejects, more), (sources, last) = (_settle(table, *settling) for table in ledger.rest())
        return {
            "petitions": petitions, "rejects": rejects, "sources": sources,
            "changes": _changes(cleaned, log.masked), "sealed": self._seal(log.surfaces),
            "passed": pd.DataFrame({"digest": np.unique(np.concatenate([*passed, more, last]))}),
        }  # fmt: skip


class _Ledgers:
    """Ledgers as blocks of raw petitions; what else they tell is known when the last block was taken."""

    def __init__(self, paths: list[Path], options: LedgerOptions, block_rows: int):
        self._paths, self._options, self._block_rows = paths, options, block_rows
        self._rejects, self._sources, self._n_blocks = [], [], 0

    def __iter__(self) -> Iterator[pd.DataFrame]:
        """Yield the petitions of the period, some at a time."""
        for ledger in self._ledgers():
            inside, outside = _in_period(ledger.petitions, self._options.since, self._options.until)
            self._rejects += [ledger.rejects, outside]
            self._sources.append(ledger.sources)
            blocks = blocks_of(_least(inside), self._block_rows)
            self._n_blocks += len(blocks)
            yield from blocks

    def __length_hint__(self) -> int:
        """How many blocks there are; 0 while that is not known."""
        return self._n_blocks if self._held else 0

    def rest(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return rejects, and how each sheet was understood."""
        return pd.concat(self._rejects), pd.concat(self._sources)

    @property
    def _held(self) -> bool:
        return sum(p.stat().st_size for p in self._paths if p.is_file()) <= HELD

    def _ledgers(self) -> Iterator[Ledger]:
        options = {"columns": self._options.columns or None, "sheet": self._options.sheet or None}
        if self._held:
            yield read_ledger(self._paths, **options)
        else:
            yield from iter_ledger(self._paths, **options)


def _first_reading(petitions: pd.DataFrame, redactor: Redactor) -> tuple[Part, pd.DataFrame, list[str]]:
    """Clean a block and read each of its rows.

    Also return how many rows each kind of cleaning touched, and the kinds of what its numbers tell of people.
    """
    cleaned, log = clean_petitions(petitions)
    told = [kind for _, kinds in telling_numbers(cleaned["record_id"]) for kind in kinds]
    return redact_block(cleaned, redactor), log.table(), told


def _check_numbers(told: Iterable[list[str]]) -> None:
    """Refuse a ledger whose own numbers tell who somebody is, before anything of it is kept."""
    kinds = [kind for block in told for kind in block]
    if kinds:
        raise InputError(
            f"the ledger's own numbers hold a name or an identity card's number {len(kinds)} times "
            f"({', '.join(sorted(set(kinds)))}) and would stand in every result; "
            "name another column (--columns record_id=…) or take that one out"
        )


def _settle_part(part: Part, *settling) -> tuple[pd.DataFrame, np.ndarray]:
    return _settle(part.petitions, *settling, read=part.clean_texts())


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
    masked = {
        c: dict(zip(d, reader.settle_many(d, redactor, read=read), strict=True)) for c, d in different.items()
    }
    return table.assign(**{c: table[c].map(masked[c]) for c in columns})


def _changes(cleaned: pd.DataFrame, masked: dict[str, int]) -> pd.DataFrame:
    """Return what cleaning and redaction changed: step, kind, characters or spans."""
    kind, _, characters = cleaned.columns
    n = cleaned.groupby(kind)[characters].sum()
    rows = [("clean", k, int(n[k])) for k in KINDS.values() if k in n]
    return pd.DataFrame(rows + [("redact", *item) for item in masked.items()], columns=["step", "kind", "n"])


def _in_period(petitions: pd.DataFrame, since: str, until: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Part petitions by the day they were made: those of the period, and the others as rejects."""
    if not (since or until):
        return petitions, frame([], REJECT)
    days = petitions["received_at"]
    inside = (days >= _day(since, "since", "1900-01-01")) & (
        days < _day(until, "until", "2200-01-01") + pd.Timedelta(days=1)
    )
    outside = petitions.loc[~inside, ["source", "sheet", "row"]].assign(reason="不在所选时段内")
    return petitions[inside].reset_index(drop=True), frame(outside.to_dict("list"), REJECT)


def _day(text: str, name: str, default: str) -> pd.Timestamp:
    try:
        return pd.Timestamp(date.fromisoformat(text or default))
    except ValueError as error:
        raise InputError(f"ledger.{name} takes a day as YYYY-MM-DD, got {text!r}") from error


def _least(petitions: pd.DataFrame) -> pd.DataFrame:
    """Keep of an agency's answer only that there was one: no step reads more (个人信息保护法 art. 6: the least)."""
    return petitions.assign(reply=petitions["reply"].ne("").map({True: "有", False: ""}))
