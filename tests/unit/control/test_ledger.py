"""What came in and what became of it, added up."""

from msgspec.structs import asdict

from tocsin.control import ledger
from tocsin.control.database import Database
from tocsin.control.ledger import Frame, OfInput, OfReason, OfSource, Reached, Sums
from tocsin.model.signals import Count, Heard, Refused, Signals

HEARD = Heard("0-7-0", "http", 99_000)


def signals(arrived: float, *counts: Count, input: str = "hosts", **other: object) -> Signals:  # noqa: A002 -- its name
    received = sum(one.events + one.refused for one in counts)
    return Signals(input, received, arrived, "r", counts, **other)  # type: ignore[arg-type]


def test_what_frames_say_is_added_up(database: Database) -> None:
    first = [
        Frame(0, 7, signals(100, Count("auth", 5, 1, 90, 99), clamped=1, redacted=2, canaries=(HEARD,))),
        Frame(1, 3, signals(50, Count("auth", 2, 0), Count("", 0, 4), timeless=3)),
    ]
    second = [
        Frame(0, 9, signals(101, Count("auth", 1, 0, 80, 85), cut=4)),
        Frame(0, 10, signals(102, Count("web", 2), input="scm")),
    ]
    for frames in (first, second):
        with database.write() as connection:
            ledger.add(connection, frames)
    with database.read() as connection:
        assert ledger.sums(connection) == {0: Sums(10, 9, 8, 1), 1: Sums(3, 6, 2, 4)}
        assert ledger.reached(connection) == {0: Reached(10, 102), 1: Reached(3, 50)}
        assert ledger.inputs(connection) == [
            OfInput("hosts", 3, 13, 1, 3, 2, 4, 1, 50, 101),
            OfInput("scm", 1, 2, 0, 0, 0, 0, 0, 102, 102),
        ]
        assert ledger.sources(connection) == [
            OfSource("hosts", "", 0, 4, None, None, 50, 50),
            OfSource("hosts", "auth", 8, 1, 80, 99, 50, 101),
            OfSource("scm", "web", 2, 0, None, None, 102, 102),
        ]


def test_reasons_name_the_latest_record(database: Database) -> None:
    for number in (1, 2):
        refused = (
            Refused("auth", "no line", number, f"0-{number}-0"),
            Refused("auth", "too deep", 1, "0-0-1"),
        )
        with database.write() as connection:
            ledger.add(
                connection, [Frame(0, number, signals(1, Count("auth", 0, number + 1), refused=refused))]
            )
    with database.read() as connection:
        assert ledger.reasons(connection) == [
            OfReason("hosts", "auth", "no line", 3, "0-2-0"),
            OfReason("hosts", "auth", "too deep", 2, "0-0-1"),
        ]


def test_a_tick_moves_time_and_is_no_input(database: Database) -> None:
    with database.write() as connection:
        ledger.add(connection, [Frame(0, 5, signals(100)), Frame(0, 6, signals(99))])
        ledger.add(connection, [Frame(0, -1, signals(98))])
    with database.read() as connection:
        assert ledger.reached(connection) == {0: Reached(6, 98)}
        assert ledger.inputs(connection) == []
        assert ledger.sums(connection) == {0: Sums(6)}


def test_names_from_outside_are_plain_and_bounded(database: Database) -> None:
    hostile = "\0\x1b[31m" + "x" * 10_000
    frame = signals(1, Count(hostile, 1), input=hostile, refused=(Refused(hostile, hostile, 1, hostile),))
    with database.write() as connection:
        ledger.add(connection, [Frame(0, 0, frame)])
    with database.read() as connection:
        found = [*ledger.inputs(connection), *ledger.sources(connection), *ledger.reasons(connection)]
    texts = [text for one in found for text in asdict(one).values() if isinstance(text, str)]
    assert len(texts) == 7
    assert all(text.startswith("\\x00\\x1b[31m") and len(text) == 200 for text in texts)
