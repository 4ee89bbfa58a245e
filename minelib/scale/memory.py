"""Give memory that is free back to the system, and spare what stays the garbage collector's rounds.

Between two steps of a large run gigabytes are free inside the process and still counted as its own: the C library and
Arrow keep them for later. Worker processes forked then would start with them, and the next step's tables come on top.

Python's collector goes through all that is there again and again while a step makes lists: two hundred thousand
objects of the libraries alone, in every process, each time a page of memory no longer shared with the parent. What is
there between two steps stays for long, so it is set aside then (https://docs.python.org/3/library/gc.html#gc.freeze).
"""

import contextlib
import ctypes
import gc
import sys
from collections.abc import Iterator
from functools import cache


@contextlib.contextmanager
def set_aside() -> Iterator[None]:
    """Keep the collector from what is there now, and from what is there at each `give_back`, until the block ends."""
    give_back()
    try:
        yield
    finally:
        gc.unfreeze()


def give_back() -> None:
    """Let go of memory that nothing uses, and set aside what stays; to be called under `set_aside`.

    The C library lets go only where it can (where it is glibc).
    """
    import pyarrow as pa

    gc.collect()
    gc.freeze()
    pa.default_memory_pool().release_unused()
    if trim := _trim():
        trim(0)


@cache
def _trim():
    """Return glibc's `malloc_trim` (https://man7.org/linux/man-pages/man3/malloc_trim.3.html), None elsewhere."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
