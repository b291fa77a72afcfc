"""`tocsin replay`: what today's rules find is set beside the alerts that there are."""

import os
import time
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from databases import opened
from live_rules import RULES
from tocsin.cli.main import main
from tocsin.journal.local import LocalJournal
from tocsin.model import received
from tocsin.model.canary import Marker
from tocsin.model.received import Context, Received
from tocsin.normalise.redact import Redactor
from tocsin.ports.journal import Frame
from tocsin.services.kinds import load_settings
from tocsin.services.live.frame import FrameWork
from tocsin.services.live.hub import HubCycle
from tocsin.services.live.rules import load_rules
from tocsin.services.live.stages import stages_of
from tocsin.services.live.topics import EVENTS, limits_of, topics_of
from tocsin.services.live.worker import Worker
from tocsin.services.settings_snapshot import take

MORE = """
---
title: Repository made
id: 44444444-4444-4444-8444-444444444444
logsource: {product: github, service: audit}
detection:
  made: {action: repo.create}
  condition: made
level: low
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A data folder of a monitor that has worked and was stopped."""
    (tmp_path / "rules.yml").write_text(RULES)
    (tmp_path / "tocsin.toml").write_text(
        '[tocsin]\ndata = "data"\n[rules]\npacks = []\npaths = ["rules.yml"]\n[journal]\npartitions = 2\n'
    )
    data = tmp_path / "data"
    (data / "run").mkdir(parents=True)
    (data / "redaction.key").write_bytes(os.urandom(32))
    settings = load_settings(tmp_path / "tocsin.toml")
    journal = LocalJournal(data / "journal", topics_of(settings.journal), limits_of(settings.journal))
    fill(journal)
    rules = load_rules(take(settings), settings, tmp_path / "unpacked")
    work = FrameWork(rules, Redactor((data / "redaction.key").read_bytes()), Marker(bytes(32)))
    with Worker(journal, range(2), work, data / "run", data / "dead") as worker:
        worker.step()
    with (
        opened(f"sqlite:///{data / 'control.db'}") as database,
        closing(HubCycle(database, journal, stages_of(rules, settings.alerts, lambda *_: []))) as hub,
    ):
        assert hub.step().begun
    return tmp_path


def fill(journal: LocalJournal) -> None:
    now = time.time()
    for partition in range(2):
        kinds = [{"action": "repo.access", "visibility": "public"}, {"action": "repo.create"}]
        records = [
            orjson.dumps(
                {"@timestamp": round(now * 1000), "_document_id": f"{partition}", "repo": "o/r", **kind}
            )
            for kind in kinds
        ]
        payload, meta = received.dump(Received(Context("web", "github_audit"), records))
        with closing(journal.appender(EVENTS, partition)) as appender:
            appender.append([Frame(payload, 2, round(now * 1e9), None, meta)]).result()


def run(place: Path, *words: str) -> int:
    return main(["replay", *words, "--config", str(place / "tocsin.toml")])


def test_the_same_rules_find_the_same(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(place) == 0
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "1 alert found, 0 differences\n")


def test_other_rules_find_something_else(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "rules.yml").write_text(RULES.replace("visibility: public", "visibility: private") + MORE)
    assert run(place, "--since", "1h") == 1
    told = capsys.readouterr()
    new, gone = sorted(told.out.splitlines(), key=lambda line: "not be there" in line)
    assert "would be new" in new
    assert "Repository made  repo o/r" in new
    assert "would not be there" in gone
    assert "Repository made public" in gone
    assert told.err == "1 alert found, 2 differences\n"


def test_nothing_to_replay(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(place, "--since", "2999-01-01") == 0
    (place / "tocsin.toml").write_text('[tocsin]\ndata = "other"\n')
    assert run(place) == 2
    assert "is not there" in capsys.readouterr().err
