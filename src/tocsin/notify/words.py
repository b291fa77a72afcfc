"""A notice in words, for people: what every channel that shows text says. Nothing here is escaped."""

from collections.abc import Iterator
from typing import NamedTuple

from tocsin.errors import DataError
from tocsin.model.hidden import plain
from tocsin.model.match import Entities
from tocsin.model.moment import to_iso
from tocsin.model.notice import RESOLVED, Notice, notice
from tocsin.ports.notifier import Delivery, NotDeliveredError

MAX_TITLE = 150
"""Characters of a title: what Slack takes, and what a list of mail still shows."""
MAX_WHY = 2_000
"""Characters of the sentence that says why."""
MAX_LINES = 20
"""Entities, and fields, that a message shows of each."""
MAX_VALUE = 200
"""Characters of one value in a message."""


class Line(NamedTuple):
    """Something that has a name."""

    name: str
    value: str


def read(delivery: Delivery) -> Notice:
    """Read a message; raises NotDeliveredError for one of another version's form."""
    try:
        return notice(delivery.payload)
    except DataError:
        raise NotDeliveredError("its form is of another version of Tocsin", retryable=False) from None


def title(one: Notice) -> str:
    """Return `[HIGH] Deploy key added (user alice)`, or `[RESOLVED] …` of what is over."""
    about = ", ".join(f"{name} {value}" for name, value in one.data.group.items())
    urgency = "resolved" if one.type.endswith(RESOLVED) else one.data.level
    head = f"[{urgency.upper()}] {one.data.rule.title}"
    return plain(f"{head} ({about})" if about else head, MAX_TITLE)


def why(one: Notice) -> str:
    """Return the sentence that says why."""
    return plain(one.data.why, MAX_WHY)


def entities(one: Notice) -> list[Line]:
    """Return who and what it is about."""
    kinds = Entities.__struct_fields__
    return _bounded(
        Line(kind, ", ".join(names)) for kind in kinds if (names := getattr(one.data.entities, kind))
    )


def fields(one: Notice) -> list[Line]:
    """Return the fields that made the rule true."""
    return _bounded(
        Line(field.name, "empty" if field.value is None else str(field.value)) for field in one.data.fields
    )


def facts(one: Notice) -> list[Line]:
    """Return when, how often, where from, and its names elsewhere."""
    data = one.data
    found = [
        Line("told because", data.because),
        Line("first seen", _moment(data.first_seen)),
        Line("last seen", _moment(data.last_seen)),
        Line("events", f"{data.count:,}"),
        Line("sources", ", ".join(data.sources)),
        Line("rule", data.rule.id),
        Line("tags", ", ".join(data.rule.tags)),
        Line("alert", data.id),
    ]
    return _bounded(line for line in found if line.value)


def _moment(epoch: float) -> str:
    return f"{to_iso(epoch)[:19].replace('T', ' ')} UTC" if epoch else ""


def _bounded(lines: Iterator[Line]) -> list[Line]:
    return [Line(plain(one.name, MAX_VALUE), plain(one.value, MAX_VALUE)) for one in lines][:MAX_LINES]
