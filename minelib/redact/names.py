"""Full names, weighed: how much more likely are these characters a name than anything else?

Each candidate (a surname and one or two characters) gathers bits of evidence: the surname, the characters of
the given name, what stands before and behind, whether the characters are a word anyway. A candidate far
enough above zero is a name; one near zero is left to the model; names found once are looked for everywhere.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from minelib.redact.lexicon import Lexicon, lexicon

STRONG = 8.0  # what a role or a label before a name weighs
SURE, DOUBTFUL = 1.0, -7.5
LIKELY = -2.0  # above this a name needs nobody else's word
BARRED = 17.0  # as many bits of a word as no name can outweigh
COMPANY = -3.0  # and above this where others are named: who names one person sooner names another
LONGER = 2.5  # bits by which a short reading must beat the long one: one character too many leaks nothing
PRIOR = -9.0
LENGTH = {1: -2.5, 2: 0.0}  # most given names have two characters, and one too many leaks nothing
UNSEEN = 1.0  # a character in no table is rare: people have such names, texts seldom such words
NAMING, _BEFORE, CALL, WEAK_BEFORE, OPEN = STRONG + 3.0, STRONG, 4.0, 2.0, 2.0
LABEL, AFTER, VERB, WEAK_AFTER, CLOSED = 10.0, 6.0, 3.0, 1.5, 2.0
CLOSED_NAME = 6.0  # what introduces somebody, a name, and nothing more
_AROUND = 3_000  # characters on each side in which a name is counted
NEXT_NAME = 6.0  # bits of a surname that may begin the next name of a list without marks
STRANGE = -4.0  # a character in no table of surnames, where the text says that a name follows
NEVER = -5.0  # a character that is thirty times as frequent in texts as in names
PLAIN = -1.5  # beside other characters that say nothing
EDGE = frozenset(" ,。、;:!?()\"'“”‘’<>《》/|\n\0…·—-[]")
GLUE = frozenset(" :\"'“”‘(是为叫即—-|,[")
_HAMLET = re.compile(
    r"家[冲湾坪坳桥塘村园界港嘴咀巷坡岭垅垄台庄坝洲山河店铺屋畈坨寨堡沟峪营屯集冈岗墩圩渡滩湖]"
)
_SUM = re.compile(r"[零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角]{2}")
_SHOP = re.compile(r"[^\x00-\u4dff与和跟及的是在把被向对说]{0,3}?(?:店|厂|铺|公司|社区|小区|学校|村委|医院)")
_BLOCK = re.compile(r"(?:第?[\d一二三四五六七八九十A-Z]{1,3}[期栋幢区]|小学|中学|大学)")
_DOCUMENT = re.compile(r"字?[(\[](?:19|20)\d\d[)\]]")
_STREET_CHAR = frozenset("路街巷")
_PLACE_CHAR = frozenset("路街村镇县乡山河湖桥站店厂苑城府园岭坡塘坝港洲庄屯寨墅")


@dataclass(frozen=True)
class Candidate:
    """Characters that may be a name, in the offsets of a view's text."""

    start: int
    end: int
    bits: float


def before_bits(text: str, start: int) -> float:
    """Weigh what stands before a name."""
    lex, at = lexicon(), start
    while True:
        if lex.naming.ends(text, at):
            return NAMING
        if lex.before.ends(text, at):
            return _BEFORE
        if not at or text[at - 1] not in GLUE or start - at > 3:
            break
        at -= 1
    if lex.calls.ends(text, start):
        return CALL
    if start == 0 or text[start - 1] in EDGE:
        return OPEN
    if text[start - 1] in "市县区省":
        return -5.0
    return WEAK_BEFORE if lex.weak_before.ends(text, start) else PLAIN


def after_bits(text: str, end: int) -> float:
    """Weigh what stands behind a name."""
    lex = lexicon()
    if end == len(text):
        return CLOSED
    if lex.labels.begins(text, end):
        return LABEL
    place, person = lex.place_after.begins(text, end), lex.after.begins(text, end)
    if (
        text[end - 1 : end + 1] in lex.place_after
        or place > max(person, lex.verbs.begins(text, end))
        or _DOCUMENT.match(text, end)
        or _BLOCK.match(text, end)
    ):
        return -8.0
    # 张三的儿子: what belongs to whom a role or kin word names.
    if person or text[end] == "的" and lex.before.begins(text, end + 1):
        return AFTER
    if text[end] in EDGE or text[end].isdigit():
        return CLOSED
    if lex.verbs.begins(text, end):
        return VERB
    if lex.weak_after.begins(text, end) or lex.surnames.get(text[end], 0.0) > NEXT_NAME:
        return WEAK_AFTER
    return PLAIN


def _word_bits(text: str, start: int, end: int, surname: int, before: float, after: float) -> float:
    """Weigh against a name the words its characters make with each other and with the one before."""
    words = lexicon().words
    inside = max(
        (words.get(text[start:stop], 0.0) for stop in range(start + surname + 1, end + 1)), default=0.0
    )
    if before == NAMING:  # 我叫高兴: whoever is introduced may be called by any word
        return -0.15 * inside
    if before == _BEFORE and after in (CLOSED, AFTER, LABEL, VERB):
        return -0.35 * inside
    if before >= CALL:  # the word before ends where the name begins: 其女王… holds no 女王
        return -0.7 * inside
    across = words.get(text[start - 1 : start + 1], 0.0) if start else 0.0
    return -0.7 * inside - 0.6 * across


