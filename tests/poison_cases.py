"""What test_poison.py runs, each in a process of its own: `python poison_cases.py CASE FOLDER`."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from http_parts import until
from live_desk import Desk, Line
from tocsin.services.live import poison
from tocsin.services.live.poison import culprits
from tocsin.store import dead


def a_record_that_kills_is_set_aside_at_the_second_death(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.put(0, [[b"good"], [b"fine", b"evil", b"also fine"], [b"better"]])
    line = Line(lambda read: b"evil" in read)
    assert [desk.live(line) for _ in range(3)] == [False, False, True]
    assert [payload for _, payload in desk.derived("signals", 0)] == [
        b"signals of good",
        b"signals of fine also fine",
        b"signals of better",
    ]
    assert (tmp_path / "dead" / "0-1-1.record").read_bytes() == b"evil"
    assert "Killed" in (tmp_path / "dead" / "0-1-1.txt").read_text()


def of_frames_that_are_worked_together_the_one_that_kills_is_found(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.put(0, [[b"%d" % number] for number in range(20)])
    desk.put(1, [[b"a"], [b"b", b"evil"], [b"c"], [b"d"]])
    line = Line(lambda read: b"evil" in read)
    assert [desk.live(line) for _ in range(3)] == [False, False, True]
    assert len(desk.derived("signals", 0)) == 20
    assert [payload for _, payload in desk.derived("signals", 1)] == [
        b"signals of a",
        b"signals of b",
        b"signals of c",
        b"signals of d",
    ]
    assert [one.name for one in (tmp_path / "dead").glob("*.record")] == ["1-1-1.record"]


def a_worker_that_dies_of_something_else_twice_sets_nothing_aside(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.put(0, [[b"innocent"]])
    deaths = iter([True, True])
    for _ in range(3):
        desk.live(Line(lambda _: next(deaths, False)))
    assert [payload for _, payload in desk.derived("signals", 0)] == [b"signals of innocent"]
    assert not (tmp_path / "dead").exists() or not list((tmp_path / "dead").iterdir())


def what_finds_no_room_is_left_out_and_the_line_goes_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    dead.MAX_FILES = 2
    desk.put(0, [[b"evil", b"evil", b"good"]])
    line = Line(lambda read: b"evil" in read)
    assert [desk.live(line) for _ in range(3)] == [False, False, True]
    assert [payload for _, payload in desk.derived("signals", 0)] == [b"signals of good"]
    assert sorted(one.name for one in (tmp_path / "dead").iterdir()) == ["0-0-0.record", "0-0-0.txt"]


WAYS: list[tuple[Callable[[], object], str]] = [
    (lambda: os.kill(os.getpid(), signal.SIGSEGV), "SIGSEGV"),
    (lambda: os.kill(os.getpid(), signal.SIGKILL), "SIGKILL"),
    (lambda: os._exit(7), "exit code 7"),
    (lambda: 1 // 0, "ZeroDivisionError"),
]


def every_way_to_die_is_found_and_told(_: Path) -> None:
    for way, seen in WAYS:

        def work(records: Sequence[bytes], way: Callable[[], object] = way) -> None:
            if b"evil" in records:
                way()

        found = culprits([b"a", b"evil", b"b", b"c", b"evil"], work)
        assert [(one.index, one.record) for one in found] == [(1, b"evil"), (4, b"evil")]
        assert all(seen in one.seen for one in found)


def _hangs(records: Sequence[bytes]) -> bool:
    while b"evil" in records:
        pass
    return False


def a_record_on_which_a_trial_hangs_is_set_aside(_: Path) -> None:
    poison.TRY_SECONDS = 1
    beats = []
    found = culprits([b"a", b"evil", b"b"], _hangs, lambda: beats.append(1))
    assert [(one.index, one.record, one.seen) for one in found] == [(1, b"evil", "no end after 1 seconds")]
    assert beats


def a_worker_that_hangs_and_is_killed_twice_goes_on_without_the_record(tmp_path: Path) -> None:
    """Killed from outside, as the supervisor does it, as soon as its note says what it is at."""
    poison.TRY_SECONDS = 1
    desk = Desk(tmp_path)
    desk.put(0, [[b"good"], [b"fine", b"evil", b"also fine"], [b"better"]])
    for _ in range(2):
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            desk.live(Line(_hangs_in_a_frame(tmp_path / "hangs")))
            os._exit(1)
        until((tmp_path / "hangs").exists)
        os.kill(child, signal.SIGKILL)
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
        (tmp_path / "hangs").unlink()
    assert desk.live(Line(_hangs))
    assert [payload for _, payload in desk.derived("signals", 0)] == [
        b"signals of good",
        b"signals of fine also fine",
        b"signals of better",
    ]
    assert (tmp_path / "dead" / "0-1-1.txt").read_text() == "no end after 1 seconds"


def _hangs_in_a_frame(told: Path) -> Callable[[Sequence[bytes]], bool]:
    def hang(records: Sequence[bytes]) -> bool:
        if b"evil" in records:
            told.touch()
        return _hangs(records)

    return hang


def a_trial_whose_worker_was_killed_ends_by_itself(tmp_path: Path) -> None:
    poison.LAST_SECONDS = 1
    reader, writer = os.pipe()
    worker = os.fork()
    if worker == 0:
        culprits([b"evil"], _hangs, (tmp_path / "tried").touch)
        os._exit(1)
    os.close(writer)  # the trial has the other end, like all that it inherits
    until((tmp_path / "tried").exists)
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    assert os.read(reader, 1) == b""


def where_nothing_can_be_tried_nothing_is_set_aside(_: Path) -> None:
    def work(_: Sequence[bytes]) -> None:
        raise OSError("not even for no record at all")

    assert culprits([b"a", b"b"], work) == []


CASES = {
    one.__name__: one
    for one in (
        a_record_that_kills_is_set_aside_at_the_second_death,
        what_finds_no_room_is_left_out_and_the_line_goes_on,
        of_frames_that_are_worked_together_the_one_that_kills_is_found,
        a_worker_that_dies_of_something_else_twice_sets_nothing_aside,
        every_way_to_die_is_found_and_told,
        a_record_on_which_a_trial_hangs_is_set_aside,
        a_worker_that_hangs_and_is_killed_twice_goes_on_without_the_record,
        a_trial_whose_worker_was_killed_ends_by_itself,
        where_nothing_can_be_tried_nothing_is_set_aside,
    )
}

if __name__ == "__main__":
    CASES[sys.argv[1]](Path(sys.argv[2]))
