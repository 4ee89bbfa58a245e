"""Full names in other shapes: minority names, names written wide, names half or wholly in pinyin."""

import re
from collections.abc import Iterator
from functools import cache

import numpy as np

from minelib.codepoints import Beginnings, char_table, followed
from minelib.redact.lexicon import Words, any_of, lexicon
from minelib.redact.names import STRONG, before_bits
from minelib.redact.needs import needs
from minelib.redact.spans import Span
from minelib.redact.view import View, han_table

_DOTTED = re.compile(r"([一-鿿]{2,8})((?:[·.][一-鿿]{2,8}){1,2})")


@cache
def _undotted() -> tuple[re.Pattern, Beginnings, np.ndarray]:
    """Return the pattern, where it may begin, and a table of its third characters."""
    groups = [w for w in lexicon().minority if len(w) > 1]
    pattern = re.compile(rf"(?:{any_of(groups)}){{2,3}}|{any_of(w for w in groups if len(w) > 2)}")
    return (
        pattern,
        Beginnings(groups),
        char_table({w[0] for w in groups} | {w[2] for w in groups if len(w) > 2}),
    )


def _undotted_starts(codes: np.ndarray) -> np.ndarray:
    _, groups, thirds = _undotted()
    starts = groups(codes)
    return starts[thirds[codes[starts + 2]]]


def _syllables(text: str, words: Words) -> int:
    """Count the characters at the start that are syllable groups of names."""
    at = 0
    while n := words.begins(text, at):
        at += n
    return at


@cache
def _sounds() -> re.Pattern:
    """Match the end of a text that is written with the characters such names are spelt with."""
    return re.compile(rf"[{''.join(sorted({c for w in lexicon().minority for c in w}))}]{{2,8}}$")


def _points(codes: np.ndarray) -> np.ndarray:
    """Give the full stops between two Han characters."""
    places = np.flatnonzero(codes == ord("."))
    return places[han_table()[codes[places - 1]] & han_table()[codes[places + 1]]]


@needs("·", _undotted_starts, _points)
def minority(v: View) -> Iterator[Span]:
    """Find names of two or more syllable groups, with a dot (阿依古丽·艾合买提) or without (仁增卓玛)."""
    text, words = v.text, lexicon().minority
    pattern = _undotted()[0]
    for start in v.places(_undotted_starts):
        if m := pattern.match(text, start):
            yield Span(start, m.end(), "NAME")
    dotted = "·" in text or v.places(_points)
    m = _DOTTED.search(text) if dotted else None
    while m:
        left, right = m[1], m[2][1:]
        # At least one side must be made of known groups, or every 甲方．乙方 would be a name.
        known = next((i for i in range(len(left)) if _syllables(left[i:], words) == len(left) - i), None)
        after = _syllables(right, words)
        if known is None and (spelt := _sounds().search(left)) and _sounds().fullmatch(right):
            known = spelt.start()
        end = m.start(2) + 1 + (after or (len(right) if known is not None else 0))
        if known is not None or after:
            yield Span(m.start() + (known or 0), end, "NAME")
        m = _DOTTED.search(text, end)


@cache
def _spaced() -> tuple[re.Pattern, np.ndarray, np.ndarray, np.ndarray]:
    """Return the pattern, and tables of what stands before it and of its first two characters."""
    lex = lexicon()
    given = "".join(c for c, bits in lex.given.items() if bits > -8)
    pattern = re.compile(
        rf"(?<=[: ])[{''.join(lex.surnames)}] {{1,4}}[{given}](?: {{1,4}}[{given}])?(?=[ ,。;()|\n]|$)"
    )
    return pattern, char_table(": "), char_table(lex.surnames), char_table(" ")


def _spaced_starts(codes: np.ndarray) -> np.ndarray:
    _, before, surnames, space = _spaced()
    starts = followed(codes, surnames, space)
    return starts[before[codes[starts - 1]]]


@needs(_spaced_starts)
def spaced(v: View) -> Iterator[Span]:
    """Find names written wide in a form: 姓名: 张  三."""
    first = min(v.places(_spaced_starts), default=len(v.text))
    for m in _spaced()[0].finditer(v.text, first):
        # In 姓 名: the label itself is written wide.
        label = v.text[max(0, m.start() - 5) : m.start()].rstrip(": ")
        if before_bits(v.text, m.start()) >= STRONG or label.endswith("名"):
            yield Span(m.start(), m.end(), "NAME")


_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZāáǎàēéěèīíǐìōóǒòūúǔù"
_LATIN = re.compile(r"(?<![A-Za-z])[A-Za-z]{2,12}(?![A-Za-z0-9@_.])")
_ROMAN = re.compile(r"(?<![A-Za-z])([A-Z][a-z]+) ([A-Z][a-z]+(?:-?[A-Za-z][a-z]+)?)(?![A-Za-z])")


_SPELT = re.compile("([一-鿿])[a-zāáǎàēéěèīíǐìōóǒòūúǔù]{2,6}[一-鿿][a-zāáǎàēéěèīíǐìōóǒòūúǔù]{1,6}(?![a-z])")


_AND = frozenset("和与及或")  # A和logo


@cache
def _letters() -> np.ndarray:
    return char_table(_LETTERS)


def _two_letters(codes: np.ndarray) -> np.ndarray:
    return followed(codes, _letters(), _letters())


@needs(_two_letters)
def mixed(v: View) -> Iterator[Span]:
    """Find names half in pinyin (刘duan, wang大海) and wholly (Wang Jianguo)."""
    text, lex = v.text, lexicon()
    for m in _ROMAN.finditer(text):
        if m[1].lower() in lex.pinyin or m[2].lower() in lex.pinyin:
            yield Span(m.start(), m.end(), "NAME")
    yield from (Span(*m.span(), "NAME") for m in _SPELT.finditer(text) if m[1] in lex.surnames)
    for m in _LATIN.finditer(text):
        start, end = m.span()
        given = [lex.given.get(c, 0.0) for c in text[end : end + 2] if "㐀" <= c <= "鿿"]
        if m[0].lower() in lex.pinyin and given and given[0] > -3:
            yield Span(start, end + 1 + (len(given) > 1 and given[1] > 0), "NAME")
        surname = text[start - 1 : start]
        sure = before_bits(text, start - 1) >= STRONG if start else False
        likely = lex.surnames.get(surname, -9.0) > (-9.0 if sure else 1.0)
        if (
            m[0].islower()
            and likely
            and surname not in lex.verbal
            and text[start - 2 : start] not in lex.words
        ):
            yield Span(start - 1, end, "NAME")
