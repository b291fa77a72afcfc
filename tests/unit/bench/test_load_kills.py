"""Kills under load, judged: a receiver that answers too early is found out, one that does not is not."""

import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random

import pytest

from live_load import marker
from live_load.client import Sender, Target
from live_load.kills import Kill, under_load
from live_load.ledger import Verdict
from live_load.monitor import Monitor, NotReadyError
from live_load.stream import Body

pytestmark = pytest.mark.slow
SERVE = Path(__file__).parent / "small_serve.py"
ROLES = frozenset({"supervisor", "intake", "worker-0"})


def bodies() -> Iterator[Body]:
    for first in count(0, 10):
        lines = [b'{"load":"%s%08x"}' % (marker.head(1), number) for number in range(first, first + 10)]
        yield Body(first, 10, b"\n".join(lines) + b"\n")


def judged(folder: Path, kind: str, kills: int) -> tuple[Verdict, list[Kill]]:
    monitor = Monitor(folder, command=(sys.executable, str(SERVE), kind), expected=ROLES)
    try:
        monitor.start()
        sender = Sender(Target("127.0.0.1", monitor.port), connections=2)
        random = Random(1)  # noqa: S311 (repeatable)
        sent, found = under_load(
            monitor, sender, bodies(), random, count=kills, roles=("intake",), between=(0.1, 0.3)
        )
        assert monitor.stop() == 0
    finally:
        monitor.end()
    records = (monitor.data / "kept").read_bytes().splitlines()
    return sent.ledger.check(marker.numbers(1, records)), found


def test_what_syncs_before_it_answers_is_good(tmp_path: Path) -> None:
    verdict, kills = judged(tmp_path, "durable", 4)
    assert verdict.good, verdict
    assert verdict.acknowledged > 40
    assert [kill.role for kill in kills] == ["intake"] * 4
    assert all(kill.ready > 0 and kill.silence > 0 for kill in kills)


def test_what_answers_too_early_is_found_out(tmp_path: Path) -> None:
    verdict, _ = judged(tmp_path, "hasty", 2)
    assert verdict.lost > 0
    assert not verdict.good


def test_what_does_not_start_says_why(tmp_path: Path) -> None:
    monitor = Monitor(tmp_path, command=(sys.executable, "-c", "import sys; sys.exit('no room')"))
    try:
        with pytest.raises(NotReadyError, match=r"exit status 1(?s:.)*no room"):
            monitor.start()
    finally:
        monitor.end()


def test_the_supervisor_is_started_anew(tmp_path: Path) -> None:
    monitor = Monitor(tmp_path, command=(sys.executable, str(SERVE), "durable"), expected=ROLES)
    try:
        monitor.start()
        assert sorted(monitor.roles()) == ["intake", "supervisor", "worker-0"]
        before = monitor.roles()["supervisor"].pid
        monitor.kill("supervisor")
        assert monitor.roles()["supervisor"].pid != before
    finally:
        monitor.end()
