"""Worker processes of this machine.

Where the system forks safely (Linux) a worker inherits what is common to all blocks and copies none of it; elsewhere
it is sent to each worker once. Blocks and results go through pipes, never through files: raw text stays in memory.
"""

import contextlib
import gc
import multiprocessing as mp
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection, wait

from minelib.errors import MinelibError
from minelib.scale.engine import BLOCK_ROWS, map_here

_FORKS = sys.platform == "linux"
_AHEAD = 4  # blocks a worker may be ahead of a slow one, whose result is still waited for
_PATIENCE = 0.1  # seconds to wait for a block before an errand is done
_LIVES = 3  # workers a block may cost before it is given up


class Processes:
    """An engine of `workers` processes, started for each map.

    A worker that dies (killed, out of memory) is replaced and its block done again.

    Parameters
    ----------
    workers, block_rows : int
    errands : iterable of callable, optional
        Small things to be done here some time, each called once and when all workers are busy.

    Examples
    --------
    >>> list(Processes(2).map(pow, [2, 3, 4], 2))
    [4, 9, 16]
    """

    def __init__(
        self, workers: int, *, block_rows: int = BLOCK_ROWS, errands: Iterable[Callable[[], object]] = ()
    ):
        self.workers, self.block_rows, self._errands = workers, block_rows, iter(errands)
        self._context = mp.get_context("fork" if _FORKS else "spawn")

    def map(self, function: Callable, blocks: Iterable, *common) -> Iterator:
        """Yield ``function(block, *common)`` of each block, in order; a single block is done here."""
        waiting = enumerate(blocks)
        first = [item for _, item in zip(range(2), waiting, strict=False)]
        if len(first) < 2:
            yield from map_here(function, (block for _, block in first), *common)
            return
        with contextlib.closing(_Crew(self._context, self.workers, (function, common))) as crew:
            yield from crew.work(_chained(first, waiting), self._errands)


def _chained(first: list, rest: Iterator) -> Iterator:
    while first:
        yield first.pop(0)
    yield from rest


class _Crew:
    """Workers, what each is doing, and how often each block was begun."""

    def __init__(self, context, size: int, job: tuple):
        self._context, self._size, self._job = context, size, job
        self._idle: list[_Worker] = []
        self._busy: dict[Connection, _Worker] = {}
        self._begun: dict[int, int] = {}

    def work(self, waiting: Iterator, errands: Iterator[Callable[[], object]]) -> Iterator:
        done: dict[int, object] = {}
        turn, upcoming = 0, next(waiting, None)
        while upcoming is not None or self._busy:
            latest = turn + _AHEAD * self._size
            while upcoming is not None and len(self._busy) < self._size and upcoming[0] < latest:
                self.begin(*upcoming)
                upcoming = next(waiting, None)
            # Only where blocks take their time: a worker that is done waits until the errand is.
            while not wait(list(self._busy), _PATIENCE) and (errand := next(errands, None)):
                errand()
            for number, result in self._finished():
                done[number] = result
            while turn in done:
                yield done.pop(turn)
                turn += 1

    def begin(self, number: int, block) -> None:
        self._begun[number] = self._begun.get(number, 0) + 1
        if self._begun[number] > _LIVES:
            raise MinelibError(
                f"{_LIVES} worker processes died on block {number + 1}; is memory short? try --workers 1"
            )
        worker = self._idle.pop() if self._idle else _Worker(self._context, self._job)
        self._busy[worker.pipe] = worker
        worker.begin(number, block)

    def _finished(self) -> Iterator[tuple[int, object]]:
        for pipe in wait(list(self._busy)):
            worker = self._busy.pop(pipe)
            try:
                ok, result = pipe.recv()
            except (EOFError, OSError):
                worker.end()
                self.begin(worker.number, worker.block)
                continue
            self._idle.append(worker)
            if not ok:
                raise result
            yield worker.number, result

    def close(self) -> None:
        for worker in (*self._idle, *self._busy.values()):
            worker.end()


class _Worker:
    """One process, and the block it works on."""

    def __init__(self, context, job: tuple):
        self.pipe, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, self.pipe, *job), daemon=True)
        self._process.start()
        other.close()
        self.number, self.block = -1, None

    def begin(self, number: int, block) -> None:
        self.number, self.block = number, block
        with contextlib.suppress(OSError):  # it died: `wait` tells
            self.pipe.send(block)

    def end(self) -> None:
        self.pipe.close()
        self._process.kill()
        self._process.join()


def _serve(pipe: Connection, others: Connection, function: Callable, common: tuple) -> None:
    """Do blocks until the pipe closes."""
    others.close()
    gc.freeze()  # what is inherited stays shared: the collector writes to what it looks at
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to hear
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            block = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            pipe.send((True, function(block, *common)))
        except BaseException as error:
            pipe.send((False, error))


def _end_with_parent() -> None:
    """End at once when the parent is gone, so that no killed run holds its folder."""
    wait([mp.parent_process().sentinel])
    os._exit(1)


def at_once(*jobs: Callable[[], object], workers: int = 2) -> list:
    """Call functions in `workers` processes where the system forks, in turn elsewhere; return what they return.

    The last one is called in this process: libraries with threads of their own do not live through a fork. The others
    are begun in their order by whoever is free, this process too once it has done the last.

    >>> at_once(lambda: 1, lambda: 2, lambda: 3)
    [1, 2, 3]
    """
    *others, last = jobs
    hands, context = min(len(others), workers - 1), mp.get_context("fork") if _FORKS else None
    if not context or not hands:
        return [job() for job in jobs]
    takers = context.Array("i", len(others))
    with contextlib.closing(_Crew(context, hands, (_take, (others, takers)))) as crew:
        for n in range(hands):
            crew.begin(n, n + 1)
        ours = last()
        done = _take(hands + 1, others, takers)
        for more in crew.work(iter(()), iter(())):
            done |= more
    return [*(done[n] for n in range(len(others))), ours]


def _take(hand: int, jobs: list[Callable], takers) -> dict[int, object]:
    """Do the jobs nobody else has taken, and once more those of a process that died and had this number."""
    done = {}
    for n, job in enumerate(jobs):
        with takers.get_lock():
            ours = takers[n] in (0, hand)
            takers[n] = hand if ours else takers[n]
        if ours:
            done[n] = job()
    return done
