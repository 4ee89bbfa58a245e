"""The words and odds that names are told by, read once from `knowledge/`."""

import re
from dataclasses import dataclass
from functools import cache

from minelib.knowledge import packaged_toml, word_list


@dataclass(frozen=True)
class Lexicon:
    """Log-odds are in bits: log2 of how much more often a thing is seen in names than in text."""

    surnames: dict[str, float]
    compounds: frozenset[str]
    given: dict[str, float]
    words: dict[str, float]  # words that hold a surname character, with log2 of their count
    titles: frozenset[str]
    short_titles: str
    kin: frozenset[str]
    persons: frozenset[str]
    before: frozenset[str]
    weak_before: frozenset[str]
    after: frozenset[str]
    weak_after: frozenset[str]
    place_after: frozenset[str]
    minority: frozenset[str]
    pinyin: frozenset[str]
    not_names: frozenset[str]
    naming: frozenset[str]
    public: frozenset[str]
    labels: frozenset[str]
    verbs: frozenset[str]


def _scores(name: str) -> dict[str, float]:
    rows = (line.split("\t") for line in word_list(name))
    return {row[0]: float(row[1]) for row in rows if len(row) == 2}


@cache
def lexicon() -> Lexicon:
    """Read the tables; they are the same for every text."""
    groups = {k: frozenset(v.split()) for k, v in packaged_toml("redact_names").items()}
    short = "".join(sorted(groups.pop("short_titles")))
    compounds = frozenset(w for w in word_list("surnames") if "\t" not in w)
    return Lexicon(_scores("surnames"), compounds, _scores("redact_given"), _scores("redact_words"),
                   short_titles=short, **groups)


def any_of(words) -> str:
    """Make a pattern that matches the longest of `words`."""
    return "(?:" + "|".join(map(re.escape, sorted(words, key=lambda w: (-len(w), w)))) + ")"
