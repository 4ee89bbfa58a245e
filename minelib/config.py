"""Options of a run: one frozen tree, read from a TOML file, unknown keys refused.

Every option that changes a result is here, none in the environment and none in a user's home folder, so that a run's
manifest can say with one digest what it was made with.
"""

import dataclasses
import difflib
import hashlib
import json
import types
import typing
from dataclasses import dataclass, field
from pathlib import Path

from minelib.errors import InputError
from minelib.knowledge import read_toml


@dataclass(frozen=True)
class LedgerOptions:
    """How to read the ledger."""

    sheet: str = ""  # only this sheet; "" reads every sheet that has a text column
    columns: dict[str, str] = field(default_factory=dict)  # schema name → the ledger's own header
    since: str = (
        ""  # YYYY-MM-DD: petitions before this day are put aside as rejects, and so is one without a date
    )
    until: str = ""  # YYYY-MM-DD: petitions after this day are put aside


@dataclass(frozen=True)
class RedactOptions:
    """Whom to mask."""

    mask_names: tuple[str, ...] = ()  # always masked
    keep_names: tuple[str, ...] = ()  # never masked, such as the office's own speakers


@dataclass(frozen=True)
class SegmentOptions:
    """How to cut words."""

    engine: str = "rjieba"
    words: tuple[str, ...] = ()  # the user's own words


@dataclass(frozen=True)
class MineOptions:
    """How to group."""

    taxonomy: str = ""  # path of a taxonomy TOML; "" is the packaged one
    labels: str = ""  # path of a CSV with columns id, class
    granularity: str = "default"  # of issues: coarse, default, fine


@dataclass(frozen=True)
class Config:
    """All options of a run.

    Examples
    --------
    >>> Config(seed=7).digest() == Config(seed=8).digest()
    False
    """

    seed: int = 0
    small_cell: int = 3  # counts below this are suppressed in tables by place
    ledger: LedgerOptions = LedgerOptions()
    redact: RedactOptions = RedactOptions()
    segment: SegmentOptions = SegmentOptions()
    mine: MineOptions = MineOptions()
    screen: dict[str, float] = field(
        default_factory=dict
    )  # signal → weight, where it differs from the default
    briefing: dict[str, object] = field(default_factory=dict)  # see `minelib.briefing.BriefingConfig`

    def digest(self, *parts: str) -> str:
        """Return 16 hex digits of the options named (all when none is)."""
        tree = dataclasses.asdict(self)
        chosen = {p: tree[p] for p in parts} if parts else tree
        text = json.dumps(chosen, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def load_config(path: str | Path | None = None, **overrides) -> Config:
    """Read a config file; `overrides` (``seed=…``, ``mine={"taxonomy": …}``) win over it.

    Raises
    ------
    InputError
        Naming the unknown key and the nearest known one, or the key whose value has the wrong type.

    Examples
    --------
    >>> load_config(mine={"granularity": "fine"}).mine.granularity
    'fine'
    """
    tree = read_toml(path) if path else {}
    for name, value in overrides.items():
        tree[name] = {**tree.get(name, {}), **value} if isinstance(value, dict) else value
    return _build(Config, tree, where=str(path or "options"))


def _build(kind, tree: dict, *, where: str):
    hints = typing.get_type_hints(kind)
    for key in tree:
        if key not in hints:
            near = difflib.get_close_matches(key, hints, n=1) or sorted(hints)
            raise InputError(f"{where}: unknown key {key!r}; did you mean {near[0]!r}?")
    return kind(**{k: _convert(hints[k], v, where=f"{where}: {k}") for k, v in tree.items()})


def _convert(hint, value, *, where: str):
    if dataclasses.is_dataclass(hint):
        if not isinstance(value, dict):
            raise InputError(f"{where} is a table, got {value!r}")
        return _build(hint, value, where=where)
    origin = typing.get_origin(hint) or hint
    if origin is tuple and isinstance(value, list | tuple):
        return tuple(str(v) for v in value)
    if origin is float and isinstance(value, int):
        return float(value)
    if isinstance(origin, types.GenericAlias) or not isinstance(value, origin) or isinstance(value, bool):
        raise InputError(f"{where} takes a {origin.__name__}, got {value!r}")
    return value
