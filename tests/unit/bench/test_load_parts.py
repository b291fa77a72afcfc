"""The small parts of benchmarks of the live monitor that a wrong figure could come of."""

import os
import socket
from pathlib import Path

import pytest

from live_load.corpora import from_samples
from live_load.prepared import prepare
from live_load.resources import proportional, sockets
from live_load.stream import Stream
from live_soak import slope

SOURCES = Path(__file__).parents[3] / "src" / "tocsin" / "sources"


@pytest.mark.parametrize(
    ("values", "expected"),
    [([5.0, 5.0, 5.0], 0.0), ([1.0, 2.0, 3.0], 60.0), ([3.0, 2.0, 1.0], -60.0), ([1.0], 0.0)],
)
def test_a_slope_is_of_an_hour(values: list[float], expected: float) -> None:
    assert slope([60.0 * number for number in range(len(values))], values) == pytest.approx(expected)


def test_the_first_bodies_of_some_that_were_made(tmp_path: Path) -> None:
    made = prepare(tmp_path / "load", Stream(from_samples(SOURCES), 1), 5, 10, float)
    some = made.first(20)
    assert (some.events, made.events) == (20, 50)
    assert [body.data for body in some.bodies()] == [body.data for body in made.bodies()][:2]
    assert some.size == sum(len(body.data) for body in some.bodies())


def test_sockets_and_memory_of_a_process() -> None:
    before = sockets(os.getpid())
    with socket.socket(), socket.socket():
        assert sockets(os.getpid()) == before + 2
    assert sockets(os.getpid()) == before
    assert proportional(os.getpid()) > 1_000_000
    assert proportional(2**30) == sockets(2**30) == 0
