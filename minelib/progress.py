"""How far a long stage is: one callable handed down, and a bar where somebody is looking.

A stage calls ``progress(stage, done, total)``, `total` None where nobody knows it yet; what becomes of it is not its
concern. Work by blocks goes through an engine's `map`, and `Watched` tells of each block, so that no stage has to.
Nothing is shown unless a person can see it: in a terminal the bar goes to stderr only if that is one, in a notebook
only under a Jupyter server. A log, a pipe and a notebook run by nbval, nbclient or papermill stay as clean as without.
(Bars of the usual libraries write to a notebook's stderr or leave a widget behind, which is what must not happen here.)
"""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from html import escape
from operator import length_hint
from typing import TextIO, TypeVar

Progress = Callable[[str, int, int | None], None]
Item = TypeVar("Item")

_WIDTH = 24
_EVERY = 0.1  # seconds between two drawings: a terminal and a browser need no more
_STEPS = 200


def silent(stage: str, done: int, total: int | None) -> None:
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


class Watched:
    """An engine that tells how many blocks of the stage at work are done.

    Parameters
    ----------
    engine : minelib.scale.Engine
    progress : callable

    Examples
    --------
    >>> from minelib.scale import Here
    >>> watched = Watched(Here(), lambda *told: print(*told))
    >>> with watched.stage("归类", 1, 6):
    ...     found = list(watched.map(pow, [2, 3], 2))
    归类 1 6
    归类 第1遍 1 2
    归类 第1遍 2 2
    归类 第1遍 2 2
    归类 1 6
    归类 6 6
    >>> found
    [4, 9]
    """

    def __init__(self, engine, progress: Progress):
        self._engine, self._progress = engine, progress
        self._at, self._passes = ("", 0, 1), 0

    @property
    def workers(self) -> int:
        """How many blocks are worked on at a time."""
        return self._engine.workers

    @property
    def block_rows(self) -> int:
        """How many rows of a table make a block."""
        return self._engine.block_rows

    @contextmanager
    def stage(self, name: str, done: int, total: int) -> Iterator[None]:
        """Show a stage while the block runs; what is mapped meanwhile is a pass of it."""
        self._at, self._passes = (name, done, total), 0
        with shown(self._progress, name, done, total):
            yield

    def map(self, function: Callable, blocks: Iterable, *common) -> Iterator:
        """Yield ``function(block, *common)`` of each block, in order; a single block is not worth telling of."""
        self._passes += 1
        name, done = f"{self._at[0]} 第{self._passes}遍", 0
        for done, result in enumerate(self._engine.map(function, blocks, *common), 1):
            if (total := length_hint(blocks) or None) != 1:
                self._progress(name, done, total)
            yield result
        if done > 1:
            self._progress(name, done, done)
            self._progress(*self._at)


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

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        now = self._clock()
        if stage != self._stage:
            self._stage, self._began, self._drawn = stage, now, float("-inf")
        if total is not None and done >= total:
            self._clear()
            self._stage = ""
        elif now - self._drawn >= _EVERY:
            self._drawn = now
            if total is None:
                self._draw(stage, None, f"已做 {done} 块")
            else:
                self._draw(stage, done / total, _left(now - self._began, done / total))

    def _draw(self, stage: str, share: float | None, left: str) -> None:
        """Draw a bar, or without a share only the words."""
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

    def _draw(self, stage: str, share: float | None, left: str) -> None:
        full = int((share or 0) * _WIDTH)
        bar = "" if share is None else f"[{'#' * full}{'-' * (_WIDTH - full)}] {share:4.0%} "
        self._write(f"\r\x1b[K{stage} {bar}{left}")

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

    def _draw(self, stage: str, share: float | None, left: str) -> None:
        at = "" if share is None else f"{share:.0%}"
        value = "" if share is None else f' value="{100 * share:.0f}"'  # without a value the bar only moves
        html = f'{escape(stage)} <progress max="100"{value}></progress> {at} {left}'
        self._show({"text/html": html, "text/plain": f"{stage} {at} {left}"})

    def _clear(self) -> None:
        if self._handle is not None:
            self._show({"text/html": "", "text/plain": ""})

    def _show(self, bundle: dict[str, str]) -> None:
        from IPython.display import display

        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)
