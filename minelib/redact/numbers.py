"""Numbers that lead to a person: identity papers, telephones, bank cards, number plates."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from minelib.codepoints import CODES, char_table, followed
from minelib.knowledge import packaged_toml
from minelib.redact.lexicon import any_of
from minelib.redact.needs import needs
from minelib.redact.spans import Span
from minelib.redact.view import CHINESE_DIGITS, View, digit_table

# What may stand between the digits of one number when people write it in groups.
_GAP = r"[ \-.·_/*]{0,2}"
# Nothing shorter is a telephone, a card or an identity number.
_FEWEST = 7
_NEAR = 3  # characters that may part the digits of one number, and that are looked at on both sides of it
_REGION = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
Run = tuple[int, int, int]  # start, end, and how many characters between them may be digits
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@cache
def beside(kind: str) -> re.Pattern:
    """Make the pattern of the words that say what a number is."""
    words = any_of(packaged_toml("redact_numbers")[kind].split())
    return re.compile(words + r"[^\d,。;!?、]{0,8}$" if kind == "thing" else words)


def _said(kind: str, text: str, m: re.Match, reach: int = 12) -> bool:
    return bool(beside(kind).search(text, max(0, m.start() - reach), m.start()))


def _is_thing(text: str, m: re.Match) -> bool:
    return _said("thing", text, m, 20)


def _each(pattern: re.Pattern, text: str, runs: list[Run], least: int = 0) -> Iterator[re.Match]:
    """Find a pattern, which takes `least` digits, in each run: most runs are dates or sums, too short for most."""
    for start, end, digits in runs:
        if digits >= least:
            yield from pattern.finditer(text, start, end)


def _readings(v: View) -> tuple[str, ...]:
    """Give the plain text and, where they differ, the same with Chinese numerals as digits.

    Both are needed: in 22668190一直占线 the numeral is no digit, in 一三八… it is.
    """
    digits = v.digits
    return (v.text,) if v.text == digits else (v.text, digits)


def _only(digits: str) -> str:
    return re.sub(r"[^0-9Xx*]", "", digits)


def _same(number: str) -> bool:
    """Tell 0000-00000000 and its like, which ring nowhere."""
    digits = re.sub(r"\D", "", number)
    return len(set(digits)) < 2 or digits.startswith("0000")


def valid_identity(number: str) -> bool:
    """Tell whether 18 characters pass the check digit of GB 11643.

    >>> valid_identity("11010519491231002X"), valid_identity("110105194912310021")
    (True, False)
    """
    total = sum(w * int(c) for w, c in zip(_WEIGHTS, number, strict=False))
    return "10X98765432"[total % 11] == number[17].upper()


def valid_luhn(number: str) -> bool:
    """Tell whether a card number passes the check of ISO/IEC 7812.

    >>> valid_luhn("4111111111111111"), valid_luhn("4111111111111112")
    (True, False)
    """
    doubled = (int(c) * (1 + i % 2) for i, c in enumerate(reversed(number)))
    return sum(d - 9 * (d > 9) for d in doubled) % 10 == 0


_ID18 = re.compile(rf"(?<![\dA-Za-z])[1-8](?:{_GAP}\d){{16}}{_GAP}[\dXx](?:{_GAP}\d{{2}})?(?![\dA-WYZa-wyz])")
_ID18_GLUED = re.compile(rf"(?<!\d){_REGION}\d{{4}}(?:18|19|20)\d{{2}}{_DAY}\d{{3}}[\dXx](?!\d)")
# Letters typed for digits: 43O2O3I96508020393.
_ID18_TYPED = re.compile(r"(?<![\dA-Za-z])(?=(?:[^\W\d_]?\d){10})[1-8][\doOlI]{16}[\doOXx](?![\dA-Za-z])")
_ID15 = re.compile(rf"(?<![\dA-Za-z]){_REGION}\d{{6}}{_DAY}\d{{3}}(?![\dA-Za-z])")
_ID_MASKED = re.compile(r"(?<![\dA-Za-z*])(\d{1,16}[*×Xx#?·•]{2,16})(\d{0,4}[\dXx]?)(?![*×])")
_BIRTH = re.compile(rf"{_REGION}\d{{4}}(?:18|19|20)\d{{2}}{_DAY}")
_PASSPORT = re.compile(
    r"(?<![A-Za-z\d])(?:[A-Z]{1,2}\d{7,10}|E[A-HJ-NP-Z]\d{7}|1[45]\d{7})(?![A-Za-z\d])", re.I
)
_OFFICER = re.compile(r"[一-鿿]字第?\d{6,9}号?")


def identities(texts: Sequence[str], runs: list[Run]) -> Iterator[Span]:
    """Find identity card, disability card, passport and officer's card numbers."""
    for text in texts:
        for m in _each(_ID18, text, runs, 18):
            # A right check digit alone is one chance in eleven; with a birth date it is no order number.
            number = _only(m[0])
            sound = _BIRTH.match(number) and (valid_identity(number) or not _is_thing(text, m))
            if sound or _said("identity", text, m, 18) and not _is_thing(text, m):
                yield Span(*m.span(), "ID")
        for m in (*_each(_ID18_GLUED, text, runs, 18), *_each(_ID15, text, runs, 15)):
            if not _is_thing(text, m) or len(m[0]) == 18 and valid_identity(m[0]):
                yield Span(*m.span(), "ID")
        for m in _each(_ID_MASKED, text, runs):
            # 430322195*******2015年: hidden to the end, and the digits behind it are something else.
            end = m.end(1) if len(m[1]) in (15, 18) else m.end()
            if end - m.start() in (15, 17, 18, 20) or _said("passport", text, m):
                yield Span(m.start(), end, "ID")
    plain = texts[0]
    for pattern, kind in ((_PASSPORT, "passport"), (_ID18_TYPED, "identity"), (_OFFICER, "officer")):
        yield from (Span(*m.span(), "ID") for m in _each(pattern, plain, runs) if _said(kind, plain, m))


