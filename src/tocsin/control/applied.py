"""Which frames have had their effects: noted in the transaction of the effects, and so exactly once."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from tocsin.control.insert import join_in, newest
from tocsin.control.tables import APPLIED
from tocsin.model.place import Place


def applied(connection: Connection, topic: str, partition: int) -> int | None:
    """Return the offset of the last frame of a partition that was applied: a consumer goes on behind it."""
    return offsets(connection, topic).get(partition)


def offsets(connection: Connection, topic: str) -> dict[int, int]:
    """Return partition -> offset of the last frame that was applied."""
    asked = select(APPLIED.c.partition, APPLIED.c.offset).where(APPLIED.c.topic == topic)
    return {row.partition: row.offset for row in connection.execute(asked)}


def note(connection: Connection, places: Iterable[Place]) -> set[Place]:
    """Note that frames are applied; return those that are new: later than all before them of their partition."""
    known: dict[str, dict[int, int]] = {}
    new: set[Place] = set()
    last: dict[tuple[str, int], Place] = {}
    for place in places:
        if place.topic not in known:
            known[place.topic] = offsets(connection, place.topic)
        reached = known[place.topic]
        if place.offset > reached.get(place.partition, -1):
            reached[place.partition] = place.offset
            last[place.topic, place.partition] = place
            new.add(place)
    join_in(connection, APPLIED, [place._asdict() for place in last.values()], {"offset": newest})
    return new
