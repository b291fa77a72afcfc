"""The monitor is back after a death: nothing of a dead supervisor is in the way, and nobody waits without need."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from live_load.client import Sender, Target
from live_load.corpora import from_samples
from live_load.monitor import Monitor, alive, monitor, wait_for
from live_load.stream import Stream
from tocsin.app.lean import UNUSED
from tocsin.ports.store import Question
from tocsin.store.client import StoreClient

pytestmark = pytest.mark.e2e
SOURCES = Path(__file__).parents[2] / "src" / "tocsin" / "sources"
QUIET = "[canary]\nenabled = false\n"
ROLES = ("intake", "worker-0", "store", "hub")


def send(running: Monitor, run: int) -> int:
    stream = Stream(from_samples(SOURCES), 1, run=run)
    sender = Sender(Target("127.0.0.1", running.port, token=running.token))
    return sender.run(iter([stream.body(100, time.time()) for _ in range(3)])).events


def stored(running: Monitor) -> int:
    return StoreClient(running.data / "run" / "store.sock").count(Question(""))


def said(running: Monitor) -> list[dict[str, Any]]:
    """What it has logged."""
    lines = (running.folder / "said").read_text().splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def waits(running: Monitor, role: str) -> list[float]:
    """How long the supervisor has waited after each death of a role."""
    return [float(line["again_in_seconds"]) for line in said(running) if line.get("died") == role]


def is_new(running: Monitor, old: int) -> bool:
    role = running.roles()["intake"]
    return role.ready and role.pid != old


def test_a_role_that_hangs_does_not_outlive_its_supervisor_for_long(tmp_path: Path) -> None:
    with monitor(tmp_path, more=QUIET) as running:
        hanging = running.roles()["worker-0"].pid
        os.kill(hanging, signal.SIGSTOP)  # it cannot see that its supervisor is gone
        others = [running.roles()[role].pid for role in ROLES if role != "worker-0"]
        assert running.process
        running.process.kill()
        running.process.wait()
        wait_for(lambda: not any(map(alive, others)), "the others to end", 60)
        assert alive(hanging)
        running.start()
        sent = send(running, 1)
        running.until(lambda: stored(running) == sent, "the events to be stored")
        assert not alive(hanging)
        assert running.stop() == 0
    assert [line["ended"] for line in said(running) if "ended" in line] == [hanging]


def test_what_dead_roles_said_is_forgotten(tmp_path: Path) -> None:
    with monitor(tmp_path, more=QUIET) as running:
        old = running.data / "run" / "worker-7.json"
        old.write_bytes((running.data / "run" / "worker-0.json").read_bytes())
        running.kill("supervisor")
        assert not old.exists()
        assert running.stop() == 0


def test_a_role_that_is_killed_while_it_works_is_started_at_once(tmp_path: Path) -> None:
    with monitor(tmp_path, more=QUIET) as running:
        for _ in range(3):
            running.kill("intake")
        assert waits(running, "intake") == [0.0, 0.0, 0.0]
        assert running.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT])
def test_a_role_that_crashes_waits_longer_each_time(tmp_path: Path, number: signal.Signals) -> None:
    with monitor(tmp_path, more=QUIET) as running:
        for _ in range(2):
            before = running.roles()["intake"].pid
            os.kill(before, number)
            running.until(partial(is_new, running, before), "intake to be ready again")
        assert waits(running, "intake") == [0.1, 0.5]
        assert running.stop() == 0


def test_roles_do_without_what_they_have_no_use_for(tmp_path: Path) -> None:
    with monitor(tmp_path, more=QUIET) as running:
        sent = send(running, 2)
        running.until(lambda: stored(running) == sent, "the events to be stored")
        found = {
            (role, name)
            for role in ROLES
            for name in UNUSED
            if f"/{name}/" in Path(f"/proc/{running.roles()[role].pid}/maps").read_text()
        }
        assert running.stop() == 0
    assert found == set()


def test_rules_below_a_hidden_folder_are_rules(tmp_path: Path) -> None:
    rules = tmp_path / ".config" / "rules"
    rules.mkdir(parents=True)
    (rules / "own.yml").write_text("title: broken\n")
    with monitor(tmp_path, more=f"{QUIET}[rules]\npaths = [{json.dumps(str(rules))}]\n") as running:
        worker = json.loads((running.data / "run" / "worker-0.json").read_bytes())
        assert running.stop() == 0
    assert [problem for problem in worker["problems"] if str(rules / "own.yml") in problem]


def others_of(data: Path) -> list[int]:
    """Processes that run on a data folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(data).encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
    return found


def test_a_start_that_fails_late_leaves_no_role_behind(tmp_path: Path) -> None:
    with monitor(tmp_path, more=QUIET) as running:
        pids = [running.roles()[role].pid for role in ROLES]
        other = tmp_path / "other"
        other.mkdir()
        text = (tmp_path / "tocsin.toml").read_text().replace(str(running.data), str(other / "data"))
        (other / "tocsin.toml").write_text(text)
        command = [sys.executable, "-m", "tocsin", "serve", "--config", str(other / "tocsin.toml")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 2
        assert "metrics.listen" in done.stderr
        assert all(alive(pid) for pid in pids)
        assert not [role for role in others_of(other / "data") if alive(role)]
        assert running.stop() == 0