# A lone capital before digits makes an identifier of them: M073188886666.
_NO_ID = r"(?<!(?<![A-Za-z])[A-Z])"
_MOBILE = re.compile(
    r"(?<![\d.])"
    + _NO_ID
    + r"(?:\(?\+?(?:00)?86\)?[ \-]?)?1[3-9]\d(?:[ \-.·_]{0,2}\d){8}(?:转\d{1,4})?(?!\d)"
)
# One digit at a time: 1 3 8 0 …, 1.3.8.0 …
_MOBILE_APART = re.compile(r"(?<!\d)(?<!\d[ \-.·_])1([ \-.·_])[3-9](?:\1\d){9}(?!\1?\d)")
# Each with how many digits it takes.
_SOUND = {
    re.compile(r"(?<![\d.\-])" + _NO_ID + r"(?:\(?\+?86\)?[ \-]?)?\(?0\d{2,3}\)?[ \-]{0,2}\d{3,4}[ \-]?\d{4}"
               r"(?:(?:-|转)\d{1,5})?(?![\d\-])"): 10,
    re.compile(r"(?<!\d)\+86[ \-]?\d{2,3}[ \-]?\d{3,4}[ \-]?\d{4}(?!\d)"): 11,
    re.compile(r"(?<![\d.\-])" + _NO_ID + r"[48]00[ \-]?\d{3,4}[ \-]?\d{3,4}(?![\d\-元])"): 9,
    re.compile(r"(?<![\d*])1[3-9]\d[ \-]?[*×xX#]{3,8}[ \-]?\d{2,5}(?![\d*])"): 8,
}  # fmt: skip
# These could be much else, so the text must speak of a telephone.
_VAGUE = {
    re.compile(r"(?<!\d)(?:\+?86[ \-]?)?1[^\d。,;!?\n]{0,2}[3-9](?:[^\d。;!?\n]{0,3}\d){9}(?!\d)"): 11,
    re.compile(r"(?<![A-Za-z\d])[1lI][3-9][\doOlI]{9}(?![A-Za-z\d])"): 11,
    re.compile(r"(?<![A-Za-z\d])[oO]\d{2,3}[ \-]?\d{7,8}(?!\d)"): 10,
    re.compile(r"(?<![\d*])1[3-9](?=\d*\*)[\d*]{9}(?![\d*])"): 11,
    re.compile(
        r"(?<![\d.\-])[2-8]\d{2,3}[ \-]?\d{4}(?:[-转]\d{1,4})?(?![\d元万亿.\-年平米斤吨户人])"
    ): _FEWEST,
}


def phones(texts: Sequence[str], runs: list[Run]) -> Iterator[Span]:
    """Find telephone numbers, whatever stands between the digits; public hotlines are too short to match."""
    for text in texts:
        for pattern in (_MOBILE, _MOBILE_APART):
            yield from (Span(*m.span(), "PHONE") for m in _each(pattern, text, runs, 11) if not _same(m[0]))
        for pattern, least in (*_SOUND.items(), *_VAGUE.items()):
            for m in _each(pattern, text, runs, least):
                said = _said("phone", text, m) or beside("phone").search(text, m.end(), m.end() + 6)
                if (pattern in _SOUND or said) and not _same(m[0]) and not _is_thing(text, m):
                    yield Span(*m.span(), "PHONE")


