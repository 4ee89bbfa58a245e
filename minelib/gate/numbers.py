"""The ledger's own numbers: they are kept as they are, so one that tells who somebody is must not be taken in."""

import re
from collections.abc import Collection, Iterable, Iterator

_CODE = re.compile(r"[A-Za-z0-9_-]+")
_DIGITS = re.compile(r"\d+")
_CARD = re.compile(r"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])")

# What a number that tells who somebody is has: digits enough for a card, or a word.
MAY_TELL = r"\d{17}|[^\x00-\x7F]"


def telling_numbers(numbers: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield which of a ledger's own numbers tell who somebody is, counted from 1, and the kinds.

    That is a name, or an identity card's number (region, birth, check digit). Other long numbers may look like
    anything.

    Examples
    --------
    >>> list(telling_numbers(["2025-001", "13800138000", "投诉人张小芳", "A-11010519491231002X"]))
    [(3, ['NAME']), (4, ['ID'])]
    """
    from minelib.redact import scan

    names: dict[str, list[str]] = {}
    for n, number in enumerate(numbers, 1):
        kinds = ["ID"] if _CARD.search(number) and _holds_card(number) else []
        if not number.isascii():
            words = _DIGITS.sub("0", number)  # 信访〔2025〕17号 and the thousands like it are read once
            if words not in names:
                names[words] = sorted({s.kind for s in scan(words) if s.kind.startswith("NAME")})
            kinds = kinds + names[words]
        if kinds:
            yield n, kinds


def _holds_card(number: str) -> bool:
    from minelib.redact import scan
    from minelib.redact.numbers import valid_identity

    cards = (m[0] for m in _CARD.finditer(number))
    return any(valid_identity(c) and any(span.kind == "ID" for span in scan(c)) for c in cards)


def codes_of(numbers: Iterable[str]) -> set[str]:
    """Return numbers, and what each is without its marks: any of these may stand alone in a line.

    >>> sorted(codes_of(["(2025)13800138000-1"]))
    ['(2025)13800138000-1', '13800138000-1', '2025']
    """
    return {code for number in numbers for code in (number, *_CODE.findall(number))}


def without_numbers(text: str, own: Collection[str]) -> str:
    """Return a text without the ledger's own numbers, also where a line's end has cut one in two.

    >>> without_numbers("见(2025)138001 38000-1、L2", codes_of(["(2025)13800138000-1"]))
    '见() 、L2'
    """
    codes = list(_CODE.finditer(text))
    known = {m.span() for m in codes if m[0] in own}
    for left, right in zip(codes, codes[1:], strict=False):
        if text[left.end() : right.start()].isspace() and left[0] + right[0] in own:
            known |= {left.span(), right.span()}
    return _CODE.sub(lambda m: "" if m.span() in known else m[0], text)
