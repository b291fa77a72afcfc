"""Kill -9 in the middle of sending: every message arrives, and one that comes twice has the same key."""

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from databases import empty_url, opened
from receivers import Answers, delivery, http
from tocsin.control import outbox
from tocsin.control.database import Database
from tocsin.model.message import Message

pytestmark = pytest.mark.e2e
TESTS = Path(__file__).parents[1]
PROGRAM = TESTS / "unit" / "notify" / "sending.py"
SIZE, KILLS, SEED = 800, 10, 20_261_123


def started(database: str, url: str) -> subprocess.Popen[str]:
    paths = os.pathsep.join([str(TESTS), str(TESTS.parent / "src")])
    child = subprocess.Popen(
        [sys.executable, str(PROGRAM), database, url],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert child.stdout
    assert child.stdout.readline() == "begun\n"
    return child


def ended(child: subprocess.Popen[str]) -> None:
    child.kill()
    child.communicate()


def done(database: Database) -> int:
    with database.read() as connection:
        return outbox.states(connection)["sent"]


def test_every_message_arrives(tmp_path: Path) -> None:
    random, answers, payload = Random(SEED), Answers(200), delivery(0.0).payload  # noqa: S311
    keys = [f"alert-{number}:1:new:oncall" for number in range(SIZE)]
    url = empty_url("sqlite", tmp_path, None)
    with opened(url) as database, http(answers) as port:
        with database.write() as connection:
            outbox.enqueue(connection, [Message(key, "oncall", payload) for key in keys], time.time())
        address, tick = f"http://127.0.0.1:{port}/", threading.Event()
        for _ in range(KILLS):
            child = started(url, address)
            tick.wait(random.uniform(0, 0.4))
            ended(child)
        assert 0 < done(database) < SIZE, "nothing was under way when it was killed"
        child, end = started(url, address), time.monotonic() + 120
        while done(database) < SIZE and time.monotonic() < end:
            tick.wait(0.05)
        ended(child)
        assert done(database) == SIZE
    seen = Counter(got.headers["webhook-id"] for got in answers.got)
    assert set(seen) == set(keys)
    # One message is under way at a time: each kill sends one again at most.
    assert sum(seen.values()) - SIZE <= KILLS
