"""Canaries that came through, written in the transaction of alerts: when one is here, an alert would have been."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, delete, func, insert, select, tuple_

from tocsin.control.tables import CANARY

KEPT_SECONDS = 3_600.0
"""How long canaries are kept behind the latest of their way: longer than one is taken after it was sent."""
_KEY = (CANARY.c.input, CANARY.c.way, CANARY.c.sent)
_LATEST = select(CANARY).where(
    tuple_(*_KEY).in_(
        select(CANARY.c.input, CANARY.c.way, func.max(CANARY.c.sent)).group_by(CANARY.c.input, CANARY.c.way)
    )
)


class Arrival(Struct, frozen=True):
    """A canary on its way through. sent: milliseconds since 1970. arrived: seconds. event: its id in the store."""

    input: str
    way: str
    sent: int
    arrived: float
    event: str

    @property
    def key(self) -> tuple[str, str, int]:
        """Of which there is one."""
        return self.input, self.way, self.sent


class Passed(Arrival, frozen=True):
    """A canary that came through. applied: when alerts of its moment were stored, seconds since 1970."""

    applied: float


def note(connection: Connection, arrivals: Iterable[Arrival], at: float) -> list[Arrival]:
    """Note canaries; return those that were here before: somebody has sent them again."""
    some = list(arrivals)
    if not some:
        return []
    asked = select(*_KEY).where(tuple_(*_KEY).in_({one.key for one in some}))
    known = {tuple(row) for row in connection.execute(asked)}
    fresh: dict[tuple[str, str, int], Arrival] = {}
    again = []
    for one in some:
        if one.key in known or one.key in fresh:
            again.append(one)
        else:
            fresh[one.key] = one
    if fresh:
        connection.execute(insert(CANARY), [{**asdict(one), "applied": at} for one in fresh.values()])
    for one in fresh.values():
        oldest = one.sent - int(KEPT_SECONDS * 1000)
        mine = (CANARY.c.input == one.input) & (CANARY.c.way == one.way)
        connection.execute(delete(CANARY).where(mine, CANARY.c.sent < oldest))
    return again


def latest(connection: Connection) -> dict[tuple[str, str], Passed]:
    """Return (input, way) -> the canary sent last of those that came through."""
    rows = connection.execute(_LATEST).mappings()
    return {(row["input"], row["way"]): Passed(**row) for row in rows}
