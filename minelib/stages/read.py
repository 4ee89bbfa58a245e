"""Read, clean and redact ledgers, a block of rows at a time: raw text exists only inside `Reading.make`."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pandas as pd

from minelib.config import Config
from minelib.errors import InputError
from minelib.gate import Reader
from minelib.scale import Engine, Here
from minelib.schema import PETITION, REJECT, frame

Frames = dict[str, pd.DataFrame]


class Reading:
    """Read, clean and redact ledgers: raw text exists only inside `make`."""

    def __init__(self, paths: Iterable[Path], key: bytes, config: Config, engine: Engine | None = None):
        self._paths, self._key, self._config = list(paths), key, config
        self._engine = engine or Here()

    def make(self) -> Frames:
        """Return ``petitions`` (`schema.PETITION`, by `record_id`), ``rejects``, ``sources`` and ``changes``.

        Further for the leak gate ``sealed`` and ``passed``: digests of what was masked, and of texts it has read.
        """
        from minelib.clean import clean_petitions
        from minelib.ledger import read_ledger
        from minelib.redact import Redactor, seal

        options = self._config
        ledger = read_ledger(
            self._paths, columns=options.ledger.columns or None, sheet=options.ledger.sheet or None
        )
        inside, outside = _in_period(ledger.petitions, options.ledger.since, options.ledger.until)
        cleaned, clean_log = clean_petitions(_least(inside))
        redactor = Redactor(
            self._key, mask_names=options.redact.mask_names, keep_names=options.redact.keep_names
        )
        redacted, redact_log = redactor.redact_petitions(cleaned)
        reader = Reader(masked=redact_log.surfaces, keep_names=options.redact.keep_names)
        tables = redacted, pd.concat([ledger.rejects, outside]), ledger.sources
        redacted, rejects, sources = (settled(table, reader, redactor) for table in tables)
        petitions = redacted.sort_values("record_id", ignore_index=True)[list(PETITION)]
        cleaning = clean_log.table().set_axis(["kind", "rows", "n"], axis=1).assign(step="clean")
        masking = pd.DataFrame(
            {"kind": list(redact_log.masked), "n": list(redact_log.masked.values())}
        ).assign(step="redact")
        changes = pd.concat([cleaning, masking])[["step", "kind", "n"]].astype({"n": "int64"})
        return {
            "petitions": petitions, "rejects": rejects, "sources": sources, "changes": changes,
            "sealed": seal(redact_log.surfaces, self._key), "passed": pd.DataFrame({"digest": reader.passed}),
        }  # fmt: skip


def settled(table: pd.DataFrame, reader: Reader, redactor) -> pd.DataFrame:
    """Mask what the leak gate would find in any cell, a file's or a sheet's name too."""
    texts = (c for c in table if pd.api.types.is_string_dtype(table[c]))
    columns = [c for c in texts if c not in ("record_id", "petitioner_id")]
    masked = {c: {text: reader.settle(text, redactor) for text in table[c].unique()} for c in columns}
    return table.assign(**{c: table[c].map(masked[c]) for c in columns})


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
