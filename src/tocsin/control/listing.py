"""Alerts in pages. A page begins behind the last alert of the one before, not at a number of alerts."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from enum import Enum
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Struct
from sqlalchemy import Column, ColumnElement, Connection, Select, select, tuple_

from tocsin.control.canonical import dump
from tocsin.control.rows import from_row
from tocsin.control.tables import ALERT, ALERT_ENTITY
from tocsin.errors import DataError
from tocsin.model.alert import Alert, Status, Verdict
from tocsin.model.hidden import plain
from tocsin.model.level import rank
from tocsin.model.match import Entities

MAX_PAGE = 500
"""Alerts of a page."""
_MAX_TEXT = 500
_Level: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=4)]


class Order(Enum):
    """Which alerts come first. The values of NEWEST never change: nothing is missed on the way."""

    NEWEST = "newest"
    LATEST = "latest"
    LEVEL = "level"


_COLUMNS: dict[Order, tuple[Column[float] | Column[str] | Column[int], ...]] = {
    Order.NEWEST: (ALERT.c.first_arrival, ALERT.c.id),
    Order.LATEST: (ALERT.c.last_arrival, ALERT.c.id),
    Order.LEVEL: (ALERT.c.level, ALERT.c.first_arrival, ALERT.c.id),
}


class Filter(Struct, frozen=True):
    """Which alerts are wanted; what is empty or None does not count.

    level: this one and above. entities: (kind, name), kind "" for any; all must fit. since, until: event
    times, seconds since 1970; alerts with a moment at or after since and before until. silenced: those that a
    silence keeps quiet, or the others.
    """

    status: tuple[Status, ...] = ()
    verdict: tuple[Verdict, ...] = ()
    level: str | None = None
    rules: tuple[str, ...] = ()
    entities: tuple[tuple[str, str], ...] = ()
    assignee: str | None = None
    since: float | None = None
    until: float | None = None
    silenced: bool | None = None


class Page(Struct, frozen=True):
    """Some alerts; `next` asks for those that follow, None if there are none."""

    alerts: tuple[Alert, ...]
    next: str | None


def find(connection: Connection, alert: str) -> Alert | None:
    """Return one alert by its id."""
    row = connection.execute(select(ALERT).where(ALERT.c.id == _plain(alert))).mappings().first()
    return from_row(dict(row)) if row else None


def page(
    connection: Connection,
    wanted: Filter | None = None,
    *,
    order: Order = Order.NEWEST,
    limit: int = 50,
    after: str | None = None,
) -> Page:
    """Return the alerts that follow `after` (the `next` of the page before, of the same order).

    Raises DataError if `after` is no such thing.
    """
    limit = max(1, min(limit, MAX_PAGE))
    columns = _COLUMNS[order]
    asked: Select[tuple[object, ...]] = select(ALERT).where(*_conditions(wanted or Filter()))
    if after is not None:
        asked = asked.where(tuple_(*columns) < tuple_(*_read(after, order)))
    asked = asked.order_by(*(column.desc() for column in columns)).limit(limit + 1)
    rows = connection.execute(asked).mappings().all()
    found = rows[:limit]
    more = len(rows) > limit
    following = _write(order, [found[-1][column.name] for column in columns]) if more else None
    return Page(tuple(from_row(dict(row)) for row in found), following)


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    made = [
        (wanted.status, ALERT.c.status.in_([one.value for one in wanted.status])),
        (wanted.verdict, ALERT.c.verdict.in_([one.value for one in wanted.verdict])),
        (wanted.level is not None, ALERT.c.level >= rank(wanted.level or "")),
        (wanted.rules, ALERT.c.rule_id.in_([_plain(rule) for rule in wanted.rules])),
        (wanted.assignee is not None, ALERT.c.assignee == _plain(wanted.assignee or "")),
        (wanted.since is not None, ALERT.c.last_seen >= (wanted.since or 0.0)),
        (wanted.until is not None, ALERT.c.first_seen < (wanted.until or 0.0)),
        (wanted.silenced is True, ALERT.c.muted.is_not(None)),
        (wanted.silenced is False, ALERT.c.muted.is_(None)),
    ]
    return [condition for asked, condition in made if asked] + [_about(*one) for one in wanted.entities]


def _about(kind: str, name: str) -> ColumnElement[bool]:
    # IN, not EXISTS: SQLite then begins with the few alerts of the entity, not with all in order.
    found = select(ALERT_ENTITY.c.alert_id).where(ALERT_ENTITY.c.value == _plain(name))
    kinds = [kind] if kind else Entities.__struct_fields__
    return ALERT.c.id.in_(found.where(ALERT_ENTITY.c.kind.in_(kinds)))


def _plain(text: str) -> str:
    """Return a text as alerts have it: what was kept is plain, and so a hostile question finds it, or nothing."""
    return plain(text, _MAX_TEXT)


def _write(order: Order, values: list[object]) -> str:
    return urlsafe_b64encode(dump([order.value, *values]).encode()).decode().rstrip("=")


def _read(cursor: str, order: Order) -> list[float | int | str]:
    kinds: list[Any] = [float] if order is not Order.LEVEL else [_Level, float]
    shape = tuple.__class_getitem__((str, *kinds, str))
    try:
        written = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        name, *values = msgspec.json.decode(written, type=shape)
    except (msgspec.DecodeError, binascii.Error, ValueError):
        raise DataError("no place in a list") from None
    if name != order.value:
        raise DataError("no place in a list", f"it is one by {name}, and the list is by {order.value}")
    return [_plain(value) if isinstance(value, str) else value for value in values]
