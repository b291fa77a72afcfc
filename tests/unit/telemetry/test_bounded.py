"""Whoever reaches the port of the metrics cannot use up the supervisor's files and threads."""

import os
import socket
import threading
import urllib.request
from pathlib import Path

import pytest

from http_parts import until
from tocsin.telemetry import bounded
from tocsin.telemetry.bounded import MAX_CONNECTIONS
from tocsin.telemetry.exposition import Health

FLOOD = 300


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as found:
            return bool(found.status == 200)
    except OSError:
        return False


def half_a_request(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=10)
    made.sendall(b"GET /")
    return made


def is_cut(one: socket.socket) -> bool:
    one.settimeout(10)
    try:
        return one.recv(1) == b""
    except ConnectionError:
        return True


def test_half_requests_hold_few_files_and_threads_and_others_are_answered(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    port = Health(tmp_path, list).start("127.0.0.1", 0)
    before, threads = open_files(), threading.active_count()
    flood = [half_a_request(port) for _ in range(FLOOD)]
    try:
        until(lambda: open_files() - before - FLOOD <= 2 * MAX_CONNECTIONS)
        until(lambda: threading.active_count() - threads <= 2 * MAX_CONNECTIONS)
        until(lambda: answers(port))
    finally:
        for one in flood:
            one.close()
    until(lambda: open_files() <= before)
    assert "Traceback" not in capfd.readouterr().err


def test_who_trickles_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "MAX_SECONDS", 0.1)
    port = Health(tmp_path, list).start("127.0.0.1", 0)
    with half_a_request(port) as one:
        assert is_cut(one)


def test_a_folder_that_is_gone_means_that_no_role_is_ready(tmp_path: Path) -> None:
    assert Health(tmp_path / str(os.getpid()), lambda: ["hub"]).missing() == ["hub"]
