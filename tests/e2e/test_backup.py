"""What was backed up is there again, no id is given twice, and the line goes on."""

import http.client
import json
import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from live_load.monitor import Monitor, monitor, wait_for
from live_rules import RULES
from tocsin.cli.main import main

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def send(running: Monitor, first: int, count: int) -> None:
    """Send events, some of which are matches; returns when they are acknowledged."""
    now = round(time.time() * 1000)
    events = [
        {
            "@timestamp": now,
            "_document_id": f"d{n}",
            "action": "repo.access",
            "visibility": "public",
            "repo": f"o/r{n}",
        }
        for n in range(first, first + count)
    ]
    body = "".join(json.dumps(one) + "\n" for one in events)
    with closing(http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)) as connection:
        head = {"Authorization": f"Bearer {running.token}", "Content-Type": "application/x-ndjson"}
        connection.request("POST", "/", body, head)
        assert connection.getresponse().status == 200


def stored(running: Monitor) -> tuple[Counter[str], Counter[int]]:
    """Return id -> rows, and number of an event -> rows."""
    client = pytest.importorskip("tocsin.store.client").StoreClient(running.data / "run" / "store.sock")
    question = pytest.importorskip("tocsin.ports.store").Question("action:repo.access")
    rows = [row for part in client.export(question) for row in part]
    return Counter(str(row.id) for row in rows), Counter(int(json.loads(row.raw)["repo"][3:]) for row in rows)


def alerted(running: Monitor) -> dict[int, int]:
    """Return number of an event -> events of its alert."""
    with closing(sqlite3.connect(running.data / "control.db")) as connection:
        rows = connection.execute("SELECT entities, count FROM alert").fetchall()
    return {int(json.loads(entities)["repo"][0][3:]): count for entities, count in rows}


def settled(running: Monitor, numbers: set[int]) -> None:
    wait_for(lambda: stored(running)[1].keys() == numbers, "the store", 60)
    wait_for(lambda: alerted(running).keys() == numbers, "the alerts", 60)


def test_a_round_trip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tocsin.store.client")
    (tmp_path / "rules.yml").write_text(RULES)
    more = '[canary]\nenabled = false\n[rules]\npacks = []\npaths = ["rules.yml"]\n'
    config = ["--config", str(tmp_path / "tocsin.toml")]
    folder = str(tmp_path / "backup")
    with monitor(tmp_path, more=more) as running:
        send(running, 0, 30)
        settled(running, set(range(30)))
        assert main(["backup", folder, *config]) == 2
        assert "the monitor runs; stop it first" in capsys.readouterr().err
        assert running.stop() == 0
        assert main(["backup", folder, *config]) == 0

        running.start()
        send(running, 100, 50)
        settled(running, {*range(30), *range(100, 150)})
        assert main(["restore", folder, "--force", *config]) == 2
        assert running.stop() == 0
        assert main(["restore", folder, *config]) == 2
        assert main(["restore", folder, "--force", *config]) == 0

        running.start()
        settled(running, set(range(30)))
        send(running, 200, 40)
        settled(running, {*range(30), *range(200, 240)})
        ids, numbers = stored(running)
        assert set(ids.values()) == {1}
        assert set(numbers.values()) == {1}
        assert set(alerted(running).values()) == {1}
        assert running.stop() == 0


def test_into_an_empty_place(tmp_path: Path) -> None:
    pytest.importorskip("tocsin.store.client")
    one, other = tmp_path / "one", tmp_path / "other"
    more = '[canary]\nenabled = false\n[rules]\npacks = []\npaths = ["rules.yml"]\n'
    for folder in (one, other):
        folder.mkdir()
        (folder / "rules.yml").write_text(RULES)
    with monitor(one, more=more) as running:
        send(running, 0, 30)
        # Stopped at once: what is not stored or told yet is in the journal, and so in the backup.
        assert running.stop() == 0
        assert main(["backup", str(tmp_path / "backup"), "--config", str(one / "tocsin.toml")]) == 0
    elsewhere = Monitor(other, more=more)
    assert main(["restore", str(tmp_path / "backup"), "--config", str(other / "tocsin.toml")]) == 0
    try:
        elsewhere.start()
        settled(elsewhere, set(range(30)))
        send(elsewhere, 30, 10)
        settled(elsewhere, set(range(40)))
        ids, numbers = stored(elsewhere)
        assert set(ids.values()) == set(numbers.values()) == {1}
        assert elsewhere.stop() == 0
    finally:
        elsewhere.end()
