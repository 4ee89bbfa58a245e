"""The word lists of `knowledge/mention_words.toml`, compiled once for scanning."""

import re
from dataclasses import dataclass
from functools import cache

from minelib.knowledge import packaged_toml, word_list
from minelib.knowledge.patterns import any_of


@dataclass(frozen=True, slots=True)
class Kind:
    """How names of one kind are made."""

    name: str
    shortest: int
    longest: int
    not_before: frozenset[str]


@dataclass(frozen=True, slots=True)
class MentionWords:
    """Endings, left boundaries and generic stems, ready to look up."""

    ending: re.Pattern
    kind_of: dict[str, Kind]
    stop_chars: frozenset[str]
    stop_words: frozenset[str]
    inside: frozenset[str]
    generic: frozenset[str]
    normal: dict[str, tuple[str, ...]]
    general: dict[str, str]


@cache
def mention_words() -> MentionWords:
    """Read and compile the word lists; the first kind that lists an ending owns it."""
    raw = packaged_toml("mention_words")
    kind_of: dict[str, Kind] = {}
    for name, k in raw["kinds"].items():
        kind = Kind(name, k["shortest"], k["longest"], frozenset(k.get("not_before", ())))
        for ending in k["endings"]:
            kind_of.setdefault(ending, kind)
    return MentionWords(
        ending=re.compile(any_of(kind_of)),
        kind_of=kind_of,
        stop_chars=frozenset(raw["left"]["chars"]),
        stop_words=frozenset(raw["left"]["words"]).union(word_list("mention_stopwords")),
        inside=frozenset(raw["left"]["inside"]),
        generic=frozenset(raw["generic"]["stems"]),
        normal={k: tuple(sorted(v, key=len, reverse=True)) for k, v in raw["normal"]["endings"].items()},
        general=raw["general"],
    )
