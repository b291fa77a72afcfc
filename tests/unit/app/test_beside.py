"""A thread beside a role's work ends with it, and its mistakes are heard."""

import threading

import pytest

from tocsin.app.beside import Beside


def test_it_works_until_it_is_left() -> None:
    done = threading.Semaphore(0)
    with Beside("test", done.release, 0.001) as beside:
        for _ in range(3):
            assert done.acquire(timeout=20)
        beside.check()
    while done.acquire(blocking=False):
        pass
    assert not done.acquire(timeout=0.05)


def test_a_mistake_is_raised_where_it_is_asked_for() -> None:
    with Beside("test", lambda: 1 // 0, 0.001) as beside:
        beside._thread.join(20)
        with pytest.raises(ZeroDivisionError):
            beside.check()
