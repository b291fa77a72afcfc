"""Alerts as rows of the table, and back."""

from collections.abc import Mapping
from typing import Any

from tocsin.control.canonical import dump, load
from tocsin.model.alert import Alert, Joined, Mute, Muted, Status, Verdict
from tocsin.model.level import LEVELS, rank
from tocsin.model.match import Entities, MatchedField, RuleRef
from tocsin.model.place import Place

_SAME = (
    "id", "fingerprint", "window", "why", "first_seen", "last_seen", "first_arrival", "last_arrival", "count",
    "assignee", "told", "revision", "triage", "series", "ended", "value",
    "parts",
)  # fmt: skip
_JSON: dict[str, Any] = {
    "rule": RuleRef,
    "group": dict[str, str],
    "entities": Entities,
    "fields": tuple[MatchedField, ...],
    "events": tuple[str, ...],
    "sources": tuple[str, ...],
}


def to_row(alert: Alert) -> dict[str, Any]:
    """Return the columns of an alert."""
    return {
        **{name: getattr(alert, name) for name in _SAME},
        **{name: dump(getattr(alert, name)) for name in _JSON},
        "rule_id": alert.rule.id,
        "level": rank(alert.level),
        "status": alert.status.value,
        "verdict": alert.verdict.value if alert.verdict else None,
        "muted": alert.mute.reason.name.lower() if alert.mute else None,
        "muted_by": alert.mute.by if alert.mute else None,
        "joined": alert.joined.name.lower() if alert.joined else None,
        "origin_topic": alert.origin.topic,
        "origin_partition": alert.origin.partition,
        "origin_offset": alert.origin.offset,
    }


def from_row(row: Mapping[str, Any]) -> Alert:
    """Return the alert of a row."""
    return Alert(
        **{name: row[name] for name in _SAME},
        **{name: load(row[name], kind) for name, kind in _JSON.items()},
        level=LEVELS[row["level"]],
        status=Status(row["status"]),
        verdict=Verdict(row["verdict"]) if row["verdict"] else None,
        mute=Mute(Muted[row["muted"].upper()], row["muted_by"]) if row["muted"] else None,
        joined=Joined[row["joined"].upper()] if row["joined"] else None,
        origin=Place(row["origin_topic"], row["origin_partition"], row["origin_offset"]),
    )


def entity_rows(alert: Alert) -> list[dict[str, str]]:
    """Return the rows by which an alert is found."""
    return [
        {"alert_id": alert.id, "kind": kind, "value": value}
        for kind in Entities.__struct_fields__
        for value in getattr(alert.entities, kind)
    ]
