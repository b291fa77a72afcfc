"""SIGTERM unwinds the process as Ctrl-C does, so that temporary files go and workers end."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

TERMINATED = 128 + signal.SIGTERM


class Terminated(BaseException):
    """Raised wherever the process is when SIGTERM comes. No Exception: what handles ordinary errors must let it through."""


@contextmanager
def stopping_on_term() -> Iterator[None]:
    """Raise Terminated on SIGTERM while this lasts."""
    if threading.current_thread() is not threading.main_thread():  # only that one may set handlers
        yield
        return
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(_number: int, _frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not stop the cleaning up
    raise Terminated
