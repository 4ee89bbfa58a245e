"""Give memory that is free back to the system.

Between two steps of a large run gigabytes are free inside the process and still counted as its own: the C library and
Arrow keep them for later. Worker processes forked then would start with them, and the next step's tables come on top.
"""

import ctypes
import sys
from functools import cache


def give_back() -> None:
    """Let go of memory that nothing uses; does nothing where the C library cannot (it can where it is glibc)."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
    if trim := _trim():
        trim(0)


@cache
def _trim():
    """Return glibc's `malloc_trim` (https://man7.org/linux/man-pages/man3/malloc_trim.3.html), None elsewhere."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
