"""Find the names of places and respondents in a text.

A name is an ending (小区, 公司, 路 …) with the stem on its left.  Endings are found in one pass; each stem is
then read from right to left until something no name holds: a mark, a function word, a verb, another name.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from string import ascii_uppercase
from typing import NamedTuple

import numpy as np

from minelib.codepoints import Beginnings, char_table, followed, matches, places_in
from minelib.mentions.names import normalise_name
from minelib.mentions.words import Kind, MentionWords, mention_words
from minelib.schema import MASK

# Lines and numbered roads are known by their own shape.
_LINE_END = r"(?:[东西南北]?延[长伸]?[线段]|[一二三]期)?"
_TRANSIT = re.compile(
    rf"[0-9０-９]{{1,4}}(?:[#＃号]线{_LINE_END}|[国省县]道|路(?:公交车?|(?=[车站首末班改停，。、！？,\n]|$)))"
    r"|[GSXY][0-9]{2,4}(?:[国省县乡]道|高速|线)?|公交[0-9]{1,4}路?"
)
_CHINESE_LINE = re.compile(rf"[一二三四五六七八九十]{{1,3}}号线{_LINE_END}")
_MASKED_AREA = re.compile(r"[A-Z][0-9]{0,2}[市县区州](?![a-zA-Z])")
_OPENING = {"”": "“", "》": "《", "」": "「", "』": "『", '"': '"', "’": "‘", "】": "【"}
_AREA_END = frozenset("省市县区镇乡州")
_DOTS = frozenset("·•．・")
_SIDES, _TOWARDS = frozenset("上下前后"), frozenset("在住到于属是，。、：")


Span = tuple[int, int, str]


class Mention(NamedTuple):
    """A name in a text: `text[start:end]`, its kind, and the form under which spellings of it are equal."""

    start: int
    end: int
    kind: str
    name: str


def find_mentions(text: str) -> list[Mention]:
    """Find names of places and respondents, from left to right, not overlapping.

    Kinds: compound, company, school, hospital, road, village, township, district, area, place, platform,
    office, transit.  Masks of redaction are never a name nor part of one.

    >>> [(m.kind, m.name) for m in find_mentions("A3区金桂路云栖·听澜苑小区二期旁的启明幼儿园")]
    [('district', 'A3区'), ('road', '金桂路'), ('compound', '云栖听澜苑'), ('school', '启明幼儿园')]
    """
    return next(find_all_mentions([text]))


def find_all_mentions(texts: Sequence[str]) -> Iterator[list[Mention]]:
    """Yield what `find_mentions` returns of each text; many are looked at together."""
    words = mention_words()
    for text, (endings, *fixed) in zip(texts, places_in(texts, _endings, _transit, _areas), strict=True):
        known = _fixed(text, *fixed)
        found = _merge(sorted(known + _stems(text, endings, words, known)), text)
        yield [Mention(s, e, k, normalise_name(text[s:e], k)) for s, e, k in found if k]


def _fixed(text: str, transit: list[int], areas: list[int]) -> list[Span]:
    """Return what is known by its own shape, and masks, of no kind."""
    found = [(*m.span(), "transit") for m in _TRANSIT.finditer(text)] if transit else []
    found += [(*m.span(), "transit") for m in _CHINESE_LINE.finditer(text)] if "号线" in text else []
    found += [(*m.span(), "district") for m in matches(_MASKED_AREA, text, areas)]
    found += [(*m.span(), "") for m in MASK.finditer(text)] if "〈" in text else []
    return found


@cache
def _transit_tables() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return tables of digits, of what goes on behind them in a line or road, and of what stands before them."""
    return char_table("0123456789０１２３４５６７８９"), char_table("#＃号国省县路"), char_table("GSXY交")


@cache
def _area_tables() -> tuple[np.ndarray, np.ndarray]:
    """Return tables of the first and the second character of a masked area: A3区, B市."""
    return char_table(ascii_uppercase), char_table("0123456789市县区州")


