"""Which frames have had their effects: noted in the transaction of the effects, and so exactly once."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, select

from tocsin.control.insert import join_in, newest
from tocsin.control.tables import APPLIED
from tocsin.model.place import Place

_OFFSETS = select(APPLIED.c.partition, APPLIED.c.offset).where(APPLIED.c.topic == bindparam("topic"))


def applied(connection: Connection, topic: str, partition: int) -> int | None:
    """Return the offset of the last frame of a partition that was applied: a consumer goes on behind it."""
    return offsets(connection, topic).get(partition)


def offsets(connection: Connection, topic: str) -> dict[int, int]:
    """Return partition -> offset of the last frame that was applied."""
    return {row.partition: row.offset for row in connection.execute(_OFFSETS, {"topic": topic})}


def note(
    connection: Connection, places: Sequence[Place], known: Mapping[str, Mapping[int, int]] | None = None
) -> list[bool]:
    """Note that frames are applied; tell of each whether it is new: later than all before it of its partition.

    known: topic -> what `offsets` has said in this transaction, where it was asked.
    """
    topics = {place.topic for place in places}
    so_far = {topic: dict((known or {}).get(topic) or offsets(connection, topic)) for topic in topics}
    last: dict[tuple[str, int], Place] = {}
    new = []
    for place in places:
        reached = so_far[place.topic]
        is_new = place.offset > reached.get(place.partition, -1)
        if is_new:
            reached[place.partition] = place.offset
            last[place.topic, place.partition] = place
        new.append(is_new)
    join_in(connection, APPLIED, [place._asdict() for place in last.values()], {"offset": newest})
    return new
