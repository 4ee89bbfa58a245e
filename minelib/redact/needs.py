"""Which detectors can find anything in which texts: most texts have nothing of what most detectors look for."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache

import numpy as np

from minelib.codepoints import CODES, Find
from minelib.redact.spans import Span
from minelib.redact.view import Page, View

Detector = Callable[[View], Iterator[Span]]


def needs(*any_of: str | Find) -> Callable[[Detector], Detector]:
    """Say what a text has at least one of where a detector finds anything: characters, or places that are picked.

    >>> @needs("姓", lambda codes: np.flatnonzero(codes == ord("氏")))
    ... def surnamed(view):
    ...     return iter(())
    >>> len(surnamed.needs)
    2
    """

    def said(detector: Detector) -> Detector:
        detector.needs = any_of
        return detector

    return said


def called(page: Page, detectors: Sequence[Detector]) -> list[tuple[Detector, ...]]:
    """Give for each text of a page the detectors that may find something there, in order; there are 32 at most."""
    marks = np.bitwise_or.reduceat(_marks(tuple(detectors))[page.codes], page.begins)
    for n, detector in enumerate(detectors):
        for find in filter(callable, detector.needs):
            marks[page.holding(find)] |= np.uint32(1 << n)
    return [_marked(tuple(detectors), mark) for mark in marks.tolist()]


@cache
def _marks(detectors: tuple[Detector, ...]) -> np.ndarray:
    """Make a table by character code: one bit for each detector that needs the character."""
    table = np.zeros(CODES, np.uint32)
    for n, detector in enumerate(detectors):
        chars = {c for chars in detector.needs if isinstance(chars, str) for c in chars}
        table[[ord(c) for c in chars]] |= np.uint32(1 << n)
    return table


@cache
def _marked(detectors: tuple[Detector, ...], mark: int) -> tuple[Detector, ...]:
    return tuple(detector for n, detector in enumerate(detectors) if mark >> n & 1)
