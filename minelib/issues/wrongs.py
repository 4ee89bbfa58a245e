"""The kinds of wrong the field knows: names and phrases from `knowledge/wrongs.toml` or a user's own file."""

from dataclasses import dataclass
from functools import cache
from itertools import permutations
from pathlib import Path

from minelib.errors import InputError
from minelib.knowledge import packaged_toml, read_toml
from minelib.knowledge.taxonomy import Phrase, parse_phrase

_KEYS = ("name", "topic", "part_of", "say", "hint", "unless")


@dataclass(frozen=True, slots=True)
class Wrong:
    """One kind of wrong and how petitioners say it.

    Attributes
    ----------
    name : str
        Who does what, as a label prints it: 开发商拒退购房款.
    topic : str
        Code of the grievance class it mostly falls in.
    part_of : str
        The wider wrong it counts to by default; its own name where there is none.
    say, hint, unless : tuple of tuple of Phrase
        Each inner tuple is one saying in all its orders. `say` tells the wrong, `hint` supports it, `unless`
        in a title speaks against it.
    """

    name: str
    topic: str
    part_of: str
    say: tuple[tuple[Phrase, ...], ...]
    hint: tuple[tuple[Phrase, ...], ...] = ()
    unless: tuple[tuple[Phrase, ...], ...] = ()


def load_wrongs(path: str | Path | None = None) -> tuple[Wrong, ...]:
    """Load and check the kinds of wrong: the packaged ones, or a user's TOML file.

    Raises
    ------
    InputError
        Naming the entry at fault.

    Examples
    --------
    >>> any(w.name == "中小学违规补课收费" for w in load_wrongs())
    True
    """
    return _packaged() if path is None else make_wrongs(read_toml(path), where=str(path))


@cache
def _packaged() -> tuple[Wrong, ...]:
    return make_wrongs(packaged_toml("wrongs"), where="wrongs.toml")


def make_wrongs(data: dict, *, where: str = "wrongs") -> tuple[Wrong, ...]:
    """Check plain data in the form of the TOML file and freeze it.

    >>> [w.name for w in make_wrongs({"wrong": [{"name": "拖欠工资", "say": "拖欠~工资"}]})]
    ['拖欠工资']
    """
    entries = data.get("wrong", [])
    if not isinstance(entries, list):
        raise InputError(f"{where}: wrong is a list of [[wrong]] tables, got {type(entries).__name__}")
    wrongs = tuple(_read_wrong(e, f"{where}: wrong {i}") for i, e in enumerate(entries, 1))
    names = [w.name for w in wrongs]
    if repeated := sorted({n for n in names if names.count(n) > 1}):
        raise InputError(f"{where}: {'、'.join(repeated)} stands more than once")
    return wrongs


def _read_wrong(entry: dict, where: str) -> Wrong:
    name = str(entry.get("name", "")).strip() if isinstance(entry, dict) else ""
    if not name or not str(entry.get("say", "")).strip():
        raise InputError(f"{where}: needs a name and at least one phrase under say")
    if unknown := sorted(set(entry) - set(_KEYS)):
        raise InputError(f"{where} ({name}): unknown key {unknown[0]!r}; allowed: {', '.join(_KEYS)}")
    sayings = (tuple(map(_in_any_order, str(entry.get(k, "")).split())) for k in ("say", "hint", "unless"))
    return Wrong(name, str(entry.get("topic", "")), str(entry.get("part_of", name)), *sayings)


def _in_any_order(text: str) -> tuple[Phrase, ...]:
    """Read a saying; where its parts are joined by "~" they may come in any order."""
    phrase = parse_phrase(text)
    if phrase.operator != "~":
        return (phrase,)
    return tuple(Phrase(text, parts, "~") for parts in permutations(phrase.parts))