def _shape_bits(text: str, start: int, lex: Lexicon, before: float) -> float:
    """Weigh what is the same for a short and a long reading: a hamlet, a sum of money, a shop."""
    if (
        _HAMLET.match(text, start + 1)
        or _SUM.match(text, start)
        or text[start + 1 : start + 2] == "氏"
        or text[start : start + 2] in lex.not_names
        or text[start : start + 3] in lex.not_names
        or text[start : start + 2] in lex.public
        or text[start : start + 3] in lex.public
    ):
        return -3.0 if before == NAMING else -12.0
    return -6.0 if _SHOP.match(text, start + 2) else 0.0


def _length_bits(text: str, start: int, end: int, length: int, lex: Lexicon) -> float:
    """Weigh a short against a long reading by where else in the text each stands."""
    bits = LENGTH[length] - 4.0 * (text[end - 1] in _PLACE_CHAR)
    if length == 1:
        return bits - 3.0 * (text[end - 1] in "小大")
    bits -= 9.0 * (text[start : start + 2] in lex.not_names)  # 申请|执
    bits -= 2.0 * (lex.surnames.get(text[end - 1], 0.0) > 5.0 and lex.given.get(text[end - 1], 0.0) < 0)
    around = text[max(0, start - _AROUND) : end + _AROUND]
    long, short = around.count(text[start:end]), around.count(text[start : end - 1])
    if long == short:
        return bits + 3.0 * (long > 1)
    return bits - 2.5 * (short > 2 * long)


def is_place(text: str, end: int) -> bool:
    """Tell whether characters end as a place does (杜鹃路), or are followed by what makes one of them."""
    return text[end - 1] in _PLACE_CHAR or after_bits(text, end) <= -8


def ends_as_name(text: str, end: int) -> bool:
    """Tell whether characters end as names do: not as a street, nor as hardly any name does (余易贷)."""
    last = text[end - 1]
    return last not in _STREET_CHAR and lexicon().given.get(last, UNSEEN) > NEVER


def is_worth_asking(text: str, c: Candidate) -> bool:
    """Tell whether the model could still call a doubtful name one: no place, no everyday word in everyday company."""
    everyday = lexicon().surnames.get(text[c.start], 0.0) < 0 and before_bits(text, c.start) <= PLAIN
    return ends_as_name(text, c.end) and not everyday and after_bits(text, c.end) > -8


def weigh(text: str, start: int, surname: int, most: float = math.inf) -> Iterator[Candidate]:
    """Weigh the short and the long reading of a name that would begin at `start`.

    `most` is the best that can be said of all but what stands before; where that is too little, give none.
    """
    lex, before = lexicon(), before_bits(text, start)
    named = before == NAMING
    bonus = CLOSED_NAME if named else 0.0
    words = _word_bits(text, start, start + surname + 1, surname, before, AFTER)
    if most + before + bonus + words < DOUBTFUL:
        return
    strange = STRANGE if named else -50.0
    known = lex.compounds if surname > 1 else lex.surnames
    own = known.get(text[start : start + surname], strange)
    total = PRIOR + own + before + _shape_bits(text, start, lex, before)
    at = start + surname
    for length in (1, 2):
        if at >= len(text) or not "㐀" <= text[at] <= "鿿":
            return
        bits = lex.given.get(text[at], UNSEEN)
        total += max(bits, -2.5) if named else bits
        at += 1
        after = after_bits(text, at)
        bits = total + after + _word_bits(text, start, at, surname, before, after)
        closed = after in (CLOSED, AFTER, LABEL)
        if named and closed:
            bits += CLOSED_NAME
        elif named and after == VERB:
            bits += CLOSED_NAME / 2
        if before >= STRONG and text[start] in lex.verbal and not (named and closed):
            bits -= 3.5  # 本人于, 被告曾, 举报人向: behind a person these are no surname
        bits += _length_bits(text, start, at, length, lex)
        if own == STRANGE:
            plain = named and closed and min(lex.given.get(c, UNSEEN) for c in text[start + 1 : at]) > 0
            bits = min(bits, LIKELY + 0.5 if plain else COMPANY)
        yield Candidate(start, at, bits)


def likeliest(text: str, start: int, surname: int, most: float = math.inf) -> Candidate | None:
    """Choose between the short and the long reading of a name that would begin at `start`."""
    readings = list(weigh(text, start, surname, most))
    # Where a verb follows the short reading it ends there: 魏江|已经.
    bonus = 0.0 if len(readings) < 2 or after_bits(text, readings[0].end) == VERB else LONGER
    return max(readings, default=None,
               key=lambda c: c.bits + bonus * (c.end - start - surname > 1 and c.bits > SURE))  # fmt: skip


def is_name(cell: str) -> bool:
    """Tell whether a cell that says who is meant holds nothing but a name.

    >>> is_name("张小芳"), is_name("某某物业公司"), is_name("万科")
    (True, False, False)
    """
    label = "村民"  # a role, not 姓名: behind that even a firm of two characters would be a person
    best = (
        likeliest(label + cell, len(label), 2 if cell[:2] in lexicon().compounds else 1) if cell[1:] else None
    )
    return bool(best and best.bits >= SURE and best.end == len(label) + len(cell))
