"""Keep numeric libraries to one thread where there is a process for every core, and let one alone have them all."""

import contextlib
import os
from collections.abc import Iterator

# Read by OpenBLAS, OpenMP and MKL when they are loaded, which may be after this and in another process.
_ASKED = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Let matrix kernels use one thread, here and in processes started here, until the block ends.

    Two processes on two cores whose kernels have two threads each wait for one another: measured in docs/scale.md. No
    result hangs on it, see `minelib.issues.exact`.

    Examples
    --------
    >>> with one_thread():
    ...     os.environ["OMP_NUM_THREADS"]
    '1'
    """
    from threadpoolctl import threadpool_limits

    before = {name: os.environ.get(name) for name in _ASKED}
    os.environ.update(dict.fromkeys(_ASKED, "1"))
    try:
        with threadpool_limits(1):
            yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def all_cores() -> Iterator[None]:
    """Let Arrow read and unpack on every core until the block ends, for the time when no other process is at work.

    It takes its number of threads from OMP_NUM_THREADS when it is loaded, and so one under `one_thread`.

    Examples
    --------
    >>> import pyarrow as pa
    >>> with all_cores():
    ...     pa.cpu_count() == cores()
    True
    """
    import pyarrow as pa

    before = pa.cpu_count()
    pa.set_cpu_count(cores())
    try:
        yield
    finally:
        pa.set_cpu_count(before)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
