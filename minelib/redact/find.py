"""Put the detectors together: all personal information of a text, or of many."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from minelib.codepoints import char_table, followed
from minelib.redact import names
from minelib.redact.accounts import accounts
from minelib.redact.forms import minority, mixed, spaced
from minelib.redact.lexicon import lexicon
from minelib.redact.names import Candidate
from minelib.redact.needs import Detector, called
from minelib.redact.numbers import numbers, plates
from minelib.redact.records import addresses, births, cases
from minelib.redact.spans import Span, settle
from minelib.redact.spots import candidates
from minelib.redact.titles import familiar, given, hidden, polite, surnamed, titled
from minelib.redact.view import Page, View, digit_table, han_table

DETECTORS = (
    accounts, cases, numbers, plates, births, addresses, titled, familiar, hidden, surnamed,
    given, polite, spaced, minority, mixed,
)  # fmt: skip
_WINDOW = 10  # characters the model sees on each side of a doubtful name
_BLOCK = 20_000  # longer texts are read in pieces, so that time grows with length only
_BLOCK_END = re.compile("[\n。！？!?]")
_LIST_MARKS = frozenset("、,。等和与及")
# What stands between two names of a list is a name too, whatever its surname.
_BETWEEN = re.compile("、([一-鿿]{2,3})、")
_ITEM = re.compile(r"(?<!\d)\d{1,3}[.、)]?([一-鿿]{2,4})(?=[、,; \n\d]|$)")
_FEWEST_ITEMS = 4
_JOINED = re.compile(r"[、,和与及跟同/ ]{1,2}\d{0,3}[.、]?")


@dataclass
class _Reading:
    """What is known of one text so far; `taken` has a byte for each character, 1 where a person stands."""

    view: View
    found: list[Span] = field(default_factory=list)
    people: list[Candidate] = field(default_factory=list)
    doubtful: list[Candidate] = field(default_factory=list)
    taken: bytearray = field(default_factory=bytearray)

    def is_free(self, c: Candidate) -> bool:
        return not any(self.taken[c.start : c.end])

    def take(self, c: Candidate) -> None:
        self.taken[c.start : c.end] = b"\1" * (c.end - c.start)
        self.people.append(c)


def _read(v: View, detectors: Iterable[Detector], possible: Sequence[Candidate]) -> _Reading:
    r = _Reading(v, [span for detector in detectors for span in detector(v)])
    r.taken = bytearray(len(v.text))
    for span in r.found:
        r.taken[span.start : span.end] = b"\1" * (span.end - span.start)
    for c in sorted(possible, key=lambda c: (-c.bits, c.start)):
        sure = c.bits >= names.SURE
        if sure and r.is_free(c) or _outgrows(c, r.found, sure=sure):
            r.take(c)
        elif c.bits < names.SURE and r.is_free(c):
            r.doubtful.append(c)
    return r


def _outgrows(c: Candidate, found: Sequence[Span], *, sure: bool) -> bool:
    """Tell whether a name takes in all that was read as a surname with a title: 王妹|宇, 皮若|谷警官."""
    if c.bits < names.COMPANY:
        return False
    over = [s for s in found if s.start < c.end and c.start < s.end]
    goes_on = sure and all(c.start == s.start and s.end < c.end for s in over)
    ends_there = all(c.start < s.start and c.end == s.end - s.keep for s in over)
    return bool(over) and all(s.kind == "NAME_TITLE" for s in over) and (goes_on or ends_there)


def _windows(r: _Reading) -> Iterator[tuple[int, str]]:
    """Cut out a stretch of text around each doubtful candidate; stretches that touch are joined."""
    text, done = r.view.text, 0
    for c in sorted(filter(r.is_free, r.doubtful), key=lambda c: c.start):
        if c.end > done and names.is_worth_asking(text, c):
            start, stop = max(done, c.start - _WINDOW), min(len(text), c.end + _WINDOW)
            done = stop
            yield start, text[start:stop]


def _ask_model(readings: Sequence[_Reading]) -> None:
    """Keep the doubtful candidates that the model calls persons."""
    windows = [(r, at, part) for r in readings for at, part in _windows(r)]
    if not windows:
        return
    from minelib.redact.model import people

    answers = people([part for _, _, part in windows])
    tagged: dict[int, bytearray] = {}
    for (r, at, _), persons in zip(windows, answers, strict=True):
        marks = tagged.setdefault(id(r), bytearray(len(r.view.text)))
        for start, end in persons:
            marks[at + start : at + end] = b"\1" * (end - start)
    for r in readings:
        for c in r.doubtful:
            called = id(r) in tagged and tagged[id(r)][c.start]
            if called and r.is_free(c) and names.ends_as_name(r.view.text, c.end):
                r.take(c)


def _take_likely(r: _Reading, least: float) -> None:
    for c in r.doubtful:
        if c.bits > least and r.is_free(c) and not names.is_place(r.view.text, c.end):
            r.take(c)


def _next_of_list(r: _Reading, c: Candidate) -> Candidate | None:
    """Read what follows a name in a list (甲、乙和丙) as a name, which needs less of its own there."""
    text, lex = r.view.text, lexicon()
    m = _JOINED.match(text, c.end)
    if not m:
        return None
    between = _BETWEEN.match(text, c.end)
    stop = between.end() if between else len(text)
    if stop < len(text) and r.taken[stop] and text[stop] in lex.surnames:
        return Candidate(*between.span(1), names.SURE)
    size = 2 if text[m.end() : m.end() + 2] in lex.compounds else 1
    if size == 1 and text[m.end() : m.end() + 1] not in lex.surnames:
        return None
    best = names.likeliest(text, m.end(), size)
    # An item that fills the place between two list marks needs no other word for it.
    filled = best and text[m.end() - 1] == "、" and text[best.end : best.end + 1] in _LIST_MARKS
    likely = best and best.bits > (-10 if filled else -4) and names.ends_as_name(text, best.end)
    return best if likely else None


@cache
def _item_tables() -> tuple[np.ndarray, np.ndarray]:
    """Make tables of the marks behind a number, and of what ends an item."""
    return char_table(".、)"), digit_table() | char_table("、,; \n\0")


def _items(codes: np.ndarray) -> np.ndarray:
    han, (mark, end) = han_table(), _item_tables()
    places = followed(codes, digit_table(), han | mark)
    begin = places + 1 + mark[codes[places + 1]]
    size = np.cumprod(han[codes[begin[:, None] + np.arange(5)]], axis=1).sum(axis=1)
    return places[(size > 1) & (size < 5) & end[codes[begin + size]]]


def _numbered(r: _Reading) -> Iterator[Candidate]:
    """Read the items of a numbered list as names where most of them are: 1王芳、2李强、3紫艳."""
    if r.view.count(_items) < _FEWEST_ITEMS:
        return
    items = [Candidate(*m.span(1), names.SURE) for m in _ITEM.finditer(r.view.text)]
    if len(items) >= _FEWEST_ITEMS and 2 * sum(not r.is_free(c) for c in items) >= len(items):
        yield from (c for c in items if r.is_free(c))


def _follow_lists(r: _Reading) -> None:
    for c in list(_numbered(r)):
        r.take(c)
    queue = list(r.people)
    while queue:
        following = _next_of_list(r, queue.pop())
        # 首小兰 between two names is one too, though 小兰 alone was read as somebody's nickname.
        if following and (r.is_free(following) or following.bits == names.SURE and following not in r.people):
            r.take(following)
            queue.append(following)


def _places(text: str, surface: str) -> Iterator[int]:
    at = text.find(surface)
    while at >= 0:
        yield at
        at = text.find(surface, at + len(surface))


def _everywhere(r: _Reading) -> Iterator[Span]:
    """Give every place where a name or a birth date that was found stands again."""
    text, words = r.view.text, lexicon().words
    forms = {text[s.start : s.end] for s in r.found if s.kind == "NAME" and s.end - s.start > 2}
    for surface in sorted(forms | {text[c.start : c.end] for c in r.people}):
        for start in _places(text, surface):
            end = start + len(surface)
            # 白雪 was at the door; the 白雪 that fell on it is another.
            beside = names.before_bits(text, start) > 0 and names.after_bits(text, end) > 0
            if surface not in words or beside:
                yield Span(start, end, "NAME")
    yield from (Span(c.start, c.end, "NAME") for c in r.people)
    titled = {(text[s.start : s.end], s.keep) for s in r.found if s.kind == "NAME_TITLE"}
    titled = {
        (surface, keep) for surface, keep in titled if keep > 1 or len(surface) > 1 and surface[-1] == "某"
    }
    for surface, keep in sorted(titled):
        yield from (Span(at, at + len(surface), "NAME_TITLE", keep) for at in _places(text, surface))
    for date in sorted({text[s.start : s.end] for s in r.found if s.kind == "DOB" and s.end - s.start > 6}):
        yield from (Span(*m.span(), "DOB") for m in re.finditer(re.escape(date) + r"(?!\d)", text))


def _spans(r: _Reading) -> Iterator[Span]:
    _follow_lists(r)
    if not (r.found or r.people):
        return
    for s in (*r.found, *_everywhere(r)):
        end = s.start + len(r.view.text[s.start : s.end].rstrip())
        yield Span(*r.view.original(s.start, end), s.kind, s.keep)


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    while len(text) - start > _BLOCK:
        ends = [m.end() for m in _BLOCK_END.finditer(text, start + _BLOCK // 2, start + _BLOCK)]
        stop = ends[-1] if ends else start + _BLOCK
        yield start, text[start:stop]
        start = stop
    yield start, text[start:]


def find_many(texts: Sequence[str], *, model: bool = True) -> list[list[Span]]:
    """Find the personal information of each text.

    Parameters
    ----------
    texts : sequence of str
    model : bool
        Ask the tagger about doubtful names; without it only rules speak.

    Returns
    -------
    list of list of Span
        Sorted, not overlapping, in code point offsets of the texts given.

    Examples
    --------
    >>> [(s.start, s.end, s.kind) for s in find_many(["村民张小芳，电话13800138000"])[0]]
    [(2, 5, 'NAME'), (8, 19, 'PHONE')]
    """
    blocks = [(i, at, block) for i, text in enumerate(texts) for at, block in _blocks(text)]
    page = Page([block for _, _, block in blocks])
    readings = list(map(_read, page, called(page, DETECTORS), candidates(page)))
    if model:
        for r in readings:
            _take_likely(r, names.LIKELY)
        _ask_model(readings)
        for r in readings:
            _take_likely(r, names.COMPANY if r.people else names.LIKELY)
    found: list[list[Span]] = [[] for _ in texts]
    for (i, at, _), r in zip(blocks, readings, strict=True):
        found[i].extend(Span(s.start + at, s.end + at, s.kind, s.keep) for s in _spans(r))
    return [settle(spans) for spans in found]
