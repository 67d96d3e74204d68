"""Keeps the C library to one heap: left alone, it gives each thread one, and all of them hold on.

A terminal has some eight threads, of which one at a time runs Python. Measured with
`benchmarks/start.py`: 4 MB less of 80, and nothing lost on a tap.
"""

import contextlib
import ctypes

# <malloc.h> of glibc; mallopt(3).
_M_ARENA_MAX = -8


def keep_one_heap() -> None:
    """Have all threads share one heap. To be called before the first thread is started."""
    # A C library without such heaps (musl) has no such function, and no need of it.
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
