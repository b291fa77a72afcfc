"""A running monitor knows how it is, and tells when it is not well, whatever is dead."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from live_load.client import Sender, Target
from live_load.corpora import from_samples
from live_load.monitor import SRC, Monitor, monitor
from live_load.stream import Stream
from receivers import Answers, http
from tocsin.telemetry.catalog import HELP

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
SOURCES = Path(__file__).parents[2] / "src" / "tocsin" / "sources"
QUIET = "[canary]\nenabled = false\n"


def tocsin(running: Monitor, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tocsin", *words, "--config", str(running.folder / "tocsin.toml")]
    return subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(SRC)}, check=False
    )


def state(running: Monitor) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(tocsin(running, "status", "--format", "json").stdout)
    return found


def metrics(running: Monitor) -> str:
    listen = (running.folder / "tocsin.toml").read_text().partition("[metrics]\nlisten = ")[2].split('"')[1]
    with urllib.request.urlopen(f"http://{listen}/metrics", timeout=10) as answer:
        return str(answer.read().decode())


def send(running: Monitor) -> int:
    stream = Stream(from_samples(SOURCES), 1, run=9)
    sender = Sender(Target("127.0.0.1", running.port, token=running.token))
    return sender.run(iter([stream.body(100, time.time()) for _ in range(20)])).events


def value(text: str, name: str) -> float:
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name + "{"))


def linted(text: str) -> str:
    """Return what Prometheus' own linter says; skips where it is not installed."""
    program = shutil.which("promtool")
    if program is None:
        pytest.skip(
            "promtool is not installed, so metrics were not linted; on Debian: apt-get install prometheus"
        )
    command = [program, "check", "metrics"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_ledger_and_store_agree_and_status_says_so(tmp_path: Path) -> None:
    with monitor(tmp_path, more=QUIET) as running:
        sent = send(running)
        for role in ("worker-0", "store", "hub"):
            running.kill(role)
        sent += send(running)
        running.until(lambda: value(metrics(running), "tocsin_ledger_rows") >= sent, "a comparison", 150)
        said = metrics(running)
        running.until(lambda: state(running)["well"], "all to be well")
        table = tocsin(running, "status")
        doctor = tocsin(running, "doctor", "--format", "json")
        assert running.stop() == 0
    named = {
        line.split()[2].removeprefix("tocsin_") for line in said.splitlines() if line.startswith("# HELP")
    }
    assert named <= HELP.keys()
    assert len(named) > len(HELP) / 2
    assert "tocsin_ledger_difference{" in said
    assert value(said, "tocsin_ledger_difference") == 0
    assert value(said, "tocsin_disk_free_bytes") > 0
    assert table.returncode == 0
    assert [line.split()[0] for line in table.stdout.splitlines()[1:3]] == ["supervisor", "intake"]
    assert doctor.returncode == 0, doctor.stdout
    assert tocsin(running, "status").returncode == 3
    assert linted(said) == ""


def test_a_role_that_dies_again_and_again_is_told_past_the_hub(tmp_path: Path) -> None:
    answers = Answers(204)
    with http(answers) as port:
        (tmp_path / "url").write_text(f"http://127.0.0.1:{port}/")
        (tmp_path / "url").chmod(0o600)
        more = f'{QUIET}[channels.oncall]\nkind = "webhook"\nurl = {{ file = "{tmp_path}/url" }}\n'
        with monitor(tmp_path, more=more) as running:
            for _ in range(3):
                pid = running.roles()["hub"].pid
                os.kill(pid, signal.SIGKILL)
                running.until(lambda pid=pid: running.roles()["hub"].pid != pid, "another hub")  # type: ignore[misc]
            running.until(lambda: bool(answers.got), "somebody to be told")
            assert tocsin(running, "status").returncode == 1
            assert running.stop() == 0
    (told,) = [json.loads(one.body) for one in answers.got]
    assert "hub has died 3 times in a row: nobody is told of alerts" in told["data"]["why"]
