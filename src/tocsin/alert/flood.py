"""A flood: a rule that begins too many alerts. Whoever invents names must not get an alert for each of them."""

import math

from msgspec.structs import replace

from tocsin.alert.grouping import MICROSECOND, fingerprint
from tocsin.model.alert import AlertChange, Grows, Joined

MAX_ALERTS = 200
"""Alerts that one rule may begin in an hour of arrivals; all further ones of the hour are one alert."""
HOUR = 3_600.0


def joined(change: AlertChange) -> AlertChange:
    """Return the change as one of the alert that takes what is too much in its hour.

    What a correlation has seen is counted when it ends: until then each of its changes stands for all before.
    """
    begin = math.floor(change.arrived / HOUR) * HOUR
    counts = change.grows is Grows.ADD or change.ended
    return replace(
        change,
        # A list is no group of names: nobody else's fingerprint is like this.
        fingerprint=fingerprint(change.rule.id, {"": [Joined.FLOOD.name]}),
        window=int(begin * MICROSECOND),
        grows=Grows.ADD,
        group={},
        fields=(),
        why=f"{change.rule.title}: many entities; it had begun {MAX_ALERTS} alerts in this hour already, "
        "all further ones are joined here.",
        count=change.count if counts else 0,
        series=0,
        ended=False,
        value=None,
        joined=Joined.FLOOD,
        parts=1,
    )
