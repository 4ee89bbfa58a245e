"""The word lists of `knowledge/mention_words.toml`, compiled once for scanning."""

import re
from dataclasses import dataclass
from functools import cache

from minelib.knowledge import packaged_toml, word_list

_DOZEN = 12


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
        ending=_trie_pattern(kind_of),
        kind_of=kind_of,
        stop_chars=frozenset(raw["left"]["chars"]),
        stop_words=frozenset(raw["left"]["words"]).union(word_list("mention_stopwords")),
        inside=frozenset(raw["left"]["inside"]),
        generic=frozenset(raw["generic"]["stems"]),
        normal={k: tuple(sorted(v, key=len, reverse=True)) for k, v in raw["normal"]["endings"].items()},
        general=raw["general"],
    )


def _trie_pattern(words) -> re.Pattern:
    """Compile words into one pattern that prefers the longest at a place.

    Branches are grouped by first character and the first characters by dozens, because the regex engine tries
    the branches of an alternation one after another.
    """
    by_head: dict[str, list[str]] = {}
    for word in sorted(words, key=lambda w: (-len(w), w)):
        by_head.setdefault(word[0], []).append(re.escape(word[1:]))
    branches = [(head, f"{head}(?:{'|'.join(tails)})") for head, tails in sorted(by_head.items())]
    dozens = [branches[i : i + _DOZEN] for i in range(0, len(branches), _DOZEN)]
    groups = (f"(?=[{''.join(h for h, _ in dozen)}])(?:{'|'.join(b for _, b in dozen)})" for dozen in dozens)
    return re.compile(f"(?=[{''.join(sorted(by_head))}])(?:{'|'.join(groups)})")
