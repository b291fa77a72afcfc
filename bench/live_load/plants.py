"""Attacks planted in the load: each by a person who does nothing else, so that each must be one alert."""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

import orjson

from live_load import marker
from live_load.ledger import Answer, Ledger, taken
from live_load.stream import Body

RULE = "39da7981-ed0d-44ba-82e5-47d312ed43da"
"""GitHub Two-Factor Requirement Disabled, one of our own."""


class Plant(NamedTuple):
    """One attack: the user name that nobody else has, and the event's number in its run."""

    user: str
    number: int


def user(run: int, number: int) -> str:
    """Return the attacker of an event."""
    return f"planted-{run:08x}-{number:08x}"


def planted(body: Body, run: int, now: float) -> tuple[Body, Plant]:
    """Put an attack in the place of a body's last event."""
    number = body.numbers[-1]
    event = {
        "@timestamp": int(now * 1_000),
        "_document_id": user(run, number),
        "action": "org.disable_two_factor_requirement",
        "actor": user(run, number),
        "actor_ip": "203.0.113.9",
        "operation_type": "modify",
        "org": "acme-robotics",
        "load": f"{marker.head(run).decode()}{number:08x}",
    }
    start = body.data.rfind(b"\n", 0, len(body.data) - 1) + 1
    data = b"%s%s\n" % (body.data[:start], orjson.dumps(event))
    return body._replace(data=data), Plant(user(run, number), number)


class Fault(Enum):
    """What may be wrong with the alert of a plant."""

    LOST = "acknowledged, and there is no alert"
    DOUBLED = "more than one alert, or one that counts its event twice"
    INVENTED = "never acknowledged nor left unanswered, and there is an alert"


def faults(plants: Iterable[Plant], alerts: Mapping[str, Sequence[int]], ledger: Ledger) -> dict[str, Fault]:
    """Compare alerts (user -> the counts of its alerts) with what was answered; user -> fault.

    A request that was sent again without an answer may count once for each time it was sent.
    """
    found = {}
    for plant in plants:
        counts, answers = alerts.get(plant.user, ()), ledger.of(plant.number)
        if answers[Answer.ACKNOWLEDGED] and not counts:
            found[plant.user] = Fault.LOST
        elif counts and not taken(answers):
            found[plant.user] = Fault.INVENTED
        elif len(counts) > 1 or sum(counts) > taken(answers):
            found[plant.user] = Fault.DOUBLED
    return found
