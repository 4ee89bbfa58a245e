"""Which texts may want cleaning? Looked for in many at once: most of a good ledger want none."""

import re
from collections.abc import Sequence
from functools import cache

import numpy as np

from minelib.clean.characters import SIGNS
from minelib.clean.webpage import LONGEST_LINE, TONES, maybe_traditional
from minelib.codepoints import char_table, to_codes
from minelib.knowledge import packaged_toml

_TAGS = range(0xE0000, 0xE1000)  # characters nobody sees: the only signs beyond the first plane
_BETWEEN = "\ue000"  # a character that wants no cleaning; beside one, spaces and line ends do


@cache
def signs() -> re.Pattern:
    """Return the class of characters without which only spaces and whole lines can want cleaning."""
    return re.compile(f"[<&{SIGNS}{TONES}{maybe_traditional()}]|_x00")


@cache
def mojibake() -> tuple[str, ...]:
    """Return what stands where characters were lost before a text came to us."""
    return tuple(packaged_toml("boilerplate")["mojibake"]["marks"])


@cache
def _tables() -> tuple[np.ndarray, np.ndarray]:
    """Make tables by character code: signs, and what may stand alone but not beside its like."""
    known = "".join(map(chr, (*range(1 << 16), *_TAGS)))
    sign = {"_", *signs().findall(known), *(mark[0] for mark in mojibake())}
    return char_table(c[0] for c in sign), char_table(f" \n{_BETWEEN}")


def wanting(texts: Sequence[str], *, body: bool) -> list[int]:
    """Return the places of the texts that may want cleaning; the others `clean_text` gives back as they are.

    >>> wanting(["欠薪三个月", "欠薪 三个月 ", "欠薪<br>三个月", ""], body=False)
    [1, 2]
    """
    filled = [i for i, text in enumerate(texts) if text]
    sizes = np.array([len(texts[i]) for i in filled], dtype=np.int64)
    whole = _BETWEEN.join(["", *(texts[i] for i in filled), ""])
    codes = to_codes(whole)
    sign, even = _tables()
    uneven = np.flatnonzero(even[codes])
    uneven = uneven[even[np.append(codes, 0)[uneven + 1]]]
    # Lines of a body are looked at one by one, if one may be as short as a button or a headline.
    lines = np.flatnonzero(codes == ord("\n")) if body else uneven[:0]
    maybe = np.zeros(len(filled) + 1, bool)
    for places in (np.flatnonzero(sign[codes]), uneven, lines):
        maybe[np.searchsorted(np.cumsum(sizes + 1), places, side="right")] = True
    maybe[:-1] |= body & (sizes <= LONGEST_LINE)
    return [filled[i] for i in np.flatnonzero(maybe[:-1])]
