"""Characters nobody meant: controls, invisible marks, odd spaces and line ends.

Each function takes a text and returns the text and how many characters it changed. Full-width punctuation
is left as it is: NFKC and ftfy would turn ， and ： into ASCII.
"""

import re

_SURROGATE = re.compile("[\ud800-\udfff]")
_CELL_ESCAPE = re.compile("_x00([01][0-9A-Fa-f])_")
_INVISIBLE = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\ufff9-\ufffc\U000e0000-\U000e0fff]+"
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]+")
_LINE_END = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_ODD_SPACE = re.compile("[\t\x1f\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_UNEVEN = ("  ", " \n", "\n ", "\n\n")
# Everything the functions below look for but plain spaces and line ends.
SIGNS = (
    "\ud800-\udfff\x00-\x09\x0b-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180e\u2000-\u200f"
    "\u2028-\u202f\u205f-\u206f\u3000\u3164\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\ufff9-\uffff\U000e0000-\U000e0fff"
)

Cleaned = tuple[str, int]


def _replace(pattern: re.Pattern, by, text: str) -> Cleaned:
    """Replace and count the characters that matched."""
    if not pattern.search(text):
        return text, 0
    return pattern.sub(by, text), sum(len(m[0]) for m in pattern.finditer(text))


def mend_surrogates(text: str) -> Cleaned:
    """Replace halves of characters, which no encoding can write, by U+FFFD."""
    return _replace(_SURROGATE, "\ufffd", text)


def _unescaped(match: re.Match) -> str:
    code = chr(int(match[1], 16))
    return "\n" if code in "\r\n" else " " if code == "\t" else ""


def undo_cell_escapes(text: str) -> Cleaned:
    """Undo the escapes Excel writes into its XML: `_x000D_` is a line end.

    >>> undo_cell_escapes("第一行_x000D_第二行")
    ('第一行\\n第二行', 7)
    """
    return _replace(_CELL_ESCAPE, _unescaped, text)


def drop_invisible(text: str) -> Cleaned:
    """Drop zero-width, bidirectional and tag characters, which hide or reorder words.

    >>> drop_invisible("拆\\u200b迁\\u202e")
    ('拆迁', 2)
    """
    return _replace(_INVISIBLE, "", text)


def drop_controls(text: str) -> Cleaned:
    """Drop control characters other than line ends and tabs."""
    return _replace(_CONTROL, "", text)


def even_spaces(text: str) -> Cleaned:
    """Write line ends as one \\n and every run of spaces as one space; drop them at the ends of lines.

    >>> even_spaces("\\u3000\\u3000事由：\\t欠薪\\r\\n\\r\\n 三个月 ")
    ('事由： 欠薪\\n三个月', 7)
    """
    odd = _ODD_SPACE.search(text) or _LINE_END.search(text)
    if not (odd or any(u in text for u in _UNEVEN) or text.strip(" \n") != text):
        return text, 0
    ends = _LINE_END.sub("\n", text)
    spaced = _ODD_SPACE.sub(" ", ends)
    lines = (" ".join(filter(None, line.split(" "))) for line in spaced.split("\n"))
    even = "\n".join(filter(None, lines))
    swapped = sum(1 for _ in _LINE_END.finditer(text)) + sum(1 for _ in _ODD_SPACE.finditer(ends))
    return even, max(swapped, len(text) - len(even))
