"""What people decide about alerts. Every decision is recorded with it, or neither is there."""

from enum import Enum

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace
from sqlalchemy import Connection, select, update

from tocsin.control import audit
from tocsin.control.rows import from_row, to_row
from tocsin.control.tables import ALERT
from tocsin.model.alert import Alert, Status, Verdict
from tocsin.model.event import Value
from tocsin.model.hidden import plain

MAX_NAME = 200
"""Characters of an assignee."""
MAX_NOTE = 2_000
"""Characters of a note on a decision."""


class Decision(Struct, frozen=True):
    """What is to be changed; UNSET stays as it is, None takes back. note: why, for the record."""

    status: Status | UnsetType = UNSET
    verdict: Verdict | UnsetType | None = UNSET
    assignee: str | UnsetType | None = UNSET
    note: str = ""


class Refused(Enum):
    """Why a decision had no effect."""

    UNKNOWN = "there is no such alert"
    STALE = "its status, verdict, assignee or level has changed since it was looked at; look again"


def decide(
    connection: Connection, alert: str, decision: Decision, *, triage: int, by: audit.By
) -> Alert | Refused:
    """Change an alert if it is as its decider saw it, and record it; return it as it is now.

    triage: the alert's `triage` when it was looked at. More events do not count against a decision. A
    decision that changes nothing and has no note is not recorded.
    """
    row = (
        connection.execute(select(ALERT).where(ALERT.c.id == plain(alert, MAX_NAME)).with_for_update())
        .mappings()
        .first()
    )
    if row is None:
        return Refused.UNKNOWN
    before = from_row(dict(row))
    if before.triage != triage:
        return Refused.STALE
    after = _decided(before, decision)
    if after != before:
        after = replace(after, triage=triage + 1, revision=before.revision + 1)
        connection.execute(update(ALERT).where(ALERT.c.id == before.id).values(to_row(after)))
    elif not decision.note:
        return before
    detail: dict[str, Value] = {"from": _said(before), "to": _said(after), "triage": after.triage}
    if decision.note:
        detail["note"] = plain(decision.note, MAX_NOTE)
    _record(connection, before.id, detail, by)
    return after


def _record(connection: Connection, alert: str, detail: Value, by: audit.By) -> None:
    entry = audit.Entry(audit.nanoseconds(by.at), by.actor, "alert.decide", f"alert:{alert}", detail)
    audit.append(connection, entry)


def _decided(before: Alert, decision: Decision) -> Alert:
    name = decision.assignee
    return replace(
        before,
        status=before.status if decision.status is UNSET else decision.status,
        verdict=before.verdict if decision.verdict is UNSET else decision.verdict,
        assignee=before.assignee if name is UNSET else plain(name, MAX_NAME) if name else None,
    )


def _said(alert: Alert) -> dict[str, Value]:
    verdict = alert.verdict.value if alert.verdict else None
    return {"status": alert.status.value, "verdict": verdict, "assignee": alert.assignee}
