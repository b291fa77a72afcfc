"""Silences are made, found, changed and ended, and each of it is recorded."""

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from tocsin.control import silences
from tocsin.control.audit import By
from tocsin.control.database import Database
from tocsin.control.silences import Refused
from tocsin.control.tables import AUDIT
from tocsin.control.verify import Verified, verify
from tocsin.model.silence import Silence

NOON = 1_795_000_000.0
ALICE = By("user:alice", NOON)
ONE = Silence(
    id="s1",
    owner="alice",
    reason="maintenance of “web1”",
    until=NOON + 3_600,
    rules=frozenset({"rule-2", "rule-1"}),
    levels=frozenset({"low"}),
    entities=frozenset({("host", "web1"), ("user", "röt")}),
)


def actions(database: Database) -> list[tuple[str, str, str]]:
    with database.read() as connection:
        assert isinstance(verify(connection), Verified)
        asked = select(AUDIT.c.actor, AUDIT.c.action, AUDIT.c.object).order_by(AUDIT.c.seq)
        return [tuple(row) for row in connection.execute(asked)]


def test_a_silence_comes_back_as_it_was_made(database: Database) -> None:
    other = replace(ONE, id="s0", rules=frozenset(), until=NOON + 60)
    with database.write() as connection:
        assert silences.add(connection, ONE, ALICE) == ONE
        assert silences.add(connection, other, ALICE) == other
    with database.read() as connection:
        assert silences.find(connection, "s1") == ONE
        assert silences.find(connection, "\0nobody") is None
        assert silences.active(connection, NOON) == (other, ONE)
        assert silences.active(connection, NOON + 60) == (ONE,)
    assert actions(database) == [
        ("user:alice", "silence.add", "silence:s1"),
        ("user:alice", "silence.add", "silence:s0"),
    ]


def test_it_is_extended_and_ended_and_stays(database: Database) -> None:
    with database.write() as connection:
        silences.add(connection, ONE, ALICE)
        longer = silences.extend(connection, "s1", NOON + 7_200, By("user:bob", NOON + 1))
        assert longer == replace(ONE, until=NOON + 7_200)
        assert silences.end(connection, "s1", By("user:bob", NOON + 2)) == replace(ONE, until=NOON + 2)
        assert silences.active(connection, NOON + 2) == ()
        assert silences.end(connection, "s1", By("user:bob", NOON + 3)) is Refused.ENDED
        assert silences.extend(connection, "s1", NOON + 9_000, By("user:bob", NOON + 3)) is Refused.ENDED
        assert silences.add(connection, ONE, By("user:bob", NOON + 3)) is Refused.EXISTS
    assert [one[1] for one in actions(database)] == ["silence.add", "silence.extend", "silence.end"]


def test_every_change_is_another_revision(database: Database) -> None:
    with database.write() as connection:
        found = [silences.revision(connection)]
        silences.add(connection, ONE, ALICE)
        found.append(silences.revision(connection))
        silences.add(connection, replace(ONE, id="s2"), ALICE)
        found.append(silences.revision(connection))
        silences.extend(connection, "s1", NOON + 9_000, ALICE)
        found.append(silences.revision(connection))
        silences.end(connection, "s2", ALICE)
        found.append(silences.revision(connection))
        assert found == sorted(set(found))
        assert silences.end(connection, "nobody", ALICE) is Refused.UNKNOWN
        assert silences.revision(connection) == found[-1]


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"until": NOON}, Refused.PAST),
        ({"until": float("nan")}, Refused.PAST),
        ({"until": float("inf")}, Refused.PAST),
        ({"reason": "x" * 501}, Refused.TOO_LARGE),
        ({"rules": frozenset(map(str, range(500)))}, Refused.TOO_LARGE),
        ({"levels": frozenset({"urgent"})}, Refused.STRANGE),
        ({"entities": frozenset({("planet", "mars")})}, Refused.STRANGE),
        ({"id": "s\0"}, Refused.STRANGE),
        ({"entities": frozenset({("user", "\x1b[2J")})}, Refused.STRANGE),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_no_trace(
    database: Database, other: dict[str, object], why: Refused
) -> None:
    with database.write() as connection:
        assert silences.add(connection, replace(ONE, **other), ALICE) is why
        assert silences.revision(connection) == 0
    assert actions(database) == []


def test_there_are_only_so_many(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silences, "MAX_ACTIVE", 3)
    with database.write() as connection:
        for number in range(3):
            assert isinstance(silences.add(connection, replace(ONE, id=str(number)), ALICE), Silence)
        assert silences.add(connection, ONE, ALICE) is Refused.TOO_MANY
        silences.end(connection, "0", ALICE)
        assert silences.add(connection, ONE, ALICE) == ONE
