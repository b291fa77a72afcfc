"""A role's process that cannot start, or does not end, is no reason for the supervisor to end or to wait for ever."""

import sys
import time
from pathlib import Path

import pytest

from http_parts import until
from tocsin.app import child
from tocsin.app.child import Child


def program(folder: Path, text: str) -> str:
    made = folder / "program"
    made.write_text(f"#!/bin/sh\n{text}\n")
    made.chmod(0o700)
    return str(made)


def looked_after(one: Child, true: bool) -> bool:
    one.look_after("digest")
    return (one.pid is not None) is true


def test_one_that_cannot_start_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "not there"))
    one = Child("hub", "hub", tmp_path)
    one.look_after("digest")
    assert (one.pid, one.deaths) == (None, 1)
    monkeypatch.setattr(sys, "executable", program(tmp_path, "exec sleep 60"))
    until(lambda: looked_after(one, true=True))
    one.end()
    one.wait(time.monotonic() + 10)


def test_one_that_does_not_stop_is_killed_and_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "END_SECONDS", 0.1)
    began = tmp_path / "began"
    stubborn = program(tmp_path, f"trap '' TERM; echo >> {began}; while :; do sleep 0.1; done")
    monkeypatch.setattr(sys, "executable", stubborn)
    one = Child("hub", "hub", tmp_path)
    one.look_after("digest")
    until(began.exists)
    first = one.pid
    one.end()
    until(lambda: looked_after(one, true=True) and one.pid != first)
    assert one.deaths == 0
    one.wait(time.monotonic())


BEATS = "import socket; line = socket.socket(fileno=0); line.send(b'.'); line.recv(1)"
"""It beats once, and then hangs."""


def test_one_that_hangs_after_it_has_beaten_is_killed_and_one_that_starts_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "SILENT_SECONDS", {"worker": 0.2})
    beats = program(tmp_path, f'exec {sys.executable} -c "{BEATS}"')
    (tmp_path / "other").mkdir()
    starts = program(tmp_path / "other", "exec sleep 60")
    slow, hanging = Child("worker-0", "worker-0/2", tmp_path), Child("worker-1", "worker-1/2", tmp_path)
    monkeypatch.setattr(sys, "executable", starts)
    slow.look_after("digest")
    monkeypatch.setattr(sys, "executable", beats)
    until(
        lambda: looked_after(slow, true=True) and looked_after(hanging, true=True) and bool(hanging.restarts)
    )
    assert hanging.hung is not None
    assert (slow.hung, slow.restarts) == (None, 0)
    for one in (slow, hanging):
        one.end()
        one.wait(time.monotonic())
