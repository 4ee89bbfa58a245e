"""One text, read in a plain form without losing where each character stood.

Detectors match plain forms: half-width letters and digits, simplified characters, one kind of name dot and of
bracket, no zero-width characters, no pinyin put in brackets behind a character. Nearly all of that maps one
character to one character, so offsets stay; what is dropped is remembered.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from minelib.codepoints import CODES, Find, char_table, parted, side_by_side, to_codes
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


@cache
def digit_table() -> np.ndarray:
    r"""Make the table of all that a pattern's ``\d`` matches."""
    return char_table(re.findall(r"\d", "".join(map(chr, range(0x20000)))))


@cache
def han_table() -> np.ndarray:
    """Make the table of the common Han characters, of which nearly all names are made."""
    return char_table(map(chr, range(0x4E00, 0xA000)))


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
    plain = np.arange(CODES, dtype=np.intp)
    for a, b in _replacements().items():
        plain[ord(a)] = ord(b)
    digits = np.arange(CODES, dtype=np.intp)
    for a, b in CHINESE_DIGITS.items():
        digits[ord(a)] = ord(b)
    return plain, digits


@cache
def _translations() -> tuple[dict[int, str], dict[int, str]]:
    """Make the same two tables for `str.translate`."""
    return str.maketrans(_replacements()), str.maketrans(CHINESE_DIGITS)


@cache
def _droppable() -> np.ndarray:
    """Make the table of the characters that `DROPPED` may begin with."""
    return char_table(re.findall(rf"[({INVISIBLE}]", "".join(map(chr, range(0x10000)))))


def _to_text(codes: np.ndarray) -> str:
    return codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")


class Page:
    """The plain forms of many texts side by side, so that a character is looked for in all of them at once.

    Parameters
    ----------
    texts : sequence of str

    Attributes
    ----------
    codes : ndarray of int
        The characters of all plain forms as numbers, `GAP` zeros before, between and behind them.
    begins, ends : ndarray of int, shape (len(texts),)
        Where each plain form stands in `codes`.
    """

    def __init__(self, texts: Sequence[str]):
        plain, _ = _tables()
        whole, self.begins, self.ends = side_by_side([_without_masks(text) for text in texts])
        self.codes = plain[to_codes(whole)]
        self._whole = _to_text(self.codes)
        self._offsets: dict[int, list[int]] = {}
        self._found: dict[Find, tuple[list, list[int], list[int]]] = {}
        self._drop(np.array([i for m in self._dropped() for i in range(*m.span())], np.int64))

    def __iter__(self) -> Iterator["View"]:
        spans = zip(self.begins.tolist(), self.ends.tolist(), strict=True)
        return (View(self, i, self._whole[start:stop]) for i, (start, stop) in enumerate(spans))

    def _dropped(self) -> Iterator[re.Match]:
        last = 0
        for at in np.flatnonzero(_droppable()[self.codes]).tolist():
            if at >= last and (m := DROPPED.match(self._whole, at)):
                yield m
                last = m.end()

    def _drop(self, places: np.ndarray) -> None:
        """Take characters out, and remember where those of each text that had some stood."""
        if not len(places):
            return
        owners = np.unique(np.searchsorted(self.begins, places, side="right") - 1)
        keep = np.ones(len(self.codes), bool)
        keep[places] = False
        for i in owners.tolist():
            start, stop = self.begins[i], self.ends[i]
            self._offsets[i] = [*np.flatnonzero(keep[start:stop]).tolist(), int(stop - start)]
        self.codes = self.codes[keep]
        self._whole = _to_text(self.codes)
        self.begins, self.ends = (at - np.searchsorted(places, at) for at in (self.begins, self.ends))

    def places(self, i: int, find: Find) -> list:
        """Give the places of one text that `find` picks; it is asked once for all texts."""
        places, starts, stops = self._look(find)
        return places[starts[i] : stops[i]]

    def count(self, i: int, find: Find) -> int:
        """Tell how many places of one text `find` picks."""
        _, starts, stops = self._look(find)
        return stops[i] - starts[i]

    def holding(self, find: Find) -> np.ndarray:
        """Tell of each text whether `find` picks any place in it."""
        _, starts, stops = self._look(find)
        return np.less(starts, stops)

    def _look(self, find: Find) -> tuple[list, list[int], list[int]]:
        """Give the places in all texts, counted from where each begins, and where those of each text begin and end."""
        if find not in self._found:
            self._found[find] = parted(find(self.codes), self.begins, self.ends)
        return self._found[find]

    def offsets(self, i: int) -> list[int] | None:
        """Tell where each character of a plain form stood in its text; None where nothing was dropped."""
        return self._offsets.get(i)


class View:
    """The plain form of one text of a page.

    Attributes
    ----------
    text : str
        The plain form.
    """

    __slots__ = ("_i", "_page", "text")

    def __init__(self, page: Page, i: int, text: str):
        self._page, self._i, self.text = page, i, text

    @property
    def digits(self) -> str:
        """Give the plain form with Chinese numerals written as digits."""
        return _to_text(_tables()[1][self._page.codes[self._page.begins[self._i] : self._page.ends[self._i]]])

    def places(self, find: Find) -> list:
        """Give the places in the plain form that `find` picks; a function of a module, asked once for a page."""
        return self._page.places(self._i, find)

    def count(self, find: Find) -> int:
        """Tell how many places in the plain form `find` picks."""
        return self._page.count(self._i, find)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Give the offsets in the untouched text; what was dropped inside or behind belongs to it."""
        offsets = self._page.offsets(self._i)
        return (start, end) if offsets is None else (offsets[start], offsets[end])


def _without_masks(text: str) -> str:
    """Put characters no rule knows for a mask that is there already: it is neither read nor split."""
    return MASK.sub(lambda m: "\0" * len(m[0]), text) if "〈" in text else text


def plain_form(text: str) -> str:
    """Write the plain form of a text, where nobody asks what stood where.

    >>> plain_form("張(zhāng)三：１三八")
    '张三:1三八'
    """
    return DROPPED.sub("", _without_masks(text).translate(_translations()[0]))


def digit_form(text: str) -> str:
    """Write the plain form of a text with Chinese numerals as digits.

    >>> digit_form("壹叁八-００１３")
    '138-0013'
    """
    return plain_form(text).translate(_translations()[1])
