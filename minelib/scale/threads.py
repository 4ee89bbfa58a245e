"""Keep numeric libraries to one thread where there is a process for every core."""

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
