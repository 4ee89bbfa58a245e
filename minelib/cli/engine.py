"""The options of `mine` and `add` that say where the work is done."""

from collections.abc import Iterator
from contextlib import contextmanager


def add_engine(command) -> None:
    """Add the options that say where the work is done."""
    command.add_argument(
        "--engine",
        default="local",
        choices=("local", "dask"),
        help="本机多进程，或 Dask 集群（需 minelib[scale]）",
    )
    command.add_argument("--workers", type=int, metavar="N", help="进程数（默认等于可用核数）")
    command.add_argument(
        "--scheduler", default="", metavar="ADDRESS", help="Dask 调度器地址（默认在本机启动）"
    )


@contextmanager
def engine_of(a) -> Iterator[dict]:
    """Yield the engine these options name, and the terminal's progress, as keywords."""
    from minelib.progress import terminal_progress
    from minelib.scale import open_engine

    with open_engine(a.engine, workers=a.workers, scheduler=a.scheduler) as engine:
        yield {"engine": engine, "progress": terminal_progress()}