_CARD = re.compile(r"(?<![\dA-Za-z.])\d(?:[ \-]{0,2}\d){11,20}(?![\dA-Za-z])")
_CARD_MASKED = re.compile(r"(?<![\d*])\d{4,6}[ \-]?[*×xX# ]{4,14}\d{3,4}(?![\d*])")


def cards(texts: Sequence[str], runs: list[Run]) -> Iterator[Span]:
    """Find bank cards and accounts: by check digit, or by what the text calls them."""
    for text in texts:
        for m in _each(_CARD, text, runs, 12):
            number = _only(m[0])
            by_check = 16 <= len(number) <= 19 and number[0] in "3456" and valid_luhn(number)
            if (by_check or _said("bank", text, m, 20)) and not _is_thing(text, m) and not _same(number):
                yield Span(*m.span(), "BANK")
        yield from (
            Span(*m.span(), "BANK") for m in _each(_CARD_MASKED, text, runs) if _said("bank", text, m, 20)
        )


@cache
def _digit_table() -> np.ndarray:
    return digit_table() | char_table([*"*×xX#OolI", *CHINESE_DIGITS])


def _stretches(codes: np.ndarray) -> np.ndarray:
    """Find the stretches with digits enough; only these are looked at closer, and most texts have none."""
    places = np.flatnonzero(_digit_table()[codes])
    ends = np.append(np.flatnonzero(places[1:] - places[:-1] > _NEAR), len(places) - 1)
    sizes = np.diff(ends, prepend=-1)
    long = sizes >= _FEWEST
    return np.column_stack((places[ends[long] - sizes[long] + 1], places[ends[long]] + 1, sizes[long]))


def _runs(v: View) -> list[Run]:
    return [(max(0, start - _NEAR), stop + _NEAR, digits) for start, stop, digits in v.places(_stretches)]


@needs(_stretches)
def numbers(v: View) -> Iterator[Span]:
    """Find identity, telephone and card numbers."""
    runs, texts = _runs(v), _readings(v)
    for detector in (identities, phones, cards):
        yield from detector(texts, runs)


PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领港澳"
_PLATE = re.compile(
    r"(?:[^\x00-\u4dff经在到从走与和及往至沿上下由路段的第]|(?<![A-Za-z0-9])\*)(?=[A-Z][ ·.\-]?[A-Z0-9]{4})"
    r"[A-Z][ ·.\-]?"
    r"(?:(?:[DF][A-HJ-NP-Z0-9]\d{4}|\d{5}[DF])(?!\d)|[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳领试超])",
    re.I,
)
_PLATE_APART = re.compile(rf"[{PROVINCES}] [A-Z](?: [A-Z0-9]){{5,6}}(?![A-Za-z0-9])")
_PLATE_MASKED = re.compile(rf"[{PROVINCES}][A-Z][ ·.\-]?(?=[A-Z0-9]*[*×xX])[A-Z0-9*×]{{5,6}}", re.I)


_PLATE_HINT = re.compile(r"[A-Z](?:[ ·.\-]?[A-Z0-9*×]{4}| [A-Z0-9] )", re.I)


@cache
def _plate_tables() -> tuple[np.ndarray, np.ndarray]:
    letters = re.findall("[A-Z]", "".join(map(chr, range(CODES >> 4))), re.I)
    return char_table(letters), char_table([*letters, *" ·.-0123456789*×"])


def _plate_starts(codes: np.ndarray) -> np.ndarray:
    """Give the letters with three characters behind them that go on as a plate does."""
    letters, others = _plate_tables()
    starts = followed(codes, letters, others)
    return starts[others[codes[starts + 2]] & others[codes[starts + 3]]]


@needs(_plate_starts)
def plates(v: View) -> Iterator[Span]:
    """Find number plates; a small letter or a province that is none needs a text that speaks of cars."""
    text, found, unsure, provinces = v.text, [], [], set()
    if not _PLATE_HINT.search(text, min(v.places(_plate_starts), default=len(text))):
        return
    for m in (*_PLATE.finditer(text), *_PLATE_MASKED.finditer(text), *_PLATE_APART.finditer(text)):
        if sum(c.isdigit() for c in m[0]) < 2:
            continue
        plain = m[0][0] in PROVINCES and m[0].upper() == m[0]
        if plain or _said("plate", text, m, 14) or beside("plate").search(text, m.end(), m.end() + 8):
            found.append(m)
            provinces.add(m[0][0])
        else:
            unsure.append(m)
    # In a list of plates the words 车 and 牌 stand only once.
    found += (m for m in unsure if m[0][0] in provinces)
    yield from (Span(*m.span(), "PLATE") for m in found)
