"""Kills roles at random moments while a sender sends, and measures how long it takes them to be back."""

import threading
import time
from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import pairwise
from random import Random
from typing import NamedTuple

from live_load.client import Sender, Sent
from live_load.monitor import Monitor
from live_load.stream import Body


class Kill(NamedTuple):
    """One kill. ready: seconds until the role said so; silence: the longest time around it without an acknowledgement."""

    role: str
    ready: float
    silence: float


def under_load(
    monitor: Monitor,
    sender: Sender,
    bodies: Iterator[Body],
    random: Random,
    *,
    count: int,
    roles: Sequence[str] = (),
    between: tuple[float, float] = (0.2, 2.0),
) -> tuple[Sent, list[Kill]]:
    """Kill so many times; roles: those to choose from, all that there are if empty. between: seconds, at random."""
    thread = threading.Thread(target=sender.run, args=(bodies,), daemon=True)
    thread.start()
    moments: list[tuple[str, float, float]] = []
    try:
        for _ in range(count):
            time.sleep(random.uniform(*between))
            role = random.choice(sorted(roles or monitor.roles()))
            began = time.monotonic()
            moments.append((role, began, monitor.kill(role)))
        answered = len(sender.sent.answers)
        monitor.until(lambda: len(sender.sent.answers) > answered, "a body to be acknowledged")
    finally:
        sender.stop()
        thread.join()
    answers = sender.sent.answers
    return sender.sent, [Kill(role, ready, silence(answers, at, at + ready)) for role, at, ready in moments]


def silence(answers: Sequence[float], begin: float, end: float) -> float:
    """Return the longest time between two answers, of those that touch the time from begin to end."""
    first = max(bisect(answers, begin) - 1, 0)
    last = bisect(answers, end) + 1
    near = answers[first:last]
    return max((after - before for before, after in pairwise(near)), default=0.0)
