"""How far a long stage is: one callable handed down, and a bar where somebody is looking.

A stage calls ``progress(stage, done, total)``; what becomes of it is not its concern. Nothing is shown unless a person
can see it: in a terminal the bar goes to stderr only if that is one, in a notebook only under a Jupyter server. A log,
a pipe and a notebook run by nbval, nbclient or papermill stay as clean as without. (Bars of the usual libraries write
to a notebook's stderr or leave a widget behind, which is what must not happen here.)
"""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from html import escape
from typing import TextIO, TypeVar

Progress = Callable[[str, int, int], None]
Item = TypeVar("Item")

_WIDTH = 24
_EVERY = 0.1  # seconds between two drawings: a terminal and a browser need no more
_STEPS = 200


def silent(stage: str, done: int, total: int) -> None:
    """Show nothing."""


def ticks(items: Iterable[Item], progress: Progress, stage: str, total: int) -> Iterator[Item]:
    """Yield items and tell how many are done, about 200 times at most.

    Examples
    --------
    >>> list(ticks("ab", lambda *told: print(*told), "归类", 2))
    归类 0 2
    归类 1 2
    归类 2 2
    ['a', 'b']
    """
    step = max(1, total // _STEPS)
    progress(stage, 0, total)
    for done, item in enumerate(items, 1):
        yield item
        if done % step == 0 or done == total:
            progress(stage, done, total)


@contextmanager
def shown(progress: Progress, stage: str, done: int, total: int) -> Iterator[None]:
    """Show a stage that cannot tell how far it is while the block runs; take it away however that ends."""
    progress(stage, done, total)
    try:
        yield
    finally:
        progress(stage, total, total)


def progress_here() -> Progress:
    """Return what suits the place: a bar in a notebook somebody has open, else nothing.

    A Jupyter server names the session to the kernels it starts (``JPY_SESSION_NAME``); programs that only run
    notebooks do not.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    seen = shell is not None and hasattr(shell, "kernel") and os.environ.get("JPY_SESSION_NAME")
    return NotebookBar() if seen else silent


def terminal_progress(stream: TextIO | None = None) -> Progress:
    """Return a bar on `stream` (stderr) if that is a terminal, else nothing."""
    stream = sys.stderr if stream is None else stream
    return TerminalBar(stream) if stream.isatty() else silent


class _Bar:
    """Draw now and then; a stage that is done is taken away."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock, self._stage, self._began, self._drawn = clock, "", 0.0, float("-inf")

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = self._clock()
        if stage != self._stage:
            self._stage, self._began, self._drawn = stage, now, float("-inf")
        if done >= total:
            self._clear()
            self._stage = ""
        elif now - self._drawn >= _EVERY:
            self._drawn = now
            self._draw(stage, done / total, _left(now - self._began, done / total))

    def _draw(self, stage: str, share: float, left: str) -> None:
        raise NotImplementedError

    def _clear(self) -> None:
        raise NotImplementedError


def _left(spent: float, share: float) -> str:
    """Say how long it may still take, once there is something to judge by.

    >>> _left(10, 0.25), _left(300, 0.5), _left(1, 0.01)
    ('约剩 30 秒', '约剩 5 分', '')
    """
    if spent < 2 or share < 0.02:
        return ""
    left = spent / share - spent
    return f"约剩 {left:.0f} 秒" if left < 100 else f"约剩 {left / 60:.0f} 分"


class TerminalBar(_Bar):
    """One line of a terminal, drawn over and wiped when the stage is done."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic):
        super().__init__(clock)
        self._stream = stream

    def _draw(self, stage: str, share: float, left: str) -> None:
        full = int(share * _WIDTH)
        bar = "#" * full + "-" * (_WIDTH - full)
        self._write(f"\r\x1b[K{stage} [{bar}] {share:4.0%} {left}")

    def _clear(self) -> None:
        self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class NotebookBar(_Bar):
    """A bar below the running cell; when the stage is done its place is empty."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        super().__init__(clock)
        self._handle = None

    def _draw(self, stage: str, share: float, left: str) -> None:
        bar = f'<progress max="100" value="{share:.0%}"></progress>'.replace("%", "")
        html = f"{escape(stage)} {bar} {share:.0%} {left}"
        self._show({"text/html": html, "text/plain": f"{stage} {share:.0%} {left}"})

    def _clear(self) -> None:
        if self._handle is not None:
            self._show({"text/html": "", "text/plain": ""})

    def _show(self, bundle: dict[str, str]) -> None:
        from IPython.display import display

        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)
