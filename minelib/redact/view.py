"""One text, read in a plain form without losing where each character stood.

Detectors match plain forms: half-width letters and digits, simplified characters, one kind of name dot and of
bracket, no zero-width characters, no pinyin put in brackets behind a character. Nearly all of that maps one
character to one character, so offsets stay; what is dropped is remembered.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np

from minelib.schema import MASK

# Zero-width, bidirectional and other format characters: invisible, so they may not split a number or a name.
INVISIBLE = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"
PINYIN = r"\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹ]{1,6}[1-5]?\)"
DROPPED = re.compile(rf"[{INVISIBLE}]+|(?<=[㐀-鿿]){PINYIN}", re.I)
# The middle dot of 阿依古丽·艾合买提 as keyboards and converters write it.
NAME_DOTS = "·•‧∙⋅・･．●○⸱ꞏ᛫"
BRACKETS = {"【［〔「『﹙": "(", "】］〕」』﹚": ")", "–—－‐‑−": "-", "〜～": "~", "＿": "_"}
CHINESE_DIGITS = {
    **dict(zip("〇零一二三四五六七八九", "00123456789", strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖幺", "1234567891", strict=True)),
}
CODES = 0x110000


@dataclass(frozen=True)
class View:
    """The plain form of a text, and where each of its characters stood.

    Attributes
    ----------
    text : str
        The plain form.
    codes : ndarray of uint32, shape (len(text),)
        The characters of `text` as numbers.
    """

    text: str
    codes: np.ndarray
    _offsets: tuple[int, ...] | None

    @property
    def digits(self) -> str:
        """Give the plain form with Chinese numerals written as digits."""
        return _to_text(_tables()[1][self.codes])

    def pairs(self, firsts: np.ndarray, seconds: np.ndarray) -> list[int]:
        """Give the places where a character of one table is followed by one of another (see `char_table`)."""
        return np.flatnonzero(firsts[self.codes[:-1]] & seconds[self.codes[1:]]).tolist()

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Give the offsets in the untouched text; what was dropped inside or behind belongs to it."""
        if self._offsets is None:
            return start, end
        return self._offsets[start], self._offsets[end]


def char_table(chars: Iterable[str]) -> np.ndarray:
    """Make a table by character code that is true for `chars`."""
    table = np.zeros(CODES, bool)
    table[[ord(c) for c in chars]] = True
    return table


def _replacements() -> dict[str, str]:
    import opencc

    han = "".join(map(chr, range(0x4E00, 0xA000)))
    pairs = {a: b for a, b in zip(han, opencc.OpenCC("t2s").convert(han), strict=True) if a != b}
    for code in (*range(0xFF01, 0xFF5F), *range(0x2460, 0x2469), *range(0x1D7CE, 0x1D800)):
        form = unicodedata.normalize("NFKC", chr(code))
        pairs[chr(code)] = form
    pairs |= dict.fromkeys("\u3000\xa0\t\u2002\u2003\u2009\u202f\r", " ") | dict.fromkeys(NAME_DOTS, "·")
    pairs |= dict.fromkeys("丶﹑､", "、")  # as input methods give the list comma
    return pairs | {a: b for many, b in BRACKETS.items() for a in many}


@cache
def _tables() -> tuple[np.ndarray, np.ndarray]:
    """Make the two look-up tables: character code to plain code, and plain code to digit."""
    plain = np.arange(CODES, dtype=np.uint32)
    for a, b in _replacements().items():
        plain[ord(a)] = ord(b)
    digits = np.arange(CODES, dtype=np.uint32)
    for a, b in CHINESE_DIGITS.items():
        digits[ord(a)] = ord(b)
    return plain, digits


def to_codes(text: str) -> np.ndarray:
    """Give the characters of a text as numbers."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _to_text(codes: np.ndarray) -> str:
    return codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")


def view(text: str) -> View:
    """Make the plain form of a text.

    >>> v = view("張(zhāng)三：１三八")
    >>> v.text, v.digits, v.original(0, 2)
    ('张三:1三八', '张3:138', (0, 9))
    """
    plain, _ = _tables()
    # A mask that is there already is neither read nor split: characters no rule knows stand in its place.
    codes = plain[to_codes(MASK.sub(lambda m: "\0" * len(m[0]), text) if "〈" in text else text)]
    flat = _to_text(codes)
    gaps = [m.span() for m in DROPPED.finditer(flat)]
    offsets = None
    if gaps:
        keep = np.ones(len(codes), bool)
        for start, stop in gaps:
            keep[start:stop] = False
        offsets = (*np.flatnonzero(keep).tolist(), len(flat))
        codes = codes[keep]
        flat = _to_text(codes)
    return View(flat, codes, offsets)
