"""`tocsin demo`, as a person starts it: alerts appear, Ctrl-C ends it in order, and nothing is left."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

import pytest

from tocsin.cli.main import USAGE, main
from tocsin.services.demo_story import read_story

pytestmark = pytest.mark.e2e

FIRST = 60.0
"""Seconds until the first alert: far above what is promised (10), so that a busy machine does not fail the test."""
WHOLE = 180.0
STOP = 60.0


class Lines:
    """What a process says, line by line."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.seen: list[str] = []
        self._queue: Queue[str] = Queue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._queue.put(line)

    def until(self, words: str, seconds: float) -> str:
        """Return the next line with these words in it."""
        while True:
            try:
                self.seen.append(self._queue.get(timeout=seconds))
            except Empty:
                pytest.fail(f"no {words!r} in:\n{''.join(self.seen)}")
            if words in self.seen[-1]:
                return self.seen[-1]

    def rest(self) -> None:
        """Read to the end."""
        self._reader.join(STOP)
        while not self._queue.empty():
            self.seen.append(self._queue.get())


@contextmanager
def demo(*arguments: str, temporary: Path) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tocsin", "demo", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    try:
        with process:
            yield process
            process.kill()
    finally:
        process.kill()


def processes_of(folder: Path) -> list[str]:
    """Return the command lines that name a folder."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(place.read_bytes().decode(errors="replace"))
        except OSError:
            continue  # it has ended meanwhile
    return [one for one in found if str(folder) in one]


def test_the_attack_is_told_and_ctrl_c_stops_it(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    with demo("--folder", str(folder), temporary=tmp_path) as process:
        lines = Lines(process)
        lines.until("the first alert", FIRST)
        lines.until("kinds of alerts of the attack are there", WHOLE)
        search = [sys.executable, "-m", "tocsin", "search", "--config", str(folder / "tocsin.toml")]
        found = subprocess.run([*search, "--top", "source"], capture_output=True, text=True, check=True)
        assert processes_of(folder)
        process.send_signal(signal.SIGINT)
        assert process.wait(STOP) == 0
        lines.rest()
    said = "".join(lines.seen)
    assert not [title for title in read_story().alerts if f"  {title}: " not in said], said
    assert "init monitor" in lines.seen[-1]
    assert str(folder / "tocsin.toml") in lines.seen[-2]
    alerts = [line for line in lines.seen if re.match(r" *[\d.]+ s  [A-Z]{3,} ", line)]
    assert len(alerts) == len(set(alerts))
    sources = {"github_audit", "cloudtrail", "kubernetes_audit", "linux_auth", "web_access", "auditd"}
    assert {source for source in sources if source in found.stdout} == sources, found.stdout
    assert processes_of(folder) == []


def test_it_stops_by_itself_and_leaves_nothing(tmp_path: Path) -> None:
    with demo("--seconds", "2", temporary=tmp_path) as process:
        lines = Lines(process)
        assert process.wait(FIRST + STOP) == 0
        lines.rest()
    assert "folder" in "".join(lines.seen)
    assert list(tmp_path.iterdir()) == []
    assert processes_of(tmp_path) == []


@pytest.mark.parametrize(
    "given", [("--port", "65536"), ("--port", "-1"), ("--seconds", "nan"), ("--seconds", "0")]
)
def test_numbers_that_are_none(given: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", *given]) == USAGE
    assert f"{given[0]} " in capsys.readouterr().err


def test_what_is_wrong_is_said_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "tocsin.toml").write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "tocsin", "demo", "--folder", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "already there" in done.stderr
