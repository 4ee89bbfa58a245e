"""Full names, weighed: how much more likely are these characters a name than anything else?

Each candidate (a surname and one or two characters) gathers bits of evidence: the surname, the characters of the
given name, what stands before and behind, whether the characters are a word anyway. A candidate far enough above
zero is a name; one near zero is left to the model; names found once are looked for everywhere in the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from minelib.redact.lexicon import Lexicon, any_of, lexicon

SURE, DOUBTFUL = 4.0, -6.0
_PRIOR = -9.0
_LENGTH = {1: -2.0, 2: -0.4}
_EDGE = frozenset(" ,。、;:!?()\"'“”‘’<>《》/|\n\0…·—-[]")
_GLUE = " :\"'“”‘(是为叫即—-"
_JOIN = frozenset("、,和与及跟同 ")


@dataclass(frozen=True)
class Candidate:
    """Characters that may be a name, in the offsets of a view's text."""

    start: int
    end: int
    bits: float


@cache
def _openers() -> re.Pattern:
    lex = lexicon()
    given = "".join(c for c, bits in lex.given.items() if bits > -4)
    single = "".join(lex.surnames)
    rare = "".join(c for c, bits in lex.given.items() if bits <= -4)
    return re.compile(rf"(?:{any_of(lex.compounds)}|[{single}])(?=[{given}]|[^\x00-\u3fff{rare}\ua000-\uffff])")


def _starts_with(text: str, at: int, words: frozenset[str], longest: int) -> int:
    return next((n for n in range(min(longest, len(text) - at), 0, -1) if text[at:at + n] in words), 0)


def _ends_with(text: str, at: int, words: frozenset[str], longest: int) -> int:
    return next((n for n in range(min(longest, at), 0, -1) if text[at - n:at] in words), 0)


def before_bits(text: str, start: int, lex: Lexicon) -> float:
    """Weigh what stands before a name."""
    at = start
    while at and text[at - 1] in _GLUE and start - at < 4:
        at -= 1
    if _ends_with(text, at, lex.before, 6):
        return 8.0
    if start == 0 or text[start - 1] in _EDGE:
        return 2.0
    if _ends_with(text, start, lex.weak_before, 2):
        return 2.0
    return -1.5


def after_bits(text: str, end: int, lex: Lexicon) -> float:
    """Weigh what stands behind a name."""
    if _starts_with(text, end, lex.place_after, 4):
        return -8.0
    if _starts_with(text, end, lex.after, 5):
        return 6.0
    if end == len(text) or text[end] in _EDGE or text[end].isdigit():
        return 2.0
    return 1.5 if _starts_with(text, end, lex.weak_after, 2) else -1.5


def _word_bits(text: str, start: int, end: int, lex: Lexicon) -> float:
    """Weigh against a name the words its characters make with each other and with the one before."""
    words = lex.words
    inside = max((words.get(text[start:stop], 0.0) for stop in range(start + 2, end + 1)), default=0.0)
    across = words.get(text[start - 1:start + 1], 0.0) if start else 0.0
    return -0.7 * inside - 0.6 * across


def _given_bits(char: str, lex: Lexicon) -> float:
    # A character that is in no table is rare: people have such names, texts seldom such words.
    return lex.given.get(char, 1.0)


_HAMLET = re.compile(r"家[冲湾坪坳桥塘村园界港嘴咀巷坡岭垅垄台庄坝洲山河店铺屋畈坨寨堡沟峪营屯集冈岗墩圩渡滩湖]")
_SUM = re.compile(r"[零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角]{2}")
_SHOP = re.compile(r"[一-鿿]{0,3}?(?:店|厂|铺|公司|社区|小区|学校|村委|医院)")
_PLACE_CHAR = frozenset("路街村镇县乡山河湖桥站店厂苑城府园岭坡塘坝港洲庄屯寨墅")


def _shape_bits(text: str, start: int, lex: Lexicon) -> float:
    """Weigh what is the same for a short and a long reading: a hamlet, a sum of money, a shop."""
    if _HAMLET.match(text, start + 1) or _SUM.match(text, start) or text[start:start + 2] in lex.not_names \
            or text[start:start + 3] in lex.not_names:
        return -12.0
    return -6.0 if _SHOP.match(text, start + 2) else 0.0


def _weigh(text: str, start: int, surname: int, lex: Lexicon) -> Iterator[Candidate]:
    own = 9.0 if surname > 1 else lex.surnames[text[start]]
    before = before_bits(text, start, lex)
    total = _PRIOR + own + before + _shape_bits(text, start, lex)
    at = start + surname
    for length in (1, 2):
        if at >= len(text) or not "㐀" <= text[at] <= "鿿":
            return
        total += _given_bits(text[at], lex)
        at += 1
        bits = total + _LENGTH[length] + after_bits(text, at, lex) + _word_bits(text, start, at, lex)
        if text[at - 1] in _PLACE_CHAR:
            bits -= 4.0
        if length == 1 and text[at - 1] in "小大":
            bits -= 3.0
        if length == 2 and text.count(text[start:at]) == text.count(text[start:at - 1]) > 1:
            bits += 3.0
        yield Candidate(start, at, bits)


def candidates(text: str) -> list[Candidate]:
    """Find every doubtful or sure candidate, the best one at each start."""
    lex, out = lexicon(), []
    for m in _openers().finditer(text):
        best = max(_weigh(text, m.start(), len(m[0]), lex), key=lambda c: c.bits, default=None)
        if best and best.bits > DOUBTFUL:
            out.append(best)
    return out
