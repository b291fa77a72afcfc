"""What is to be sent, kept until it is: written with what it tells of, taken under a lease, tried again.

waiting -> leased -> sent
   ^          |----> waiting (failed, or the lease ran out)
   |---- dead <----| (given up; can be replayed)

A message is sent at least once. Its key goes with it, so that a receiver that knows keys takes it once.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from tocsin.control.audit import By, Entry, append, nanoseconds
from tocsin.control.canonical import dump, load
from tocsin.control.insert import insert_new
from tocsin.control.tables import OUTBOX
from tocsin.model.event import Value
from tocsin.model.hidden import plain
from tocsin.model.message import Message

MAX_ERROR = 1_000
"""Characters of the last error that are kept."""


class Settled(Enum):
    """What became of an answer about a message."""

    DONE = "it was noted"
    LOST = "the lease was over and another sender has taken it, or it was settled already; nothing was noted"


class Taken(Struct, frozen=True):
    """A message to send now. attempt: 1 for the first. lease: to be named when it is settled.

    created: when it was written, or last replayed.
    """

    id: int
    message: Message
    attempt: int
    lease: str
    created: float = 0.0


class Terms(Struct, frozen=True):
    """How messages are taken. seconds: of the lease. limit: messages at once. targets: of these only; none: of all.

    attempts: a message taken so often without an answer is given up; it may be what kills its sender.
    """

    seconds: float = 60.0
    limit: int = 50
    targets: tuple[str, ...] = ()
    attempts: int = 20


class Dead(Struct, frozen=True):
    """A message that was given up."""

    id: int
    message: Message
    attempts: int
    error: str


def enqueue(connection: Connection, messages: Iterable[Message], at: float) -> None:
    """Add messages, in the transaction of what they tell of; one whose key is there already is left out."""
    rows = [
        {
            "key": one.key,
            "target": one.target,
            "alert_id": one.alert,
            "payload": dump(one.payload),
            "state": "waiting",
            "created": at,
            "next_at": at,
            "attempts": 0,
        }
        for one in messages
    ]
    insert_new(connection, OUTBOX, rows)


def take(connection: Connection, sender: str, at: float, terms: Terms | None = None) -> list[Taken]:
    """Lease messages that are due, the longest due first; those that were taken too often are given up."""
    terms = terms or Terms()
    due = OUTBOX.c.state.in_(("waiting", "leased")) & (OUTBOX.c.next_at <= at)
    if terms.targets:
        due &= OUTBOX.c.target.in_(terms.targets)
    _give_up(connection, due & (OUTBOX.c.attempts >= terms.attempts), terms.attempts)
    found = select(OUTBOX).where(due).order_by(OUTBOX.c.next_at, OUTBOX.c.id).limit(terms.limit)
    taken = [_taken(dict(row), sender, at) for row in connection.execute(found).mappings()]
    for one in taken:
        leased = {
            "state": "leased",
            "lease": one.lease,
            "attempts": one.attempt,
            "next_at": at + terms.seconds,
        }
        connection.execute(update(OUTBOX).where(OUTBOX.c.id == one.id).values(leased))
    return taken


def sent(connection: Connection, taken: Taken) -> Settled:
    """Note that a message has arrived."""
    return _settle(connection, taken, {"state": "sent", "lease": None, "error": None})


def failed(connection: Connection, taken: Taken, error: str, *, again: float | None) -> Settled:
    """Note that a message was not taken. again: when to try the next time; None gives it up."""
    if again is None:
        return _settle(connection, taken, _dead(error))
    waits = {"state": "waiting", "lease": None, "error": plain(error, MAX_ERROR), "next_at": again}
    return _settle(connection, taken, waits)


def dead(connection: Connection, *, after: int = 0, limit: int = 100) -> list[Dead]:
    """Return messages that were given up, by number, those above `after`."""
    rows = connection.execute(
        select(OUTBOX).where(OUTBOX.c.state == "dead", OUTBOX.c.id > after).order_by(OUTBOX.c.id).limit(limit)
    ).mappings()
    return [Dead(row["id"], _message(dict(row)), row["attempts"], row["error"] or "") for row in rows]


def replay(connection: Connection, ids: Sequence[int], by: By) -> int:
    """Let messages that were given up be tried anew, and record who did; return how many there were."""
    # Its life begins anew: what is given up after a time is given all of it.
    fresh = {"state": "waiting", "attempts": 0, "next_at": by.at, "created": by.at}
    found = connection.execute(
        update(OUTBOX)
        .where(OUTBOX.c.id.in_(ids), OUTBOX.c.state == "dead")
        .values(fresh)
        .returning(OUTBOX.c.id)
    )
    replayed = sorted(found.scalars())
    if replayed:
        entry = Entry(nanoseconds(by.at), by.actor, "outbox.replay", "outbox", {"ids": replayed})
        append(connection, entry)
    return len(replayed)


def due(connection: Connection, target: str) -> float | None:
    """Return when the next message to a target may be taken; None if none waits."""
    still = OUTBOX.c.state.in_(("waiting", "leased")) & (OUTBOX.c.target == target)
    found: float | None = connection.scalar(select(func.min(OUTBOX.c.next_at)).where(still))
    return found


def release(connection: Connection, at: float) -> int:
    """End all leases; return how many. For a hub that starts: whoever had them is gone."""
    leased = update(OUTBOX).where(OUTBOX.c.state == "leased")
    return connection.execute(leased.values(state="waiting", lease=None, next_at=at)).rowcount


def abandon(connection: Connection, targets: Sequence[str], error: str) -> int:
    """Give up what waits for any other than these targets; return how many."""
    lost = (OUTBOX.c.state == "waiting") & OUTBOX.c.target.not_in(targets)
    return connection.execute(update(OUTBOX).where(lost).values(_dead(error))).rowcount


def states(connection: Connection) -> dict[str, int]:
    """Return how many messages are in each state: waiting, leased, sent, dead."""
    counted = connection.execute(select(OUTBOX.c.state, func.count()).group_by(OUTBOX.c.state))
    return {"waiting": 0, "leased": 0, "sent": 0, "dead": 0} | {row[0]: row[1] for row in counted}


def forget(connection: Connection, before: float) -> int:
    """Delete messages that were sent and were written before a moment; return how many."""
    done = delete(OUTBOX).where(OUTBOX.c.state == "sent", OUTBOX.c.created < before)
    return connection.execute(done).rowcount


def _give_up(connection: Connection, worn: ColumnElement[bool], attempts: int) -> None:
    error = func.coalesce(OUTBOX.c.error, f"no answer from its sender in {attempts} attempts")
    connection.execute(update(OUTBOX).where(worn).values(state="dead", lease=None, error=error))


def _taken(row: dict[str, Any], sender: str, at: float) -> Taken:
    attempt = row["attempts"] + 1
    # Attempt and moment make it a lease of its own: a sender that is late cannot settle what is another's by now.
    return Taken(row["id"], _message(row), attempt, f"{sender}/{attempt}/{at}", row["created"])


def _settle(connection: Connection, taken: Taken, values: Mapping[str, object]) -> Settled:
    mine = (OUTBOX.c.id == taken.id) & (OUTBOX.c.state == "leased") & (OUTBOX.c.lease == taken.lease)
    noted = connection.execute(update(OUTBOX).where(mine).values(values)).rowcount
    return Settled.DONE if noted else Settled.LOST


def _dead(error: str) -> dict[str, object]:
    return {"state": "dead", "lease": None, "error": plain(error, MAX_ERROR)}


def _message(row: dict[str, Any]) -> Message:
    payload: Value = load(row["payload"], object)
    return Message(row["key"], row["target"], payload, row["alert_id"])
