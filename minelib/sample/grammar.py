"""Texts from templates: `{slot}` is looked up, `[a|b|]` chooses, both nest.

A slot is looked up in the values the caller gives (what stays the same within one matter), then among the
makers (functions of the random source), then in word lists; `{3-20}` and `{1000-9000:100}` are whole numbers.
Values and list entries may hold slots themselves.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from minelib.errors import MinelibError

_PIECE = re.compile(r"[^{}\[\]|]+|[{}\[\]|]")
_NUMBER = re.compile(r"(\d+)-(\d+)(?::(\d+))?")


@dataclass(frozen=True)
class Slot:
    """A name between braces."""

    name: str


@dataclass(frozen=True)
class Choice:
    """Alternatives between brackets; each is a tuple of parts."""

    options: tuple


@lru_cache(maxsize=8192)
def parse(template: str) -> tuple:
    """Parse `template` into a tuple of strings, slots and choices.

    Raises
    ------
    MinelibError
        When brackets or braces do not match.

    >>> parse("{who}[不|拒不]付")
    (Slot(name='who'), Choice(options=(('不',), ('拒不',))), '付')
    """
    pieces = _PIECE.findall(template)
    parts, end = _sequence(pieces, 0, template)
    if end != len(pieces):
        raise MinelibError(f"template has a stray {pieces[end]!r}: {template[:40]}")
    return parts


def _sequence(pieces: Sequence[str], at: int, template: str) -> tuple[tuple, int]:
    parts: list = []
    while at < len(pieces) and pieces[at] not in "]|":
        if pieces[at] == "{":
            if pieces[at + 2 : at + 3] != ["}"]:
                raise MinelibError(f"template has an open brace: {template[:40]}")
            parts.append(Slot(pieces[at + 1]))
            at += 3
        elif pieces[at] == "[":
            choice, at = _choice(pieces, at + 1, template)
            parts.append(choice)
        else:
            parts.append(pieces[at])
            at += 1
    return tuple(parts), at


def _choice(pieces: Sequence[str], at: int, template: str) -> tuple[Choice, int]:
    options = []
    while True:
        option, at = _sequence(pieces, at, template)
        options.append(option)
        if at >= len(pieces):
            raise MinelibError(f"template has an open bracket: {template[:40]}")
        at += 1
        if pieces[at - 1] == "]":
            return Choice(tuple(options)), at


class Grammar:
    """Word lists and a random source; `expand` writes out a template.

    Parameters
    ----------
    lists : mapping of str to sequence of str
        What a slot may become.
    rng : random.Random
        The only source of chance.
    makers : mapping of str to callable, optional
        Slots that a function of `rng` writes.

    Examples
    --------
    >>> from random import Random
    >>> Grammar({"fruit": ["梨"]}, Random(0)).expand("{who}买{3-3}斤{fruit}", {"who": "他"})
    '他买3斤梨'
    """

    def __init__(
        self,
        lists: Mapping[str, Sequence[str]],
        rng: Random,
        makers: Mapping[str, Callable[[Random], str]] | None = None,
    ):
        self.lists = lists
        self.rng = rng
        self.makers = makers or {}

    def expand(self, template: str, values: Mapping[str, str] | None = None) -> str:
        """Return `template` with every slot and choice written out."""
        out: list[str] = []
        self._write(parse(template), values or {}, out)
        return "".join(out)

    def pick(self, name: str, values: Mapping[str, str] | None = None) -> str:
        """Return one expanded entry of the word list `name`."""
        return self.expand(self.rng.choice(self.lists[name]), values)

    def _write(self, parts: tuple, values: Mapping[str, str], out: list[str]) -> None:
        for part in parts:
            if isinstance(part, str):
                out.append(part)
            elif isinstance(part, Choice):
                self._write(self.rng.choice(part.options), values, out)
            else:
                self._slot(part.name, values, out)

    def _slot(self, name: str, values: Mapping[str, str], out: list[str]) -> None:
        if name in values:
            self._write(parse(values[name]), values, out)
        elif name in self.makers:
            out.append(self.makers[name](self.rng))
        elif name in self.lists:
            self._write(parse(self.rng.choice(self.lists[name])), values, out)
        elif number := _NUMBER.fullmatch(name):
            low, high, step = (int(g or 1) for g in number.groups())
            out.append(str(self.rng.randrange(low, high + 1, step)))
        else:
            raise MinelibError(f"no list or value for the slot {{{name}}}")
