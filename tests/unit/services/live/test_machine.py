"""Room on disks and the clock, seen from outside."""

from pathlib import Path

import pytest

from tocsin.services.live.machine import TOLD_SECONDS, Machine, free_of


class Clocks:
    def __init__(self) -> None:
        self.wall, self.steady = 1_795_000_000.0, 50.0

    def machine(self, folder: Path, scarce: int = 0) -> Machine:
        return Machine({"data": folder}, scarce, clock=lambda: self.wall, steady=lambda: self.steady)

    def passes(self, seconds: float) -> None:
        self.wall, self.steady = self.wall + seconds, self.steady + seconds


def test_little_room_is_told(tmp_path: Path) -> None:
    machine = Clocks().machine(tmp_path, 1 << 62)
    machine.look()
    (one,) = machine.troubles()
    assert one.key == "disk"
    assert str(tmp_path) in one.what
    assert machine.free["data"] > 0


def test_a_folder_that_is_gone_has_no_room(tmp_path: Path) -> None:
    assert free_of(tmp_path / "gone") == 0


@pytest.mark.parametrize(("step", "told"), [(-5.0, True), (-0.5, False), (5.0, False)])
def test_a_clock_that_goes_back_is_told_for_an_hour(tmp_path: Path, step: float, *, told: bool) -> None:
    clocks = Clocks()
    machine = clocks.machine(tmp_path)
    clocks.passes(10)
    machine.look()
    assert list(machine.troubles()) == []
    clocks.wall += step
    for _ in range(3):
        clocks.passes(1)
        machine.look()
    assert [one.key for one in machine.troubles()] == ["clock"] * told
    assert machine.steps == told
    clocks.passes(TOLD_SECONDS)
    machine.look()
    assert list(machine.troubles()) == []
