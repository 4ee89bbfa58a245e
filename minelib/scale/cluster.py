"""A Dask cluster: on this machine, or wherever a scheduler answers.

Blocks go to workers and results come back through the scheduler: of a ledger in parquet only where a block lies, of
others its rows. What is common to all blocks reaches each worker once. A block whose worker dies is done again by
another. Workers never spill to disk, where raw text must not lie.
"""

import contextlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from minelib.errors import InputError
from minelib.scale.engine import BLOCK_ROWS

MEMORY = "2GiB"  # of each worker on this machine; one that needs more is stopped and its block done elsewhere
_AHEAD = 3  # blocks in flight for each worker
_WAIT = "10s"  # for a scheduler to answer
_OPTIONS = {
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.admin.large-graph-warning-threshold": "1GiB",  # what is common to all blocks is meant to be sent
}


class Cluster:
    """An engine over the workers of a Dask client."""

    def __init__(self, client, *, block_rows: int = BLOCK_ROWS):
        self.client, self.block_rows = client, block_rows

    @property
    def workers(self) -> int:
        """How many workers there are now."""
        return max(1, len(self.client.scheduler_info(n_workers=-1)["workers"]))

    def map(self, function: Callable, blocks: Iterable, *common) -> Iterator:
        """Yield ``function(block, *common)`` of each block, in order."""
        # As tasks, not as scattered data: what a dead worker held is made again.
        shared = [self.client.submit(_same, value, pure=False) for value in common]
        flying: deque = deque()
        for block in blocks:
            flying.append(self.client.submit(function, block, *shared, pure=False))
            if len(flying) >= _AHEAD * self.workers:
                yield flying.popleft().result()
        while flying:
            yield flying.popleft().result()


def _same(value):
    return value


@contextlib.contextmanager
def open_cluster(workers: int, scheduler: str = "") -> Iterator[Cluster]:
    """Yield an engine over the scheduler's workers, or over `workers` processes started here.

    Raises
    ------
    InputError
        When dask is not installed, or no scheduler answers at the address.
    """
    try:
        import dask
        import distributed
    except ImportError as error:
        raise InputError("--engine dask needs dask and distributed: pip install 'minelib[scale]'") from error
    with contextlib.ExitStack() as stack:
        stack.enter_context(dask.config.set(_OPTIONS))
        if not scheduler:
            scheduler = stack.enter_context(_cluster_here(distributed, workers))
        try:
            client = stack.enter_context(distributed.Client(scheduler, timeout=_WAIT, set_as_default=False))
        except (OSError, ValueError, TimeoutError) as error:
            raise InputError(f"no Dask scheduler answers at {scheduler}: {error}") from error
        yield Cluster(client)


def _cluster_here(distributed, workers: int):
    """Start a cluster that only this machine can reach: one thread a worker, no dashboard."""
    return distributed.LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        memory_limit=MEMORY,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs="ERROR",
    )
