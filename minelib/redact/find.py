"""Put the detectors together: all personal information of a text, or of many."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from minelib.redact import names
from minelib.redact.forms import minority, mixed, spaced
from minelib.redact.lexicon import lexicon
from minelib.redact.names import Candidate
from minelib.redact.numbers import accounts, numbers, plates
from minelib.redact.records import addresses, births, cases
from minelib.redact.spans import Span, settle
from minelib.redact.titles import familiar, hidden, polite, surnamed, titled
from minelib.redact.view import View, view

_PATTERNS = (accounts, cases, numbers, plates, births, addresses, titled, familiar, hidden, surnamed,
             polite, spaced, minority, mixed)
_WINDOW = 14
_LIST_MARKS = frozenset("、,。等和与及")
# What stands between two names of a list is a name too, whatever its surname.
_BETWEEN = re.compile("、([一-鿿]{2,3})、")
_JOINED = re.compile(r"[、,和与及跟同/ ]{1,2}\d{0,3}[.、]?")


@dataclass
class _Reading:
    """What is known of one text so far."""

    view: View
    found: list[Span] = field(default_factory=list)
    people: list[Candidate] = field(default_factory=list)
    doubtful: list[Candidate] = field(default_factory=list)


def _overlaps(spans: Sequence, start: int, end: int) -> bool:
    return any(s.start < end and start < s.end for s in spans)


def _read(text: str) -> _Reading:
    r = _Reading(view(text))
    for detector in _PATTERNS:
        r.found.extend(detector(r.view))
    taken = bytearray(len(r.view.text))
    for span in r.found:
        taken[span.start:span.end] = b"\1" * (span.end - span.start)
    for c in sorted(names.candidates(r.view), key=lambda c: (-c.bits, c.start)):
        if any(taken[c.start:c.end]):
            continue
        if c.bits >= names.SURE:
            taken[c.start:c.end] = b"\1" * (c.end - c.start)
            r.people.append(c)
        else:
            r.doubtful.append(c)
    return r


def _windows(r: _Reading) -> Iterator[tuple[int, str]]:
    """Cut out a stretch of text around each doubtful candidate; stretches that touch are joined."""
    text, done = r.view.text, 0
    for c in sorted(r.doubtful, key=lambda c: c.start):
        if c.end <= done:
            continue
        start, stop = max(done, c.start - _WINDOW), min(len(text), c.end + _WINDOW)
        done = stop
        yield start, text[start:stop]


def _confirm(r: _Reading, tagged: Sequence[tuple[int, int]]) -> None:
    """Keep the doubtful candidates that the model calls persons."""
    for c in r.doubtful:
        if any(start <= c.start < end for start, end in tagged) and not _overlaps(r.people, c.start, c.end):
            r.people.append(c)


def _neighbours(r: _Reading) -> None:
    """In a list of names (甲、乙和丙) one that is sure vouches for the next."""
    text, lex = r.view.text, lexicon()
    queue = list(r.people)
    while queue:
        c = queue.pop()
        m = _JOINED.match(text, c.end)
        if not m:
            continue
        between = _BETWEEN.match(text, c.end)
        if between and any(p.start == between.end() for p in r.people):
            r.people.append(Candidate(*between.span(1), names.SURE))
        size = 2 if text[m.end():m.end() + 2] in lex.compounds else 1
        if text[m.end():m.end() + size] not in lex.compounds and text[m.end():m.end() + 1] not in lex.surnames:
            continue
        best = names.likeliest(text, m.end(), size)
        # An item that fills the place between two list marks needs no other word for it.
        filled = best and text[m.end() - 1] == "、" and text[best.end:best.end + 1] in _LIST_MARKS
        if best and best.bits > (-10 if filled else -4) and not _overlaps(r.people, best.start, best.end):
            r.people.append(best)
            queue.append(best)


def _everywhere(r: _Reading) -> Iterator[Span]:
    """Every place where a name that was found stands again."""
    text, lex = r.view.text, lexicon()
    surfaces = sorted({text[c.start:c.end] for c in r.people}, key=lambda s: (-len(s), s))
    for surface in surfaces:
        wordlike = surface in lex.words
        at = text.find(surface)
        while at >= 0:
            end = at + len(surface)
            # 白雪 was at the door; the 白雪 that fell on it is another.
            beside = names.before_bits(text, at) > 0 and names.after_bits(text, end, lex) > 0
            if not wordlike or beside:
                yield Span(at, end, "NAME")
            at = text.find(surface, end)
    yield from (Span(c.start, c.end, "NAME") for c in r.people)
    for date in sorted({text[s.start:s.end] for s in r.found if s.kind == "DOB" and s.end - s.start > 6}):
        yield from (Span(m.start(), m.end(), "DOB") for m in re.finditer(re.escape(date) + r"(?!\d)", text))


def _trimmed(r: _Reading, span: Span) -> int:
    return span.start + len(r.view.text[span.start:span.end].rstrip())


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
    """
    readings = [_read(t) for t in texts]
    if model:
        windows = [(i, at, part) for i, r in enumerate(readings) for at, part in _windows(r)]
        if windows:
            from minelib.redact.model import people

            tagged: dict[int, list] = {}
            for (i, at, _), spans in zip(windows, people([w[2] for w in windows]), strict=True):
                tagged.setdefault(i, []).extend((at + a, at + b) for a, b in spans)
            for i, spans in tagged.items():
                _confirm(readings[i], spans)
    out = []
    for text, r in zip(texts, readings, strict=True):
        _neighbours(r)
        spans = (*r.found, *_everywhere(r))
        out.append(settle(Span(*r.view.original(s.start, _trimmed(r, s)), s.kind, s.keep) for s in spans))
        assert all(s.end <= len(text) for s in out[-1])
    return out
