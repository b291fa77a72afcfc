"""Canaries come through every way into every input of a running monitor; a break is an alert, and ends as one."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection

from certificates import Authority
from live_load.monitor import Monitor, free_port, monitor
from tocsin.alert.canary import BROKEN
from tocsin.control import canaries
from tocsin.control.database import Database
from tocsin.control.ledger import sums
from tocsin.control.listing import page
from tocsin.model.alert import Alert
from tocsin.ports.store import Question
from tocsin.store.client import StoreClient

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

INPUTS = """\
[canary]
every = "15s"
late = "10s"

[inputs.web]
kind = "http"
listen = "127.0.0.1:{web}"
source = "github_audit"
tokens = {{ ci = {{ file = {token} }} }}
tls = {{ cert = {cert}, key = {key} }}

[inputs.net]
kind = "syslog"
listen = "127.0.0.1:{net}"

[inputs.hosts]
kind = "file"
paths = [{log}]
start = "end"
"""
WAYS = {("web", "https"), ("net", "udp"), ("net", "tcp"), ("hosts", "file")}


def settings(folder: Path) -> str:
    cert, key = Authority(folder).issue("web", "logs.example.com")
    (folder / "ci").write_text("ci-" + os.urandom(16).hex())
    (folder / "ci").chmod(0o600)
    paths = {"token": folder / "ci", "cert": cert, "key": key, "log": folder / "auth.log"}
    quoted = {name: json.dumps(str(path)) for name, path in paths.items()}
    return INPUTS.format(web=free_port(), net=free_port(), **quoted)


@contextmanager
def opened(running: Monitor) -> Iterator[Connection]:
    database = Database(f"sqlite:///{running.data / 'control.db'}")
    with closing(database), database.read() as connection:
        yield connection


def passed(running: Monitor) -> set[tuple[str, str]]:
    with opened(running) as connection:
        return set(canaries.latest(connection))


def alerts(running: Monitor) -> list[Alert]:
    with opened(running) as connection:
        return list(page(connection, limit=500).alerts)


def test_canaries_come_through_and_a_break_is_an_alert(tmp_path: Path) -> None:
    with monitor(tmp_path, more=settings(tmp_path)) as running:
        running.until(lambda: passed(running) == WAYS, "a canary of every way")
        assert [one.why for one in alerts(running)] == []
        worker = running.roles()["worker-0"].pid
        os.kill(worker, signal.SIGSTOP)
        running.until(lambda: len(alerts(running)) == len(WAYS), "alerts of all ways")
        broken = alerts(running)
        assert {(one.group["input"], one.group["transport"]) for one in broken} == WAYS
        assert {(one.rule.id, one.level, one.ended) for one in broken} == {(BROKEN.id, "high", False)}
        os.kill(worker, signal.SIGCONT)
        running.until(lambda: all(one.ended for one in alerts(running)), "all ways to deliver again")
        assert all("delivers again since" in one.why for one in alerts(running))
        assert len(alerts(running)) == len(WAYS)
        running.until(lambda: balanced(running), "the store to have what the ledger says")


def balanced(running: Monitor) -> bool:
    with opened(running) as connection:
        counted = sum(one.events + one.refused for one in sums(connection).values())
    pages = StoreClient(running.data / "run" / "store.sock").export(Question())
    rows = [row for some in pages for row in some]
    assert {row.source for row in rows} <= {"tocsin_canary"}
    return len(rows) == counted >= len(WAYS)