def _transit(codes: np.ndarray) -> np.ndarray:
    """Give some place in each text that may hold a line or a numbered road."""
    digits, behind, before = _transit_tables()
    return np.sort(np.concatenate([followed(codes, digits, behind), followed(codes, before, digits)]))


def _areas(codes: np.ndarray) -> np.ndarray:
    return followed(codes, *_area_tables())


def _endings(codes: np.ndarray) -> np.ndarray:
    return _ending_words()(codes)


@cache
def _ending_words() -> Beginnings:
    return Beginnings(mention_words().kind_of)


def _stems(text: str, endings: Sequence[int], words: MentionWords, fixed: list[Span]) -> list[Span]:
    """Return the spans of ending and stem that do not meet a `fixed` span."""
    closed = {i: e for s, e, _ in fixed for i in range(s, e)}
    found: list[Span] = []
    floor = 0
    for hit in matches(words.ending, text, endings):
        start, end = hit.span()
        if start in closed:
            continue
        kind = words.kind_of[hit[0]]
        if text[end : end + 1] in kind.not_before and end < len(text):
            continue
        left = _left_end(text, start, max(floor, start - kind.longest), words, closed)
        if kind.name == "township" and left - 1 >= floor and _begins_a_town(text, left - 1, words):
            left -= 1
        if left == start and found and found[-1][1] == start:  # 听澜苑 + 小区, 王家村 + 三组
            found[-1] = (found[-1][0], end, _joined(found[-1][2], kind.name))
        elif _is_named(text[left:start], kind, words) or (left < start and _is_group(found, left, kind)):
            found.append((left, end, kind.name))
        else:
            continue
        floor = end
    return found


def _left_end(text: str, start: int, limit: int, words: MentionWords, closed: dict[int, int]) -> int:
    """Return where the stem that ends at `start` begins."""
    i = start
    if i > limit and text[i - 1] in _OPENING:
        opening = text.rfind(_OPENING[text[i - 1]], max(0, i - 14), i - 1)
        return opening if opening >= limit and i - opening > 3 else start
    while i > limit:
        char = text[i - 1]
        pair = "" if (i - 2) in closed else text[i - 2 : i]
        if not (char.isalnum() or char in _DOTS) or (i - 1) in closed:
            break
        if text[i - 1 : i + 1] in words.inside or pair in words.inside:
            i -= 1
            continue
        if char in words.stop_chars or pair in words.stop_words or text[i - 3 : i] in words.stop_words:
            break
        if char in _AREA_END and i < start:
            break
        i -= 1
    while i < start and (text[i] in _DOTS or text[i - 1 : i + 1] in words.stop_words):
        i += 1
    return i


def _begins_a_town(text: str, i: int, words: MentionWords) -> bool:
    """Tell whether the side at `i` opens a town's own name: 上塘街道, and not 镇上 before another's."""
    before = text[max(i - 1, 0) : i]
    return (
        text[i] in _SIDES
        and before + text[i] not in words.stop_words
        and (not before or before in _AREA_END or before in _TOWARDS or before.isspace())
    )


def _is_named(stem: str, kind: Kind, words: MentionWords) -> bool:
    """Tell whether a stem says which one it is."""
    return len(stem) >= kind.shortest and stem not in words.generic


def _is_group(found: list[Span], left: int, kind: Kind) -> bool:
    """Tell whether a village ends where this name begins: 柳树村 before 三组."""
    return kind.name == "village" and bool(found) and found[-1][1:] == (left, "village")


def _joined(first: str, second: str) -> str:
    """Return the kind of two endings in a row: the second decides, save for 听澜苑 + 社区."""
    return first if second in ("village", "company") and first in ("compound", "village") else second


def _merge(spans: list[Span], text: str) -> list[Span]:
    """Join a village with the group that follows it; of overlapping spans keep the one that begins first."""
    out: list[Span] = []
    for start, end, kind in spans:
        if out and start < out[-1][1]:
            continue
        if out and kind == out[-1][2] == "village" and start == out[-1][1]:
            out[-1] = (out[-1][0], end, kind)
        else:
            out.append((start, end, kind))
    return out
