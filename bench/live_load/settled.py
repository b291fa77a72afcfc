"""How far behind a monitor is, as its roles say themselves."""

import time
from collections.abc import Callable

from live_load.monitor import Monitor, NotReadyError, wait_for
from tocsin.telemetry import status

SETTLED = 30
"""Frames: ticks of a second or two are always under way."""


def behind(running: Monitor) -> int:
    """Return how many frames worker, store and hub have still to pass."""
    return round(sample_of(running, "consumer_lag_frames"))


def sample_of(running: Monitor, name: str) -> float:
    """Return the sum of a figure over all roles and labels."""
    found = (sample for role in status.read(running.data / "run") for sample in role.samples)
    return sum(one.value for one in found if one.name == name)


def timed(true: Callable[[], bool], most: float) -> float:
    """Return after how many seconds something is true; `most` if it is not until then."""
    began = time.monotonic()
    try:
        wait_for(true, "", most)
    except NotReadyError:
        return most
    return time.monotonic() - began


def settled(running: Monitor, most: float) -> float:
    """Return after how many seconds nothing waits any more; `most` if it does longer."""
    return timed(lambda: behind(running) <= SETTLED, most)
