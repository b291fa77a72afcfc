"""How a change alters its alert."""

from msgspec.structs import replace

from tocsin.alert import bounds
from tocsin.model.alert import Alert, AlertChange, Grows, Status, alert_id
from tocsin.model.level import rank
from tocsin.model.place import Place


def merged(before: Alert | None, change: AlertChange, origin: Place) -> Alert:
    """Return the alert after a change; a new one if there was none.

    A level only rises. One that rises on a closed alert opens it again: what was judged was something else.
    """
    if before is None:
        return _begun(change, origin)
    if change.grows is Grows.REPLACE and change.series <= before.series:
        return before
    after = _added(before, change) if change.grows is Grows.ADD else _replaced(before, change)
    after = replace(
        after,
        first_arrival=min(before.first_arrival, change.arrived),
        last_arrival=max(before.last_arrival, change.arrived),
        origin=origin,
        revision=before.revision + 1,
    )
    return _raised(after, change) if rank(change.rule.level) > rank(before.level) else after


def _begun(change: AlertChange, origin: Place) -> Alert:
    return Alert(
        id=alert_id(change.fingerprint, change.window),
        fingerprint=change.fingerprint,
        window=change.window,
        rule=change.rule,
        level=change.rule.level,
        group=change.group,
        entities=change.entities,
        fields=change.fields,
        why=change.why,
        first_seen=change.first_seen,
        last_seen=change.last_seen,
        first_arrival=change.arrived,
        last_arrival=change.arrived,
        count=change.count,
        events=change.events,
        origin=origin,
        mute=change.mute,
        series=change.series,
        ended=change.ended or change.grows is Grows.ADD,
        value=change.value,
        sources=change.sources,
        joined=change.joined,
        parts=change.parts,
    )


def _added(before: Alert, change: AlertChange) -> Alert:
    return replace(before, **summed(before, change), parts=before.parts + change.parts)


def summed(one: Alert | AlertChange, other: AlertChange) -> dict[str, object]:
    """Return what both tell together: bounds, counts, and whom it is about."""
    return {
        "entities": bounds.joined(one.entities, other.entities),
        "first_seen": min(one.first_seen, other.first_seen),
        "last_seen": max(one.last_seen, other.last_seen),
        "count": one.count + other.count,
        "events": bounds.more_ids(one.events, other.events),
        "sources": bounds.sources_shown([*one.sources, *other.sources]),
        # Silenced as long as all of it is: one match that nobody silenced is enough to be told.
        "mute": one.mute if other.mute else None,
    }


def _replaced(before: Alert, change: AlertChange) -> Alert:
    return replace(
        before,
        entities=change.entities,
        sources=change.sources,
        group=change.group,
        why=change.why,
        first_seen=min(before.first_seen, change.first_seen),
        last_seen=change.last_seen,
        count=change.count,
        events=change.events,
        mute=change.mute,
        series=change.series,
        ended=change.ended,
        value=change.value,
    )


def _raised(after: Alert, change: AlertChange) -> Alert:
    """Show the alert as its most urgent match; a person must know before deciding."""
    raised = replace(
        after,
        rule=change.rule,
        level=change.rule.level,
        fields=change.fields,
        why=change.why,
        triage=after.triage + 1,
    )
    if after.status is not Status.CLOSED:
        return raised
    return replace(raised, status=Status.NEW, verdict=None)
