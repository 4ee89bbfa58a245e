"""Full names, weighed: how much more likely are these characters a name than anything else?

Each candidate (a surname and one or two characters) gathers bits of evidence: the surname, the characters of the
given name, what stands before and behind, whether the characters are a word anyway. A candidate far enough above
zero is a name; one near zero is left to the model; names found once are looked for everywhere in the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from minelib.redact.lexicon import Lexicon, any_of, lexicon
from minelib.redact.view import View

STRONG = 8.0  # what a role or a label before a name weighs
SURE, DOUBTFUL = 2.0, -7.5
LONGER = 2.5  # bits by which a short reading must beat the long one: one character too many leaks nothing
_PRIOR = -9.0
_COMPOUND = 9.0  # bits of a surname of two characters
_LENGTH = {1: -2.5, 2: 0.0}  # most given names have two characters, and one too many leaks nothing
_UNSEEN = 1.0  # a character in no table is rare: people have such names, texts seldom such words
_NAMING, _BEFORE, _WEAK_BEFORE, _OPEN = STRONG + 2.0, STRONG, 2.0, 2.0
_LABEL, _AFTER, _VERB, _WEAK_AFTER, _CLOSED = 10.0, 6.0, 3.0, 1.5, 2.0
_PLAIN = -1.5  # beside other characters that say nothing
_EDGE = frozenset(" ,。、;:!?()\"'“”‘’<>《》/|\n\0…·—-[]")
_GLUE = frozenset(" :\"'“”‘(是为叫即—-|,[")
_HAMLET = re.compile(r"家[冲湾坪坳桥塘村园界港嘴咀巷坡岭垅垄台庄坝洲山河店铺屋畈坨寨堡沟峪营屯集冈岗墩圩渡滩湖]")
_SUM = re.compile(r"[零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角]{2}")
_SHOP = re.compile(r"[一-鿿]{0,3}?(?:店|厂|铺|公司|社区|小区|学校|村委|医院)")
_DOCUMENT = re.compile(r"字?[(\[](?:19|20)\d\d[)\]]")
_PLACE_CHAR = frozenset("路街村镇县乡山河湖桥站店厂苑城府园岭坡塘坝港洲庄屯寨墅")


@dataclass(frozen=True)
class Candidate:
    """Characters that may be a name, in the offsets of a view's text."""

    start: int
    end: int
    bits: float


def _starts_with(text: str, at: int, words: frozenset[str], longest: int) -> int:
    return next((n for n in range(min(longest, len(text) - at), 0, -1) if text[at:at + n] in words), 0)


def _ends_with(text: str, at: int, words: frozenset[str], longest: int) -> int:
    return next((n for n in range(min(longest, at), 0, -1) if text[at - n:at] in words), 0)


def before_bits(text: str, start: int, lex: Lexicon) -> float:
    """Weigh what stands before a name."""
    at = start
    while True:
        if _ends_with(text, at, lex.naming, 6):
            return _NAMING
        if _ends_with(text, at, lex.before, 6):
            return _BEFORE
        if not at or text[at - 1] not in _GLUE or start - at > 3:
            break
        at -= 1
    if start == 0 or text[start - 1] in _EDGE:
        return _OPEN
    if text[start - 1] in "市县区省":
        return -5.0
    return _WEAK_BEFORE if _ends_with(text, start, lex.weak_before, 2) else _PLAIN


def after_bits(text: str, end: int, lex: Lexicon) -> float:
    """Weigh what stands behind a name."""
    if end == len(text):
        return _CLOSED
    if _starts_with(text, end, lex.labels, 5):
        return _LABEL
    place, person = _starts_with(text, end, lex.place_after, 4), _starts_with(text, end, lex.after, 5)
    if text[end - 1:end + 1] in lex.place_after or place > person or _DOCUMENT.match(text, end):
        return -8.0
    # 张三的儿子: what belongs to whom a role or kin word names.
    if person or text[end] == "的" and _starts_with(text, end + 1, lex.before, 3):
        return _AFTER
    if text[end] in _EDGE or text[end].isdigit():
        return _CLOSED
    if _starts_with(text, end, lex.verbs, 2):
        return _VERB
    if _starts_with(text, end, lex.weak_after, 2) or lex.surnames.get(text[end], 0.0) > 6.0:
        return _WEAK_AFTER
    return _PLAIN


def _word_bits(text: str, start: int, end: int, lex: Lexicon, before: float, after: float) -> float:
    """Weigh against a name the words its characters make with each other and with the one before."""
    words = lex.words
    inside = max((words.get(text[start:stop], 0.0) for stop in range(start + 2, end + 1)), default=0.0)
    if before == _NAMING:  # 我叫高兴: whoever is introduced may be called by any word
        return -0.15 * inside
    across = words.get(text[start - 1:start + 1], 0.0) if start else 0.0
    if before == _BEFORE and after in (_CLOSED, _AFTER, _LABEL):
        return -0.35 * inside
    return -0.7 * inside - 0.6 * across


