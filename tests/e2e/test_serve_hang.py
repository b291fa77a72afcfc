"""A role whose own loop hangs is killed and started again; nothing is lost or doubled, and people are told."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from live_load.client import Sender, Target
from live_load.corpora import from_samples
from live_load.monitor import Monitor
from live_load.stream import Stream
from receivers import Answers, http
from tocsin.ports.store import Question
from tocsin.store.client import StoreClient

pytestmark = pytest.mark.e2e
SOURCES = Path(__file__).parents[2] / "src" / "tocsin" / "sources"
PROGRAM = """
import sys
from tocsin.app import child
from tocsin.cli.main import main
child.SILENT_SECONDS = dict.fromkeys(child.SILENT_SECONDS, 5.0)
sys.exit(main())
"""
"""`tocsin`, less patient; its roles are as they always are."""


def send(running: Monitor, run: int) -> int:
    stream = Stream(from_samples(SOURCES), 1, run=run)
    sender = Sender(Target("127.0.0.1", running.port, token=running.token))
    return sender.run(iter([stream.body(100, time.time()) for _ in range(3)])).events


def stored(running: Monitor) -> int:
    return StoreClient(running.data / "run" / "store.sock").count(Question(""))


def is_new(running: Monitor, role: str, old: int) -> bool:
    said = running.roles()[role]
    return said.ready and said.pid != old


def restarts(running: Monitor) -> dict[str, float]:
    said = json.loads((running.data / "run" / "supervisor.json").read_bytes())
    return {
        one["labels"]["restarted"]: one["value"]
        for one in said["samples"]
        if one["name"] == "role_restarts_total"
    }


def test_a_role_that_hangs_is_killed_and_told_of(tmp_path: Path) -> None:
    answers = Answers(204)
    with http(answers) as port:
        (tmp_path / "url").write_text(f"http://127.0.0.1:{port}/")
        (tmp_path / "url").chmod(0o600)
        more = f'[canary]\nenabled = false\n[channels.oncall]\nkind = "webhook"\nurl = {{ file = "{tmp_path}/url" }}\n'
        running = Monitor(tmp_path, more=more, command=(sys.executable, "-c", PROGRAM, "serve"))
        try:
            running.start()
            sent = send(running, 1)
            running.until(lambda: stored(running) == sent, "the events to be stored")
            for role in ("worker-0", "intake", "hub"):
                hanging = running.roles()[role].pid
                os.kill(hanging, signal.SIGSTOP)
                if role != "intake":
                    sent += send(running, len(answers.got) + 2)
                running.until(lambda r=role, p=hanging: is_new(running, r, p), f"another {role}")  # type: ignore[misc]
            sent += send(running, 9)
            running.until(lambda: stored(running) == sent, "the events to be stored")
            running.until(lambda: len(answers.got) == 3, "somebody to be told of each")
            # The store is never taken for one that hangs, and the others were not either.
            assert restarts(running) == {
                role: float(role in ("worker-0", "intake", "hub")) for role in restarts(running)
            }
            assert running.stop() == 0
        finally:
            running.end()
    said = [json.loads(one.body)["data"]["why"] for one in answers.got]
    assert sorted(why.split(" hung;")[0] for why in said) == ["hub", "intake", "worker-0"]
