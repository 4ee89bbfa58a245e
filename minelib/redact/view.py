"""One text, read in a plain form without losing where each character stood.

Detectors match plain forms: half-width letters and digits, simplified characters, one kind of name dot and of
bracket, no zero-width characters, no pinyin put in brackets behind a character. Nearly all of that maps one
character to one character, so offsets stay; what is dropped is remembered.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from minelib.schema import MASK

# Zero-width, bidirectional and other format characters: invisible, so they may not split a number or a name.
INVISIBLE = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"
PINYIN = r"\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹ]{1,6}[1-5]?\)"
DROPPED = re.compile(rf"[{INVISIBLE}]+|(?<=[㐀-鿿]){PINYIN}", re.I)
# The middle dot of 阿依古丽·艾合买提 as keyboards and converters write it.
NAME_DOTS = "·•‧∙⋅・･．●○⸱ꞏ᛫"
CHINESE_DIGITS = {**dict(zip("〇零一二三四五六七八九", "00123456789", strict=True)),
                  **dict(zip("壹贰叁肆伍陆柒捌玖幺", "1234567891", strict=True))}


@dataclass(frozen=True)
class View:
    """The plain form of a text, and where each of its characters stood.

    Attributes
    ----------
    text : str
        The plain form.
    digits : str
        The same length; Chinese numerals written as digits.
    """

    text: str
    digits: str
    _offsets: tuple[int, ...] | None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Give the offsets in the untouched text of `text[start:end]`; what was dropped inside or behind is in."""
        if self._offsets is None:
            return start, end
        return self._offsets[start], self._offsets[end]


@cache
def _tables() -> tuple[dict, dict]:
    import opencc

    han = "".join(map(chr, range(0x4E00, 0xA000)))
    simple = opencc.OpenCC("t2s").convert(han)
    plain = {ord(a): b for a, b in zip(han, simple, strict=True) if a != b}
    for code in (*range(0xFF01, 0xFF5F), *range(0x2460, 0x2474), *range(0x1D7CE, 0x1D800)):
        form = unicodedata.normalize("NFKC", chr(code))
        plain[code] = form if len(form) == 1 else chr(code)
    plain |= dict.fromkeys(map(ord, "\u3000\xa0\t\u2002\u2003\u2009\u202f\r"), " ")
    plain |= dict.fromkeys(map(ord, NAME_DOTS), "·")
    plain |= {ord(a): b for a, b in zip("【［〔「『】］〕」』﹙﹚–—－‐‑−〜～＿﹣", "(((((" ")))))" "()------~~_-", strict=True)}
    return plain, {ord(a): b for a, b in CHINESE_DIGITS.items()}


def view(text: str) -> View:
    """Make the plain form of a text.

    >>> v = view("張(zhāng)三：１三八")
    >>> v.text, v.digits, v.original(0, 2)
    ('张三:1三八', '张3:138', (0, 9))
    """
    plain, digits = _tables()
    # A mask that is already there must neither be read as text nor be split; one character that no rule knows.
    flat = MASK.sub(lambda m: "\0" * len(m[0]), text).translate(plain)
    if not DROPPED.search(flat):
        return View(flat, flat.translate(digits), None)
    kept, offsets, last = [], [], 0
    for gap in (*DROPPED.finditer(flat), None):
        stop = gap.start() if gap else len(flat)
        kept.append(flat[last:stop])
        offsets.extend(range(last, stop))
        last = gap.end() if gap else stop
    short = "".join(kept)
    return View(short, short.translate(digits), (*offsets, len(flat)))
