"""Patterns made of words."""

import re
from collections.abc import Iterable

_DOZEN = 12


def any_of(words: Iterable[str]) -> str:
    """Return a pattern of any of some words that prefers the longest at a place.

    Branches are grouped by first character and the first characters by dozens, because the regex engine tries
    the branches of an alternation one after another.

    >>> re.findall(any_of(["小区", "小", "路"]), "路边小区小店")
    ['路', '小区', '小']
    """
    tails: dict[str, list[str]] = {}
    for word in sorted(set(words), key=lambda w: (-len(w), w)):
        tails.setdefault(word[0], []).append(re.escape(word[1:]))
    heads = sorted(tails)
    branches = [f"{re.escape(head)}(?:{'|'.join(tails[head])})" for head in heads]
    dozens = (slice(at, at + _DOZEN) for at in range(0, len(heads), _DOZEN))
    groups = (f"(?={_one_of(heads[d])})(?:{'|'.join(branches[d])})" for d in dozens)
    return f"(?={_one_of(heads)})(?:{'|'.join(groups)})"


def _one_of(characters: Iterable[str]) -> str:
    return f"[{''.join(map(re.escape, characters))}]"
