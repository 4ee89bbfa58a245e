"""What was masked in one run is masked in the other: of an old run only what may hold it is read."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pandas as pd

from minelib import stages
from minelib.config import Config
from minelib.gate import Reader
from minelib.gate.marks import Marks, digests
from minelib.redact import Redactor
from minelib.redact.sealed import Sealed
from minelib.redact.surfaces import Surfaces
from minelib.runs import Run
from minelib.scale import Engine, blocks_of, distinct, rows_of
from minelib.schema import PETITION

# Strings looked for in one pass: the automaton of many more does not fit what RE2 lets it have.
_AT_ONCE = 1000
_TOLD = {
    "petitions": [
        c for c, kind in PETITION.items() if kind == "str" and c not in ("record_id", "petitioner_id")
    ],
    "matters": ["place", "respondent", "township"],
    "issues": ["label", "keywords"],
}
_READ = ("title", "text")  # columns of which `stages.letters` keeps digests


def mask_both(
    old: Run,
    read: stages.Frames,
    sealed: Sealed,
    new: Surfaces,
    *,
    key: bytes,
    config: Config,
    engine: Engine,
    known: stages.Known | None,
) -> tuple[Run, stages.Frames, Reader, np.ndarray]:
    """Mask in each run what was masked in the other.

    Parameters
    ----------
    old : Run
    read : dict of DataFrame
        As `stages.Reading` made it of the new ledgers.
    sealed : Sealed
        What was masked in either.
    new : Surfaces
        What was masked in the new rows and was not looked for when the old run was made.
    known : Known, optional
        Rows it is sure of are searched for what is `new`; all others are read whole.

    Returns
    -------
    old : Run
    read : dict of DataFrame
    reader : Reader
        Knows what was masked in either, and which texts hold none of it.
    again : ndarray of bool
        Old petitions that were read whole.
    """
    keep = config.redact.keep_names
    settling = sealed, Redactor(key, mask_names=config.redact.mask_names, keep_names=keep), keep
    unsure = {name: _unsure(getattr(old, name), name, known, new) for name in _TOLD}
    passed = [_sure_digests(old, unsure, known)] if known else []
    tables = {}
    for name, columns in _TOLD.items():
        table = getattr(old, name)
        settled, marks = _settled(rows_of(table, unsure[name], columns), settling, engine)
        passed.append(marks)
        tables[name] = _with(table, settled) if len(settled) else table
    fresh, marks = _settled(
        read["petitions"], (*settling, Marks(read["passed"]["digest"].to_numpy())), engine
    )
    passed = distinct(np.concatenate([*passed, marks]))
    reader = Reader(masked=sealed, keep_names=keep, passed=passed)
    return replace(old, **tables), {**read, "petitions": fresh}, reader, unsure["petitions"]


def holding(table: pd.DataFrame, surfaces: Surfaces) -> np.ndarray:
    """Tell which rows may hold one of some strings in any column, without a look at what stands around it.

    >>> table = pd.DataFrame({"title": ["欠薪", "噪声"], "text": ["张小芳说", "路过"]})
    >>> holding(table, Surfaces({("张小芳", "NAME")})).tolist()
    [True, False]
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    found = np.zeros(len(table), bool)
    wanted = sorted({_literal(s) for s, _ in surfaces})
    for at in range(0, len(wanted), _AT_ONCE):
        pattern = "|".join(wanted[at : at + _AT_ONCE])
        for _, column in table.items():
            texts = pa.array(column, type=pa.large_string(), from_pandas=True)
            found |= pc.match_substring_regex(texts, pattern).fill_null(False).to_numpy(zero_copy_only=False)
    return found


def _literal(text: str) -> str:
    """Write a text as a pattern for RE2, which takes a backslash before any mark of ASCII and nowhere else."""
    return "".join(f"\\{c}" if c.isascii() and not c.isalnum() else c for c in text)


def _unsure(table: pd.DataFrame, name: str, known: stages.Known | None, new: Surfaces) -> np.ndarray:
    """Tell which rows have to be read whole; of the few issues all, since their words are our own."""
    if known is None or name == "issues":
        return np.ones(len(table), bool)
    return ~known.sure[name] | holding(table[_TOLD[name]], new)


def _sure_digests(old: Run, unsure: dict[str, np.ndarray], known: stages.Known) -> np.ndarray:
    """Return digests of the texts in which nothing new was masked and that the old run's leak gate read."""
    texts: set[str] = set()
    for name in ("petitions", "matters"):
        columns = [c for c in _TOLD[name] if c not in _READ]
        texts.update(*(getattr(old, name).loc[~unsure[name], c].unique() for c in columns))
    read = known.letters.loc[~unsure["petitions"], list(_READ)].to_numpy().ravel()
    return distinct(np.concatenate([read, digests(texts)]))


def _settled(table: pd.DataFrame, settling: tuple, engine: Engine) -> tuple[pd.DataFrame, np.ndarray]:
    """Do `_settle` to all blocks of a table."""
    blocks = blocks_of(table, engine.block_rows)
    settled, passed = zip(*engine.map(_settle, blocks, *settling), strict=True)
    return pd.concat(settled).set_axis(table.index), distinct(np.concatenate(passed))


def _settle(
    table: pd.DataFrame,
    sealed: Sealed,
    redactor: Redactor,
    keep_names: Collection[str],
    read: Marks | None = None,
) -> tuple[pd.DataFrame, np.ndarray]:
    """Mask in a block what was masked anywhere; also return digests of the texts read.

    Those `read` before were scanned already, and are only searched for what was masked.
    """
    texts = list({text for c in table if pd.api.types.is_string_dtype(table[c]) for text in table[c]})
    clean = {t for t, is_read in zip(texts, (read or Marks()).hold(digests(texts)), strict=True) if is_read}
    reader = Reader(masked=sealed, keep_names=keep_names)
    return stages.settled(table, reader, redactor, read=clean), reader.passed


def _with(table: pd.DataFrame, settled: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the cells of some of its rows replaced."""
    out = table.copy(deep=False)
    for column in settled:
        if not settled[column].equals(table.loc[settled.index, column]):
            out[column] = table[column].copy()
            out.loc[settled.index, column] = settled[column]
    return out
