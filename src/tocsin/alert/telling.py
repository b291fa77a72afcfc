"""Whether a person is told of a change, and why (not)."""

from typing import Final

from tocsin.model.alert import Alert, Muted, Status, Told
from tocsin.model.level import rank

OWN: Final = "tocsin.self"
"""The tag of rules about the monitor itself and what feeds it: that such an alert is over is told, too."""


def telling(before: Alert | None, after: Alert, repeat: float | None = None) -> Told | Muted:
    """Decide about one change. repeat: seconds after which an alert that goes on is told of again.

    Time is that of arrivals, so that a replay decides as it was decided.
    """
    if after.mute:
        return after.mute.reason
    if _is_back(before, after):
        return Muted.OVER if after.told is None else Told.RESOLVED
    if after.told is None:
        return Told.NEW if before is None or before.mute is None else Told.UNMUTED
    if before is not None and rank(after.level) > rank(before.level):
        return Told.REOPENED if before.status is Status.CLOSED else Told.RAISED
    if repeat is None or after.status is not Status.NEW:
        return Muted.DUPLICATE
    return Told.AGAIN if after.last_arrival - after.told >= repeat else Muted.QUIET


def _is_back(before: Alert | None, after: Alert) -> bool:
    """Tell whether what was wrong with the monitor has ended by a change of its own, and nobody had closed the alert."""
    return (
        before is not None
        and OWN in after.rule.tags
        and after.ended
        and not before.ended
        and after.series > before.series
        and after.status is not Status.CLOSED
    )
