"""The words and odds that names are told by, read once from `knowledge/`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from minelib.codepoints import Beginnings
from minelib.knowledge import packaged_toml, word_list


class Words(frozenset):
    """A set of words that can say whether a text has one of them at a place."""

    def __init__(self, words: Iterable[str]):
        self._from, self._to = {}, {}  # first or last character → lengths of its words, longest first
        for word in sorted(self, key=lambda w: (-len(w), w)):
            for table, char in ((self._from, word[0]), (self._to, word[-1])):
                if len(word) not in table.setdefault(char, []):
                    table[char].append(len(word))

    def begins(self, text: str, at: int) -> int:
        """Give the length of the longest word that stands at `at`, 0 for none."""
        for length in self._from.get(text[at : at + 1], ()):
            # At the end of a text a longer slice is a shorter word.
            if at + length <= len(text) and text[at : at + length] in self:
                return length
        return 0

    def ends(self, text: str, at: int) -> int:
        """Give the length of the longest word that stands just before `at`, 0 for none."""
        for length in self._to.get(text[at - 1 : at], ()):
            if length <= at and text[at - length : at] in self:
                return length
        return 0


# Whom something is asked of, or who runs a place, is seldom named behind the word.
_NO_ROLES = {"领导", "物业", "人员", "政治委员"}


@dataclass(frozen=True)
class Lexicon:
    """Log-odds are in bits: log2 of how much more often a thing is seen in names than in text."""

    surnames: dict[str, float]
    compounds: dict[str, float]
    given: dict[str, float]
    words: dict[str, float]  # words that hold a surname character, with log2 of their count
    titles: Words
    short_titles: Words
    kin: Words
    persons: Words
    naming: Words
    before: Words
    calls: Words
    weak_before: Words
    verbal: Words
    labels: Words
    after: Words
    verbs: Words
    weak_after: Words
    place_after: Words
    minority: Words
    pinyin: Words
    not_names: Words
    public: Words


def _scores(name: str) -> dict[str, float]:
    rows = (line.split("\t") for line in word_list(name))
    return {row[0]: float(row[1]) for row in rows if len(row) == 2}


@cache
def lexicon() -> Lexicon:
    """Read the tables; they are the same for every text."""
    groups = {k: Words(v.split()) for k, v in packaged_toml("redact_names").items()}
    roles = (w for w in groups["titles"] | groups["persons"] if len(w) > 1 and w not in _NO_ROLES)
    groups["before"] = Words({*groups["before"], *roles})
    surnames = _scores("surnames")
    single = {s: bits for s, bits in surnames.items() if len(s) == 1}
    compounds = {s: bits for s, bits in surnames.items() if len(s) > 1}
    return Lexicon(single, compounds, _scores("redact_given"), _scores("redact_words"), **groups)


@cache
def longer_surnames() -> Beginnings:
    """Find where a surname of two characters may begin."""
    return Beginnings(lexicon().compounds)


def any_of(words) -> str:
    """Make a pattern that matches the longest of `words`."""
    return "(?:" + "|".join(map(re.escape, sorted(words, key=lambda w: (-len(w), w)))) + ")"
