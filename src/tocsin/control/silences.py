"""Silences that people make and end. What they did is recorded with it, or neither is there."""

import math
from collections.abc import Mapping
from enum import Enum
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from tocsin.control.audit import By, Entry, append, nanoseconds
from tocsin.control.canonical import dump, load
from tocsin.control.tables import SILENCE
from tocsin.model.event import Value
from tocsin.model.hidden import plain
from tocsin.model.level import LEVELS
from tocsin.model.match import Entities
from tocsin.model.silence import Silence

MAX_ACTIVE = 1_000
"""Silences at once; each match is held against all of them."""
MAX_NAMED = 100
"""Rules, levels and entities that one silence names, together."""
MAX_TEXT = 500
"""Characters of a reason, an owner, a name."""


class Refused(Enum):
    """Why a silence was not made or changed."""

    UNKNOWN = "there is no such silence"
    EXISTS = "there is a silence of this id already"
    ENDED = "it has ended; make a new one"
    PAST = "it would have ended already, or never end"
    TOO_MANY = f"there are {MAX_ACTIVE} silences; end some"
    TOO_LARGE = f"it names more than {MAX_NAMED} rules, levels and entities, or texts of more than {MAX_TEXT} characters"
    STRANGE = "it names a level or a kind of entity that there is not, or characters that no screen shows"


_REVISION = select(func.max(SILENCE.c.change))


def add(connection: Connection, silence: Silence, by: By) -> Silence | Refused:
    """Make a silence."""
    wrong = _wrong(silence, by.at)
    if wrong:
        return wrong
    if find(connection, silence.id):
        return Refused.EXISTS
    if (connection.scalar(select(func.count()).where(SILENCE.c.until > by.at)) or 0) >= MAX_ACTIVE:
        return Refused.TOO_MANY
    row: dict[str, Any] = {**_to_row(silence), "created": by.at, "change": revision(connection) + 1}
    connection.execute(insert(SILENCE).values(row))
    _record(connection, "silence.add", silence.id, _said(silence), by)
    return silence


def extend(connection: Connection, silence: str, until: float, by: By) -> Silence | Refused:
    """Let an active silence end at another moment, which is still to come."""
    return _until(connection, silence, until, by, "silence.extend")


def end(connection: Connection, silence: str, by: By) -> Silence | Refused:
    """End an active silence now. It stays in the table: what it kept quiet names it."""
    return _until(connection, silence, by.at, by, "silence.end")


def find(connection: Connection, silence: str) -> Silence | None:
    """Return one by its id."""
    asked = select(SILENCE).where(SILENCE.c.id == plain(silence, MAX_TEXT))
    row = connection.execute(asked).mappings().first()
    return _from_row(row) if row else None


def active(connection: Connection, at: float) -> tuple[Silence, ...]:
    """Return the silences that have not ended at a moment, the first that ends first."""
    asked = select(SILENCE).where(SILENCE.c.until > at).order_by(SILENCE.c.until, SILENCE.c.id)
    return tuple(_from_row(row) for row in connection.execute(asked).mappings())


def revision(connection: Connection) -> int:
    """Return a number that grows whenever a silence is made or changed: one look at an index."""
    return connection.scalar(_REVISION) or 0


def _until(connection: Connection, silence: str, until: float, by: By, action: str) -> Silence | Refused:
    before = find(connection, silence)
    if before is None:
        return Refused.UNKNOWN
    if before.until <= by.at:
        return Refused.ENDED
    if not by.at <= until < math.inf:
        return Refused.PAST
    values = {"until": until, "change": revision(connection) + 1}
    connection.execute(update(SILENCE).where(SILENCE.c.id == before.id).values(values))
    _record(connection, action, before.id, {"from": before.until, "to": until}, by)
    return find(connection, before.id) or Refused.UNKNOWN


def _wrong(silence: Silence, at: float) -> Refused | None:
    names = [*silence.rules, *silence.levels, *(name for pair in silence.entities for name in pair)]
    texts = [silence.id, silence.owner, silence.reason, *names]
    named = len(silence.rules) + len(silence.levels) + len(silence.entities)
    if named > MAX_NAMED or any(len(text) > MAX_TEXT for text in texts):
        return Refused.TOO_LARGE
    kinds = {kind for kind, _ in silence.entities}
    strange = not silence.levels <= set(LEVELS) or not kinds <= set(Entities.__struct_fields__)
    if strange or any(plain(text, MAX_TEXT) != text for text in texts):
        return Refused.STRANGE
    return None if at < silence.until < math.inf else Refused.PAST


def _said(silence: Silence) -> dict[str, Value]:
    return {
        "owner": silence.owner,
        "reason": silence.reason,
        "until": silence.until,
        "rules": sorted(silence.rules),
        "levels": sorted(silence.levels),
        "entities": [[kind, name] for kind, name in sorted(silence.entities)],
    }


def _to_row(silence: Silence) -> dict[str, Any]:
    said = _said(silence)
    return {"id": silence.id, **said, **{name: dump(said[name]) for name in ("rules", "levels", "entities")}}


def _from_row(row: Mapping[Any, Any]) -> Silence:
    return Silence(
        id=row["id"],
        owner=row["owner"],
        reason=row["reason"],
        until=row["until"],
        rules=load(row["rules"], frozenset[str]),
        levels=load(row["levels"], frozenset[str]),
        entities=load(row["entities"], frozenset[tuple[str, str]]),
    )


def _record(connection: Connection, action: str, silence: str, detail: Value, by: By) -> None:
    append(connection, Entry(nanoseconds(by.at), by.actor, action, f"silence:{silence}", detail))
