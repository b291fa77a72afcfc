"""Whether a person is told of a change, and why (not)."""

from tocsin.model.alert import Alert, Muted, Status, Told
from tocsin.model.level import rank


def telling(before: Alert | None, after: Alert, repeat: float | None = None) -> Told | Muted:
    """Decide about one change. repeat: seconds after which an alert that goes on is told of again.

    Time is that of arrivals, so that a replay decides as it was decided.
    """
    if after.mute:
        return after.mute.reason
    if after.told is None:
        return Told.NEW if before is None or before.mute is None else Told.UNMUTED
    if before is not None and rank(after.level) > rank(before.level):
        return Told.REOPENED if before.status is Status.CLOSED else Told.RAISED
    if repeat is None or after.status is not Status.NEW:
        return Muted.DUPLICATE
    return Told.AGAIN if after.last_arrival - after.told >= repeat else Muted.QUIET
