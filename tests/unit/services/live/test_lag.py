"""How far a consumer is behind, over a real journal, by a clock that is handed in."""

from pathlib import Path

from tocsin.journal.local import LocalJournal
from tocsin.ports.journal import Frame, Topic
from tocsin.services.live.lag import LATE_SECONDS, Lag

TOPIC = Topic("events", 2, ("worker",))


def test_lag_grows_and_shrinks(tmp_path: Path) -> None:
    now = 1_000.0
    journal = LocalJournal(tmp_path, [TOPIC])
    appender, consumer = journal.appender("events", 1), journal.consumer("worker", "events", 1)

    def write(count: int) -> None:
        appender.append([Frame(b"x", arrived=int(now * 1e9)) for _ in range(count)]).result()

    lag = Lag(journal, "worker", "events", clock=lambda: now)
    assert [(one.frames, one.seconds) for one in lag.look()] == [(0, 0), (0, 0)]
    write(3)
    now = 1_010.0
    assert lag.look()[1] == (1, 3, 0)  # seen for the first time now
    write(2)
    now = 1_030.0
    assert lag.look()[1] == (1, 5, 20)
    consumer.commit(3)
    assert lag.look()[1] == (1, 2, 0)
    now += LATE_SECONDS + 1
    assert lag.look()[1] == (1, 2, LATE_SECONDS + 1)
    assert "worker is 61 s and 2 frames behind in events (partitions [1])" in next(iter(lag.problems()))
    consumer.commit(5)
    assert lag.look()[1] == (1, 0, 0)
    assert list(lag.problems()) == []
    consumer.close()
    appender.close()


def test_after_a_restart_the_age_is_that_of_the_oldest_frame(tmp_path: Path) -> None:
    journal = LocalJournal(tmp_path, [TOPIC])
    appender = journal.appender("events", 0)
    appender.append([Frame(b"x", arrived=900_000_000_000), Frame(b"y", arrived=990_000_000_000)]).result()
    lag = Lag(journal, "worker", "events", [0], clock=lambda: 1_000.0)
    assert lag.look() == ((0, 2, 100),)
    assert {one.name: one.value for one in lag.samples()} == {
        "consumer_lag_frames": 2,
        "consumer_lag_seconds": 100,
    }
    appender.close()