def _shape_bits(text: str, start: int, lex: Lexicon, before: float) -> float:
    """Weigh what is the same for a short and a long reading: a hamlet, a sum of money, a shop."""
    if (_HAMLET.match(text, start + 1) or _SUM.match(text, start) or text[start + 1:start + 2] == "氏"
            or text[start:start + 2] in lex.not_names or text[start:start + 3] in lex.not_names
            or text[start:start + 2] in lex.public or text[start:start + 3] in lex.public):
        return -3.0 if before == _NAMING else -12.0
    return -6.0 if _SHOP.match(text, start + 2) else 0.0


def _length_bits(text: str, start: int, end: int, length: int, lex: Lexicon) -> float:
    """Weigh a short against a long reading by where else in the text each stands."""
    bits = _LENGTH[length] - 4.0 * (text[end - 1] in _PLACE_CHAR)
    if length == 1:
        return bits - 3.0 * (text[end - 1] in "小大")
    bits -= 2.0 * (lex.surnames.get(text[end - 1], 0.0) > 5.0 and lex.given.get(text[end - 1], 0.0) < 0)
    long, short = text.count(text[start:end]), text.count(text[start:end - 1])
    if long == short:
        return bits + 3.0 * (long > 1)
    return bits - 2.5 * (short > 2 * long)


def weigh(text: str, start: int, surname: int) -> Iterator[Candidate]:
    """Weigh the short and the long reading of a name that would begin at `start`."""
    lex = lexicon()
    own = _COMPOUND if surname > 1 else lex.surnames[text[start]]
    before = before_bits(text, start, lex)
    total = _PRIOR + own + before + _shape_bits(text, start, lex, before)
    at = start + surname
    for length in (1, 2):
        if at >= len(text) or not "㐀" <= text[at] <= "鿿":
            return
        bits = lex.given.get(text[at], _UNSEEN)
        total += max(bits, -2.5) if before == _NAMING else bits
        at += 1
        after = after_bits(text, at, lex)
        bits = total + after + _word_bits(text, start, at, lex, before, after)
        if before == _NAMING and after in (_CLOSED, _AFTER, _LABEL):
            bits += 4.0
        yield Candidate(start, at, bits + _length_bits(text, start, at, length, lex))


def likeliest(text: str, start: int, surname: int) -> Candidate | None:
    """Choose between the short and the long reading of a name that would begin at `start`."""
    return max(weigh(text, start, surname), default=None,
               key=lambda c: c.bits + LONGER * (c.end - start - surname > 1 and c.bits > SURE))


@cache
def _tables() -> tuple[np.ndarray, ...]:
    """Make tables by character code: bits as surname, as given name, at most before, at most behind."""
    lex, size = lexicon(), 0x110000
    own, given = np.full(size, -50, np.float32), np.full(size, -50, np.float32)
    before, after = np.full(size, _PLAIN, np.float32), np.full(size, _PLAIN, np.float32)
    given[0x3400:0xA000] = _UNSEEN
    for table, rows in ((own, lex.surnames), (given, lex.given)):
        for char, bits in rows.items():
            table[ord(char)] = bits
    for table, groups in ((before, ((lex.weak_before, -1, _WEAK_BEFORE), (_EDGE, 0, _OPEN), (lex.before | lex.naming, -1, _NAMING + 4.0),
                                    (_GLUE, 0, _NAMING + 4.0))),
                          (after, ((lex.weak_after, 0, _WEAK_AFTER), (lex.verbs, 0, _VERB), (_EDGE, 0, _CLOSED), ("0123456789", 0, _CLOSED),
                                   (lex.after, 0, _AFTER), (lex.labels, 0, _LABEL)))):  # fmt: skip
        for words, at, bits in groups:
            table[[ord(w[at]) for w in words]] = bits
    return own, given, before, after


def _promising(codes: np.ndarray) -> list[int]:
    """Give the places where the best that could be said of a name is enough: a cheap look at every character."""
    if len(codes) < 2:
        return []
    own, given, before, after = _tables()
    padded = np.concatenate(([ord(" ")], codes, [ord(" ")] * 3))
    n = len(codes)
    first, second = given[padded[2:n + 2]], given[padded[3:n + 3]]
    short = _LENGTH[1] + after[padded[3:n + 3]]
    long = _LENGTH[2] + 3.0 + second + after[padded[4:n + 4]]
    best = _PRIOR + own[codes] + first + before[padded[:n]] + np.maximum(short, long)
    return np.flatnonzero(best > DOUBTFUL).tolist()


@cache
def _compound() -> re.Pattern:
    return re.compile(any_of(lexicon().compounds) + r"(?=[㐀-鿿])")


def candidates(v: View) -> list[Candidate]:
    """Find every doubtful or sure candidate, the best one at each start."""
    starts = dict.fromkeys(_promising(v.codes), 1) | {m.start(): 2 for m in _compound().finditer(v.text)}
    best = (likeliest(v.text, at, size) for at, size in starts.items())
    return [c for c in best if c and c.bits > DOUBTFUL]
