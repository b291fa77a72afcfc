"""The monitor as its users run it: from three kinds of input to an alert and a search, reloads, and mistakes."""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from live_load.monitor import Monitor, free_port, wait_for
from live_rules import OWN_RULE
from tocsin.control import listing
from tocsin.control.database import Database
from tocsin.ports.store import Question
from tocsin.store.client import StoreClient

pytestmark = pytest.mark.e2e
PATIENCE = 60.0


class Serving:
    """A running monitor with all three kinds of input."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.syslog = free_port()
        self.log = folder / "web.log"
        self.rules = folder / "rules"
        self.rules.mkdir()
        (self.rules / "none.yml").write_text(OWN_RULE.replace("xyzzy", "plugh").replace("9999", "8888"))
        self.monitor = Monitor(
            folder,
            more=f"""
[inputs.sys]
kind = "syslog"
listen = "127.0.0.1:{self.syslog}"
canary = false
[inputs.web]
kind = "file"
paths = [{json.dumps(str(self.log))}]
look = "100ms"
canary = false
[rules]
paths = [{json.dumps(str(self.rules))}]
[canary]
enabled = false
""",
        )
        self.monitor.start()
        self.store = StoreClient(self.monitor.data / "run" / "store.sock")
        self.settings = folder / "tocsin.toml"

    def post(self, *events: dict[str, object]) -> int:
        body = b"\n".join(json.dumps(event).encode() for event in events)
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.monitor.port}/v1/events",
            data=body,
            headers={"Authorization": f"Bearer {self.monitor.token}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return int(json.load(answer)["accepted"])

    def found(self, query: str) -> int:
        return self.store.count(Question(query))

    def find(self, query: str) -> None:
        """Wait until one event is found."""
        self.until(lambda: self.found(query) == 1, query)

    def until(self, true: Callable[[], object], what: str) -> None:
        self.monitor.until(lambda: bool(true()), what, PATIENCE)

    def titles(self) -> set[str]:
        database = Database(f"sqlite:///{self.monitor.data / 'control.db'}")
        with database.read() as connection:
            found = listing.page(connection).alerts
        database.close()
        return {alert.rule.title for alert in found}

    def reload(self) -> None:
        assert self.monitor.process
        self.monitor.process.send_signal(signal.SIGHUP)

    def snapshots(self) -> set[str]:
        """What those roles run with that rules concern; empty as long as one is not ready."""
        found = [
            json.loads((self.monitor.data / "run" / f"{role}.json").read_bytes())
            for role in ("worker-0", "hub")
        ]
        return {one["snapshot"] if one["ready"] else "not ready" for one in found}

    def problems(self, role: str) -> str:
        return str(json.loads((self.monitor.data / "run" / f"{role}.json").read_bytes())["problems"])


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    made = Serving(tmp_path_factory.mktemp("serving"))
    try:
        yield made
    finally:
        made.monitor.end()


def audit(action: str, **fields: object) -> dict[str, object]:
    return {"_document_id": "x", "action": action, "actor": "mona", "org": "octo", **fields}


def test_every_kind_of_input_reaches_search_and_alerts(serving: Serving) -> None:
    assert serving.post(audit("repo.access", visibility="public", repo="octo/secret")) == 1
    with socket.create_connection(("127.0.0.1", serving.syslog)) as sender:
        sender.sendall(
            b"<38>Nov 23 10:00:00 db-02 sshd[7]: Failed password for root from 203.0.113.9 port 4 ssh2\n"
        )
    serving.log.write_bytes(
        b'203.0.113.7 - - [23/Nov/2026:10:00:00 +0000] "GET /../../etc/passwd HTTP/1.1" 404 1\n'
    )
    for query in ("action:repo.access", "host.name:db-02", "source.ip:203.0.113.7"):
        serving.find(query)
    serving.until(lambda: "GitHub Repository Made Public" in serving.titles(), "the alert")


def test_what_nobody_can_read_is_found_by_its_text(serving: Serving) -> None:
    serving.post({"just": "some", "json": "unheardof"})
    serving.find("unheardof")


def test_secrets_are_not_stored(serving: Serving) -> None:
    token = "ghp_" + "a1B2" * 9
    serving.post(audit("secret.leaked", note=f"it is {token}"))
    serving.find("action:secret.leaked")
    (row,) = serving.store.search(Question("action:secret.leaked")).rows
    assert token.encode() not in row.raw
    assert b"ghp_[redacted:" in row.raw


def test_new_rules_are_taken_over_while_it_runs(serving: Serving) -> None:
    before = serving.snapshots()
    (serving.rules / "own.yml").write_text(OWN_RULE)
    serving.reload()
    serving.until(
        lambda: not serving.snapshots() & {*before, "not ready"}, "workers and hub to have the new rules"
    )
    serving.post(audit("xyzzy.create"))
    serving.until(lambda: "Somebody said xyzzy" in serving.titles(), "the new rule's alert")


def test_a_broken_rule_leaves_the_old_ones_running(serving: Serving) -> None:
    broken = serving.rules / "broken.yml"
    broken.write_text("title: no detection\n")
    serving.reload()
    serving.until(lambda: "broken.yml" in serving.problems("supervisor"), "the problem to be told")
    broken.unlink()
    serving.reload()
    serving.until(lambda: serving.problems("supervisor") == "[]", "the problem to be over")


def test_broken_settings_leave_the_old_ones_running(serving: Serving) -> None:
    good = serving.settings.read_text()
    serving.settings.write_text(good.replace("[metrics]", "[metrics]\nno_such_key = 1"))
    serving.reload()
    serving.until(lambda: "no_such_key" in serving.problems("supervisor"), "the problem to be told")
    assert serving.post(audit("still.here")) == 1
    serving.find("action:still.here")
    serving.settings.write_text(good)
    serving.reload()
    serving.until(lambda: serving.problems("supervisor") == "[]", "the problem to be over")


def test_an_input_is_added_and_taken_away_without_touching_others(serving: Serving) -> None:
    good, port = serving.settings.read_text(), free_port()
    intake = serving.monitor.roles()["intake"].pid
    added = f'\n[inputs.more]\nkind = "syslog"\nlisten = "127.0.0.1:{port}"\nprotocols = ["tcp"]\ncanary = false\n'
    serving.settings.write_text(good + added)
    serving.reload()
    serving.until(lambda: connects(port), "the new listener")
    serving.settings.write_text(good)
    serving.reload()
    serving.until(lambda: not connects(port), "the listener to go")
    assert serving.monitor.roles()["intake"].pid == intake


def connects(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def test_a_port_that_is_taken_stops_no_other_input(serving: Serving) -> None:
    good = serving.settings.read_text()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        more = f'\n[inputs.late]\nkind = "syslog"\nlisten = "127.0.0.1:{port}"\nprotocols = ["tcp"]\ncanary = false\n'
        serving.settings.write_text(good + more)
        serving.reload()
        serving.until(
            lambda: "late" in serving.problems("intake") + serving.problems("supervisor"), "a problem"
        )
        assert serving.post(audit("others.go.on")) == 1
    serving.settings.write_text(good)
    serving.reload()


def test_a_second_monitor_on_the_same_data_is_refused(serving: Serving) -> None:
    done = run(serving.settings)
    assert done.returncode == 2
    assert "already" in done.stderr or "another" in done.stderr


def run(settings: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tocsin", "serve", "--config", str(settings)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=os.environ)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[tocsin\n", "tocsin.toml:1"),
        ("[inputs.x]\nkind = 'htp'\n", "http"),
        ("[tocsin]\nworkers = -1\n", "workers"),
    ],
)
def test_settings_that_cannot_work_are_told_before_anything_starts(
    tmp_path: Path, text: str, says: str
) -> None:
    (tmp_path / "tocsin.toml").write_text(text)
    done = run(tmp_path / "tocsin.toml")
    assert done.returncode == 2
    assert says in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_wrong_token_is_refused(serving: Serving) -> None:
    serving.monitor.token, good = "wrong", serving.monitor.token
    with pytest.raises(urllib.error.HTTPError, match="401"):
        serving.post(audit("never"))
    serving.monitor.token = good


def test_a_token_that_was_replaced_opens_nothing_after_a_reload(serving: Serving) -> None:
    running = serving.monitor
    place, old, intake = running.folder / "token", running.token, running.roles()["intake"].pid
    place.write_text("another-token")
    running.token = "another-token"
    serving.reload()
    serving.until(lambda: accepted(serving), "the new token to be taken")
    running.token = old
    assert not accepted(serving)
    place.write_text(old)
    serving.reload()
    serving.until(lambda: accepted(serving), "the old token to be taken again")
    serving.post(audit("with.the.last.token"))
    serving.find("action:with.the.last.token")
    assert running.roles()["intake"].pid == intake


def accepted(serving: Serving) -> bool:
    try:
        return serving.post(audit("with.a.token")) == 1
    except urllib.error.URLError:  # refused, or the listener is being opened anew
        return False


def test_a_snapshot_that_cannot_be_kept_leaves_the_old_settings_running(serving: Serving) -> None:
    snapshots, away = serving.monitor.data / "snapshots", serving.monitor.data / "snapshots.away"
    snapshots.rename(away)
    snapshots.touch()
    (serving.rules / "other.yml").write_text("# no rule\n" + OWN_RULE.replace("9999", "7777"))
    serving.reload()
    serving.until(lambda: "not used" in serving.problems("supervisor"), "the problem to be told")
    serving.post(audit("still.there"))
    serving.find("action:still.there")
    snapshots.unlink()
    away.rename(snapshots)
    (serving.rules / "other.yml").unlink()
    serving.reload()
    serving.until(lambda: serving.problems("supervisor") == "[]", "the problem to be over")


def test_a_supervisor_without_files_outlives_it(serving: Serving) -> None:
    running = serving.monitor
    assert running.process
    supervisor, worker = running.process.pid, running.roles()["worker-0"].pid
    usual = resource.prlimit(supervisor, resource.RLIMIT_NOFILE)
    resource.prlimit(supervisor, resource.RLIMIT_NOFILE, (3, usual[1]))
    os.kill(worker, signal.SIGKILL)
    serving.until(lambda: "cannot start" in running.said(), "a start that fails")
    resource.prlimit(supervisor, resource.RLIMIT_NOFILE, usual)
    serving.until(lambda: running.roles()["worker-0"].pid != worker, "another worker")
    assert running.process.poll() is None


def test_it_stops_in_order_and_goes_on_where_it_was(serving: Serving) -> None:
    before = serving.found("")
    serving.post(*(audit("last.one", number=number) for number in range(50)))
    assert serving.monitor.stop() == 0
    serving.monitor.start()
    serving.until(lambda: serving.found("") == before + 50, "what was received last")
    assert serving.monitor.stop() == 0
    wait_for(lambda: not connects(serving.monitor.port), "the listener to go", PATIENCE)
