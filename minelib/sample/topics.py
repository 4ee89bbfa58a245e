"""The templates, read from the TOML files beside this module."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from minelib.errors import MinelibError

_FILES = ("planted", "background_city", "background_people", "rivals", "traps")


@dataclass(frozen=True)
class Topic:
    """One kind of wrong and the ways it is told."""

    id: str
    code: str  # grievance class, C01 … C40
    label: str
    place: str  # kind of place, a key of `places` in words.toml
    title: tuple[str, ...]
    wrong: tuple[str, ...]
    want: tuple[str, ...]
    back: tuple[str, ...] = ("",)
    detail: tuple[str, ...] = ("",)
    done: tuple[str, ...] = ()
    who: str = ""
    agency: str = ""
    group: str = ""
    purpose: str = "T"
    profile: str = "flat"  # how its matters lie in time
    share: float = 0.0  # of the everyday petitions, against about 1 for an ordinary topic; 0 means ordinary
    trap: str = ""  # what a naive method takes it for
    storm: bool = False
    doubtful: bool = False  # counts neither for nor against a class
    elder: bool = False
    one_wrong: bool = (
        False  # all of `wrong` say the same; else each is a wrong of its own, and a matter is about one
    )
    fix: Mapping[str, str] = field(default_factory=dict)  # written out once a matter


def _topic(entry: dict, file: str) -> Topic:
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    return Topic(code=values.pop("class"), one_wrong=file == "planted" or "storm" in values, **values)


@cache
def packaged(name: str) -> dict:
    """Return `sample/{name}.toml` as plain data; callers must not change it."""
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def topics() -> Mapping[str, Topic]:
    """Return all topics by id, in the order of the files.

    >>> topics()["wages"].code
    'C23'
    """
    found = [_topic(entry, name) for name in _FILES for entry in packaged(name)["topic"]]
    by_id = {topic.id: topic for topic in found}
    if len(by_id) != len(found):
        raise MinelibError("sample templates: two topics have the same id")
    return by_id
