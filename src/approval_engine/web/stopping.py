"""
Whether this server is about to stop: a byte that all of its processes see.

It is there before the first fork; a process that stands alone has one for itself.
"""

import mmap

_FLAG = mmap.mmap(-1, 1)


def begin() -> None:
    """
    Say that it is about to stop.
    """
    _FLAG[0] = 1


def has_begun() -> bool:
    """
    Whether a load balancer should send nobody here any more.
    """
    return bool(_FLAG[0])
