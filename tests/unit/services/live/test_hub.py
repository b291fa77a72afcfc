"""One cycle after the other: what the hub heeds, and what it says when something is not as it was."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import select, text

from databases import empty_url, opened
from journals import SMALL
from live_samples import LATENESS, PARTITIONS, START, append, match, observation, stages, tell
from tocsin.alert.canary import REPLAYED
from tocsin.control import silences, state
from tocsin.control.audit import By
from tocsin.control.canaries import latest
from tocsin.control.database import Database
from tocsin.control.listing import page
from tocsin.control.tables import OUTBOX
from tocsin.errors import DataError, DeliveryError
from tocsin.journal.local import LocalJournal
from tocsin.model.alert import Alert, Muted
from tocsin.model.message import Message
from tocsin.model.place import Place
from tocsin.model.signals import Count, Heard, Signals
from tocsin.model.silence import Silence
from tocsin.ports.journal import Frame, Topic
from tocsin.services.live.hub import CycleReport, HubCycle, Restored, Stages


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(empty_url("sqlite", tmp_path, None)) as made:
        yield made


@pytest.fixture
def journal(tmp_path: Path) -> LocalJournal:
    return LocalJournal(tmp_path / "journal", [Topic("signals", PARTITIONS, ("hub",))])


Open = Callable[..., HubCycle]


@pytest.fixture
def hub(database: Database, journal: LocalJournal) -> Iterator[Open]:
    """Make hubs, one after the other."""
    made: list[HubCycle] = []

    def make(with_stages: Stages | None = None) -> HubCycle:
        for one in made:
            one.close()
        made.append(HubCycle(database, journal, with_stages or stages(), clock=lambda: START + 100))
        return made[-1]

    yield make
    made[-1].close()


def signals(arrived: float, **other: object) -> Signals:
    return Signals("hosts", 1, arrived, "r", (Count("linux_auth", 1),), **other)  # type: ignore[arg-type]


def ticks(journal: LocalJournal, arrived: float) -> None:
    for partition in range(PARTITIONS):
        append(journal, partition, [Signals("", 0, arrived, "r")], journal.kept("signals", partition).stop)


def three(at: float, start: int = 0) -> list[Signals]:
    """Return frames that make the correlation `often` true."""
    return [
        signals(at + number, observations=(observation("a", at + number, f"0-{start + number}-0", "eve"),))
        for number in range(3)
    ]


def alerts(database: Database) -> list[Alert]:
    with database.read() as connection:
        return sorted(page(connection, limit=500).alerts, key=lambda one: one.rule.id)


def test_a_cycle_says_what_it_did(database: Database, journal: LocalJournal, hub: Open) -> None:
    append(
        journal,
        0,
        [signals(START, matches=(match(1, START, "0-0-0"),), canaries=(Heard("0-0-1", "http", 7),))],
    )
    append(journal, 1, [signals(START + 1), signals(START + 2)])
    one = hub()
    assert one.restored is Restored.NOTHING
    report = one.step()
    (alert,) = alerts(database)
    assert report == CycleReport(
        frames=3, events=3, matches=1, begun=(alert.id,), messages=1, canaries=("0-0-1",), lag=100.0
    )
    assert one.step() == CycleReport()
    with database.read() as connection:
        assert connection.scalars(select(OUTBOX.c.target)).all() == ["oncall"]


def test_an_alert_of_a_correlation_is_there_at_once_and_ends_with_ticks_of_all_partitions(
    database: Database, journal: LocalJournal, hub: Open
) -> None:
    append(journal, 0, three(START))
    one = hub()
    one.step()
    assert [(alert.rule.id, alert.count, alert.ended) for alert in alerts(database)] == [("often", 3, False)]
    append(journal, 0, [signals(START + 10_000)], 3)
    append(journal, 1, [signals(START + 10_000)])
    assert one.step().watermark == float("-inf")
    assert not alerts(database)[0].ended
    ticks(journal, START + 6 + LATENESS + 0.1)
    one.step()
    alert = next(alert for alert in alerts(database) if alert.rule.id == "often")
    assert (alert.ended, alert.count, alert.events) == (True, 3, ("0-0-0", "0-1-0", "0-2-0"))


@pytest.mark.parametrize("again", [False, True])
def test_a_clock_that_was_far_ahead_hides_nothing_of_what_comes_after(
    database: Database, journal: LocalJournal, hub: Open, *, again: bool
) -> None:
    one, day = hub(), 86_400
    append(journal, 0, three(START + day))
    ticks(journal, START + day + 5)
    assert one.step().watermark == START + day + 5 - LATENESS
    one = hub() if again else one
    append(journal, 0, three(START, 4), 4)
    ticks(journal, START + 5)
    assert one.step().watermark == START + 5 - LATENESS
    one = hub() if again else one
    append(journal, 0, three(START + 5_000, 8), 8)
    ticks(journal, START + 9_000)
    assert one.step().watermark == START + 9_000 - LATENESS
    found = [(alert.count, alert.ended) for alert in alerts(database) if alert.rule.id == "often"]
    assert found == [(3, True)] * 3


@pytest.mark.parametrize("hostile", [0.0, -1e300, 4e9, float("inf"), float("nan")])
def test_hostile_dates_move_nothing(
    database: Database, journal: LocalJournal, hub: Open, hostile: float
) -> None:
    ticks(journal, START)
    append(journal, 1, [signals(START, observations=(observation("c", hostile, "1-1-0", "mallory"),))], 1)
    append(journal, 0, three(START), 1)
    report = hub().step()
    assert report.watermark == START - LATENESS
    assert [alert.rule.id for alert in alerts(database)] == ["often"]


def test_silences_are_heeded_from_the_next_cycle_on(
    database: Database, journal: LocalJournal, hub: Open
) -> None:
    one, by = hub(), By("user:alice", START)
    silence = Silence("s1", "alice", "known", START + 10, rules=frozenset({"rule-1"}))
    with database.write() as connection:
        silences.add(connection, silence, by)
    append(journal, 0, [signals(START, matches=(match(1, START, "0-0-0"),))])
    one.step()
    (alert,) = alerts(database)
    assert alert.mute
    assert (alert.mute.reason, alert.mute.by, alert.told) == (Muted.SILENCED, "s1", None)
    with database.write() as connection:
        silences.end(connection, "s1", By("user:alice", START + 1))
    append(journal, 0, [signals(START + 2, matches=(match(1, START, "0-1-0"),))], 1)
    one.step()
    (alert,) = alerts(database)
    assert (alert.mute, alert.told) == (None, START + 2)


def test_a_cycle_that_failed_changes_nothing_and_its_hub_is_at_an_end(
    database: Database, journal: LocalJournal, hub: Open
) -> None:
    def fail(before: Alert | None, after: Alert) -> list[Message]:
        raise LookupError("on the way")

    made = stages()
    append(journal, 0, three(START))
    one = hub(made._replace(ways=made.ways._replace(tell=fail)))
    with pytest.raises(LookupError):
        one.step()
    with pytest.raises(RuntimeError, match="make another"):
        one.step()
    assert alerts(database) == []
    assert hub().step().frames == 3
    assert len(alerts(database)) == 1


def test_a_hub_goes_on_where_the_last_one_was(database: Database, journal: LocalJournal, hub: Open) -> None:
    frames = three(START)
    append(journal, 0, frames[:2])
    hub().step()
    append(journal, 0, frames[2:], 2)
    one = hub()
    assert one.restored is Restored.ALL
    assert one.step().frames == 1
    assert [alert.count for alert in alerts(database)] == [3]


def test_correlations_that_have_changed_begin_from_nothing(
    database: Database, journal: LocalJournal, hub: Open
) -> None:
    append(journal, 0, three(START)[:2])
    hub().step()
    with database.write() as connection:
        known = list(state.load(connection))
        state.save(connection, [("of another rule", *row[1:]) for row in known if row[0]])
    assert hub().restored is Restored.SOME
    with database.read() as connection:
        assert sorted(state.load(connection)) == sorted(known)


def test_state_of_another_version_is_discarded(database: Database, journal: LocalJournal, hub: Open) -> None:
    append(journal, 0, three(START)[:2])
    hub().step()
    with database.write() as connection:
        state.save(connection, [("", "", 0, b"\x91\x7f")])
    one = hub()
    assert one.restored is Restored.DISCARDED
    append(journal, 0, three(START + 3, 2), 2)
    one.step()
    assert [alert.count for alert in alerts(database)] == [3]
    assert hub().restored is Restored.ALL


def test_a_journal_that_ends_before_what_was_applied_is_not_believed(
    database: Database, journal: LocalJournal, hub: Open
) -> None:
    append(journal, 0, three(START))
    one = hub()
    one.step()
    one.close()
    with database.write() as connection:
        connection.execute(text('UPDATE applied SET "offset" = 3'))
    for _ in range(2):
        with pytest.raises(DeliveryError, match="must the database be") as caught:
            HubCycle(database, journal, stages())
        assert caught.value.retryable


def test_a_database_that_is_older_than_the_journal_takes_what_is_kept(
    database: Database, journal: LocalJournal, hub: Open
) -> None:
    append(journal, 0, three(START))
    one = hub()
    one.step()
    one.close()
    with database.write() as connection:
        for table in ("applied", "reached", "state", "alert_entity", "alert"):
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 -- names of ours
    again = hub()
    assert (again.missed, again.step().frames) == (0, 3)
    assert [alert.count for alert in alerts(database)] == [3]


def test_frames_that_are_deleted_already_are_counted(database: Database, tmp_path: Path) -> None:
    topics = [Topic("signals", 1, ("hub",))]
    journal = LocalJournal(tmp_path / "small", topics, SMALL)
    for at in range(60):
        append(journal, 0, [signals(START + at, matches=(match(at, START, f"0-{at}-0"),))], at)
    with closing(HubCycle(database, journal, stages())) as one:
        assert one.step().frames == 60
    with closing(journal.appender("signals", 0)) as appender:
        assert appender.retain() > 0
    kept = journal.kept("signals", 0)
    with database.write() as connection:
        connection.execute(text("DELETE FROM applied"))
    with closing(HubCycle(database, journal, stages())) as one:
        assert one.missed == kept.start > 0
        assert one.step().frames == len(kept)


def test_there_is_one_hub_at_a_time(database: Database, journal: LocalJournal, hub: Open) -> None:
    hub()
    with pytest.raises(DeliveryError, match="another process"):
        HubCycle(database, journal, stages())
    hub().close()
    with closing(HubCycle(database, journal, stages())):
        pass


def test_a_frame_that_is_none_is_named(journal: LocalJournal, hub: Open) -> None:
    with closing(journal.appender("signals", 2)) as appender:
        appender.append([Frame(b"\xc1", origin=Place("events", 2, 0))]).result(20)
    with pytest.raises(DataError, match="signals/2/0"):
        hub().step()


def test_a_flood_is_bounded_and_told_of_once(database: Database, journal: LocalJournal, hub: Open) -> None:
    many = [replace(match(0, START, f"0-0-{n}"), entities=replace(match(0, START, "").entities, user=(f"u{n}",)))
            for n in range(50)]  # fmt: skip
    append(journal, 0, [signals(START, matches=tuple(many))])
    report = hub(stages(limit=10)).step()
    assert (len(report.begun), report.joined, report.messages) == (11, 40, 11)
    assert sum(alert.count for alert in alerts(database)) == 50
    assert tell(None, alerts(database)[0]) == []


def test_canaries_are_noted_with_the_cycle_and_a_second_one_is_told(
    database: Database, journal: LocalJournal, hub: Open
) -> None:
    sent = int(START * 1000)
    append(journal, 0, [signals(START + 0.5, canaries=(Heard("0-0-0", "http", sent),))])
    one = hub()
    one.step()
    with database.read() as connection:
        (passed,) = latest(connection).values()
    assert (passed.input, passed.way, passed.sent) == ("hosts", "http", sent)
    assert (passed.arrived, passed.applied) == (START + 0.5, START + 100)
    assert alerts(database) == []
    append(journal, 1, [signals(START + 2, canaries=(Heard("1-0-0", "http", sent),))])
    assert one.step().messages == 1
    (alert,) = alerts(database)
    assert (alert.rule, alert.events, alert.group) == (REPLAYED, ("1-0-0",), {"input": "hosts"})
    hub().step()
    assert [alert.count for alert in alerts(database)] == [1]
