"""kill -9 of a process that follows files, again and again, while they grow and rotate: each line is taken once."""

import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from e2e.following import frames_of
from tocsin.model.received import load

pytestmark = pytest.mark.e2e

LINES = 60_000
KILLS = 12


def write(logs: Path, enough: threading.Event) -> None:
    """Write numbered lines."""
    with (logs / "a.log").open("ab") as file:
        for number in range(LINES):
            file.write(b"%d %s\n" % (number, b"x" * (number % 200)))
            if number % 10 == 0:
                file.flush()
                enough.wait(0.0005)
    enough.set()


def taken(top: Path) -> list[int]:
    frames = frames_of(top / "journal")
    return [int(record.split()[0]) for frame in frames for record in load(*frame).records]


def test_lines_are_taken_once_whenever_it_is_killed(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    seed = random.SystemRandom().randrange(1 << 32)
    chance = random.Random(seed)  # noqa: S311 (moments, no secrets)
    finished = threading.Event()
    writer = threading.Thread(target=write, args=(tmp_path / "logs", finished))
    writer.start()
    kills = 0
    while kills < KILLS or not finished.is_set():
        run(tmp_path, chance.uniform(0.3, 1.0))
        kills += 1
        if kills == KILLS // 2 and taken(tmp_path):
            path = tmp_path / "logs/a.log"
            path.rename(path.with_suffix(f".log.{kills}"))  # the writer goes on in it; a new one stays empty
            path.touch()
    writer.join()
    last = start(tmp_path)
    while len(taken(tmp_path)) < LINES and last.poll() is None:
        try:
            last.wait(0.2)
        except subprocess.TimeoutExpired:
            continue
    last.kill()
    last.wait()
    assert taken(tmp_path) == list(range(LINES)), f"seed {seed}"
    assert not (tmp_path / "refused").exists()


def start(top: Path) -> subprocess.Popen[bytes]:
    path = os.pathsep.join(sys.path)
    return subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("following.py")), str(top)], env={"PYTHONPATH": path}
    )


def run(top: Path, seconds: float) -> None:
    """Run it for so long, and kill it."""
    process = start(top)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    else:
        raise AssertionError(f"it ended with {process.returncode}")
