"""How many alerts a rule has begun in an hour of arrivals: what a flood is told by. The alerts themselves say it."""

import math
from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, func, select

from tocsin.control.tables import ALERT

HOUR = 3_600
_AT_ONCE = 400
"""Rules of one question; some builds of SQLite take 999 parameters at most."""
_BEGUN = (
    select(ALERT.c.rule_id, func.count())
    .where(
        ALERT.c.rule_id.in_(bindparam("rules", expanding=True)),
        ALERT.c.first_arrival.between(bindparam("first"), bindparam("last")),
    )
    .group_by(ALERT.c.rule_id)
)


def hour_of(arrived: float) -> int:
    """Return the number of the hour in which something arrived."""
    return math.floor(arrived / HOUR)


def begun_in(connection: Connection, kinds: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """Return for rules and hours how many alerts began."""
    of_hour: dict[int, list[str]] = {}
    for rule, hour in kinds:
        of_hour.setdefault(hour, []).append(rule)
    found: dict[tuple[str, int], int] = {}
    for hour, rules in of_hour.items():
        bounds = {"first": hour * HOUR, "last": math.nextafter((hour + 1) * HOUR, 0)}
        for at in range(0, len(rules), _AT_ONCE):
            counted = connection.execute(_BEGUN, {"rules": rules[at : at + _AT_ONCE], **bounds})
            found.update({(row[0], hour): row[1] for row in counted})
    return found
