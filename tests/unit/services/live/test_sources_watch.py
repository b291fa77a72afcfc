"""A source that stops becomes one alert, through the hub, and its return ends it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from databases import empty_url, opened
from live_samples import PARTITIONS, append, stages
from tocsin.control import state
from tocsin.control.database import Database
from tocsin.control.listing import page
from tocsin.control.tables import OUTBOX
from tocsin.journal.local import LocalJournal
from tocsin.model.alert import Alert
from tocsin.model.signals import Count, Signals
from tocsin.ports.journal import Topic
from tocsin.services.live.hub import HubCycle
from tocsin.services.live.sources_watch import NAME

START = 1_795_003_200.0
MINUTE = 60.0


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(empty_url("sqlite", tmp_path, None)) as made:
        yield made


@pytest.fixture
def journal(tmp_path: Path) -> LocalJournal:
    return LocalJournal(tmp_path / "journal", [Topic("signals", PARTITIONS, ("hub",))])


def fill(journal: LocalJournal, minutes: range, *, okta: bool) -> None:
    """Write a tick a minute to each partition, and what sources say to the first."""
    for partition in range(PARTITIONS):
        frames = []
        for minute in minutes:
            at = START + minute * MINUTE
            counts: tuple[Count, ...] = (Count("linux_auth", 1, 0, at - 1, at - 1),)
            counts += (Count("okta", 1, 0, at - 5, at - 2),) * okta
            frames.append(
                Signals("hook", len(counts), at, "", counts) if partition == 0 else Signals("", 0, at, "")
            )
        append(journal, partition, frames, minutes.start)


def alerts(database: Database) -> list[Alert]:
    with database.read() as connection:
        return list(page(connection, limit=50).alerts)


def run(database: Database, journal: LocalJournal) -> list[str]:
    """Let a new hub apply everything; return its problems."""
    with closing(HubCycle(database, journal, stages(), clock=lambda: START)) as hub:
        while hub.step().frames:
            pass
        return list(hub.sources.problems())


def test_a_source_that_stops_and_comes_back(database: Database, journal: LocalJournal) -> None:
    days = 3 * 24 * 60
    fill(journal, range(days), okta=True)
    assert run(database, journal) == []
    assert alerts(database) == []
    fill(journal, range(days, days + 30), okta=False)
    assert run(database, journal) == ["silent: okta by input hook: nothing has come for 30 minutes"]
    (one,) = alerts(database)
    assert (one.rule.id, one.level, one.group) == (
        "tocsin.source-silent",
        "medium",
        {"input": "hook", "source": "okta"},
    )
    assert one.sources == ("okta",)
    assert not one.ended
    assert one.why.startswith("A source is silent: nothing has come of okta by input hook for")
    fill(journal, range(days + 30, days + 40), okta=True)
    assert run(database, journal) == []
    (one,) = alerts(database)
    assert one.ended
    assert "is back" in one.why
    with database.read() as connection:
        told = connection.scalars(select(OUTBOX.c.key).order_by(OUTBOX.c.id)).all()
        parts = [part for name, part, _, _ in state.load(connection) if name == NAME]
    assert [key.rpartition(":")[2] for key in told] == ["NEW", "RESOLVED"]
    assert one.first_seen < one.last_seen
    assert sorted(parts) == ['["hook", "linux_auth"]', '["hook", "okta"]']


def test_damaged_state_begins_anew(database: Database, journal: LocalJournal) -> None:
    fill(journal, range(3), okta=True)
    run(database, journal)
    with database.write() as connection:
        state.save(
            connection, [(NAME, "[]", 0, b"x"), (NAME, "nonsense", 0, b""), (NAME, '["a"]', 0, b"\xc1")]
        )
    fill(journal, range(3, 6), okta=True)
    assert run(database, journal) == []
