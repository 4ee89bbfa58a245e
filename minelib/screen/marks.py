"""Mark what a letter says of itself: whose rights, and whether it alleges a wrong or only asks."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from minelib.classes.matching import PhraseFinder
from minelib.knowledge import packaged_toml
from minelib.knowledge.taxonomy import parse_phrase
from minelib.scale import distinct

# How much a word of each kind moves the log-odds in title and body, and how many of a kind count: a furious
# letter is no surer than an angry one. Set by hand; only their order matters to a rank.
_STEPS = {
    "wrong": (1.2, 2, 0.5, 4),
    "ask": (-1.3, 2, -0.4, 2),
    "suggest": (-1.0, 2, -0.3, 3),
    "thanks": (-2.0, 1, -2.0, 1),
}
_BASE = 0.5
_BLOCK = 20_000  # letters looked at together, for memory's sake
# Of a class whose letters nearly always (or hardly ever) allege a wrong; see routes.toml.
_PRIOR = {"often": 1.2, "sometimes": 0.0, "seldom": -1.8}


@dataclass(frozen=True)
class _Group:
    name: str
    words: tuple[str, ...]
    title: tuple[str, ...]
    pattern: re.Pattern | None
    needs: tuple[str, ...]
    not_: re.Pattern | None

    def found_in(self, text: str) -> bool:
        if self.not_ and self.not_.search(text):
            text = self.not_.sub("　", text)
        if any(w in text for w in self.words):
            return True
        title = text.split("\n", 1)[0]
        return any(w in title for w in self.title) or bool(self.pattern and self.pattern.search(text))


def mark_groups(texts: Iterable[str]) -> list[str]:
    """Return the vulnerable groups whose rights each text says are touched, joined by "、"; "" where none.

    Parameters
    ----------
    texts : iterable of str
        Title and text of a petition, joined by a line break: some words count in the title only.

    Returns
    -------
    list of str
        Names in the order of `knowledge/groups.toml`.

    Examples
    --------
    >>> mark_groups(["八旬老人被收取高额会员费", "咨询养老保险缴费年限", "包工头拖欠我们工资"])
    ['老年人', '', '农民工']
    """
    texts, groups = list(texts), _groups()
    # One look for all words tells which texts a group has to look at closer; most say nothing of it.
    likely = _words_said([[*g.words, *g.title, *g.needs] for g in groups], texts) > 0
    found = [[""] * len(texts) for _ in groups]
    for g, group in enumerate(groups):
        for i in np.flatnonzero(likely[g]).tolist():
            found[g][i] = group.name if group.found_in(texts[i]) else ""
    return ["、".join(filter(None, names)) for names in zip(*found, strict=True)]


def mark_allegations(titles: Iterable[str], texts: Iterable[str], class_codes: Iterable[str]) -> np.ndarray:
    """Return for each letter how surely it alleges a concrete wrong (0 … 1) rather than asks or suggests.

    Words of complaint, question and proposal (`knowledge/kinds.toml`) and the habit of the grievance class
    (`knowledge/routes.toml`) are added up as log-odds.

    Examples
    --------
    >>> marks = mark_allegations(
    ...     ["投诉开发商拒不退还定金", "建议增设地铁出入口"], ["拒绝退款", "方便出行"], ["C03", "C14"])
    >>> bool(marks[0] > 0.9 and marks[1] < 0.1)
    True
    """
    titles, texts = list(titles), list(texts)
    habits = packaged_toml("routes")["class"]
    priors = [_PRIOR[habits.get(code, {}).get("alleges", "sometimes")] for code in class_codes]
    odds = _BASE + np.array(priors, dtype=float)
    kinds = packaged_toml("kinds")
    in_title, in_body = (
        _words_said([kinds[k][where] for k in _STEPS], told)
        for where, told in (("title", titles), ("body", texts))
    )
    for i, (title_step, most_title, body_step, most_body) in enumerate(_STEPS.values()):
        odds += title_step * np.minimum(in_title[i], most_title)
        odds += body_step * np.minimum(in_body[i], most_body)
    return 1 / (1 + np.exp(-odds))


def mark_unheeded(texts: Iterable[str]) -> list[bool]:
    """Say of each letter whether its writer turned to somebody before and was passed over (推诿, 投诉无果).

    >>> mark_unheeded(["多次向街道反映无果，互相推诿", "请问如何办理"])
    [True, False]
    """
    return (_words_said([packaged_toml("kinds")["unheeded"]["body"]], list(texts))[0] > 0).tolist()


def _words_said(kinds: list[list[str]], texts: list[str]) -> np.ndarray:
    """Count, by kind and text, how many different words of the kind the text says; one pass for all words."""
    finder = _finder(tuple(w for words in kinds for w in words))
    kind = np.repeat(np.arange(len(kinds)), [len(words) for words in kinds])
    counts = np.zeros((len(kinds), len(texts)), dtype=np.int64)
    for at in range(0, len(texts), _BLOCK):
        hits = finder.find(texts[at : at + _BLOCK])
        said = distinct(hits.text.astype(np.int64) * len(kind) + hits.phrase)
        np.add.at(counts, (kind[said % len(kind)], at + said // len(kind)), 1)
    return counts


@lru_cache(maxsize=8)
def _finder(words: tuple[str, ...]) -> PhraseFinder:
    """Return the finder of some words; to make one costs more than to look through a block."""
    return PhraseFinder([parse_phrase(word) for word in words])


@cache
def _groups() -> tuple[_Group, ...]:
    return tuple(_group(entry) for entry in packaged_toml("groups")["group"])


def _group(entry: Mapping) -> _Group:
    pattern, not_ = entry.get("pattern"), entry.get("not")
    return _Group(
        entry["name"],
        tuple(entry["words"]),
        tuple(entry["title"]),
        re.compile(pattern) if pattern else None,
        tuple(entry.get("needs", ())),
        re.compile("|".join(map(re.escape, not_))) if not_ else None,
    )
