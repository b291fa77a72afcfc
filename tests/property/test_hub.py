"""Live is replay: however cycles are cut, and whatever dies, the hub says what one straight pass says."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from databases import copy_of, empty_url, opened
from live_samples import CORRELATIONS, PARTITIONS, RULES, append, stages, streams, tell
from tocsin.control import ledger
from tocsin.control.database import Database
from tocsin.control.rows import from_row
from tocsin.control.tables import ALERT, OUTBOX, STATE
from tocsin.control.verify import Verified, verify
from tocsin.correlate import naive
from tocsin.journal.local import LocalJournal
from tocsin.model.alert import Alert
from tocsin.model.message import Message
from tocsin.model.signals import Signals
from tocsin.ports.journal import Topic
from tocsin.services.live.hub import HubCycle
from tocsin.services.live.sources_watch import NAME as RHYTHM

Said = tuple[object, ...]


class DiedError(Exception):
    """The hub dies here."""


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = empty_url("sqlite", tmp_path_factory.mktemp("hub"), None)
    with opened(url):
        return url


@contextmanager
def place(migrated: str) -> Iterator[tuple[Database, LocalJournal]]:
    with TemporaryDirectory() as name, closing(Database(copy_of(migrated, Path(name)))) as database:
        yield database, LocalJournal(Path(name) / "journal", [Topic("signals", PARTITIONS, ("hub",))])


def straight(migrated: str, frames: list[list[Signals]]) -> tuple[list[Said], list[object]]:
    with place(migrated) as (database, journal):
        for partition, some in enumerate(frames):
            append(journal, partition, some)
        with closing(HubCycle(database, journal, stages())) as hub:
            while hub.step().frames:
                pass
        return said(database), counted(database)


def cut(migrated: str, frames: list[list[Signals]], random: Random) -> tuple[list[Said], list[object]]:
    """Frames come some at a time; the hub dies now and then, also in the middle of a transaction."""

    def mortal(before: Alert | None, after: Alert) -> list[Message]:
        if random.random() < 0.01:
            raise DiedError
        return tell(before, after)

    with place(migrated) as (database, journal):
        done = [0] * PARTITIONS
        while any(at < len(some) for at, some in zip(done, frames, strict=True)):
            made = stages()
            with (
                closing(
                    HubCycle(database, journal, made._replace(ways=made.ways._replace(tell=mortal)))
                ) as hub,
                suppress(DiedError),
            ):
                for _ in range(random.choice((1, 3, 30))):
                    for partition in random.sample(range(PARTITIONS), random.randrange(PARTITIONS + 1)):
                        at, many = done[partition], random.choice((1, 2, 10))
                        append(journal, partition, frames[partition][at : at + many], at)
                        done[partition] = min(len(frames[partition]), at + many)
                    hub.step()
        with closing(HubCycle(database, journal, stages())) as hub:
            while hub.step().frames:
                pass
        with database.read() as connection:
            assert isinstance(verify(connection), Verified)
            assert [row.name for row in connection.execute(select(STATE)) if row.name != RHYTHM] == [""]
            assert len(connection.scalars(select(OUTBOX.c.key)).all()) == len(said(database))
        return said(database), counted(database)


def said(database: Database) -> list[Said]:
    """Return the alerts without what depends on when they were looked at."""
    with database.read() as connection:
        alerts = [from_row(dict(row)) for row in connection.execute(select(ALERT)).mappings()]
    return sorted(
        (
            one.rule.id,
            repr(sorted(one.group.items())),
            one.first_seen,
            one.last_seen,
            one.count,
            frozenset(one.events) if one.count <= 20 else len(one.events),
            one.ended,
            str(one.value),
            repr(one.entities),
            one.sources,
        )
        for one in alerts
    )


def counted(database: Database) -> list[object]:
    with database.read() as connection:
        return [ledger.sums(connection), ledger.inputs(connection), ledger.sources(connection)]


def check(migrated: str, seed: int, ticks: int) -> None:
    frames = streams(seed, ticks)
    expected, sums = straight(migrated, frames)
    assert all(one[6] for one in expected)
    assert cut(migrated, frames, Random(seed)) == (expected, sums)  # noqa: S311
    observations = [one for some in frames for frame in some for one in frame.observations]
    defined = naive.correlate(RULES, CORRELATIONS, observations)
    names = {one.meta.id for one in CORRELATIONS}
    of_correlations = [one for one in expected if one[0] in names]
    assert sorted((one.rule, one.total, one.first) for one in defined) == sorted(
        (one[0], one[4], one[2]) for one in of_correlations
    )
    for partition, some in enumerate(frames):
        total = sums[0][partition]  # type: ignore[index]
        assert total.received == total.events + total.refused == sum(one.received for one in some)
        assert total.origin == len(some) - 1


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), ticks=st.integers(1, 40))
def test_live_is_replay(migrated: str, seed: int, ticks: int) -> None:
    check(migrated, seed, ticks)


@pytest.mark.long
def test_live_is_replay_in_hundreds_of_cases(migrated: str) -> None:
    for seed in range(300):
        check(migrated, seed, ticks=5 + seed % 50)
