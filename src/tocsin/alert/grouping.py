"""Which alert a match belongs to: one for a rule, a group of entities, and a window of time.

Windows stand still on the clock (they do not begin with the first match), so that the same events make the
same alerts in whatever order they come, and whatever is replayed.
"""

import hashlib
import json
import math
from collections.abc import Mapping

from msgspec import Struct

from tocsin.errors import ConfigError
from tocsin.model.alert import AlertChange
from tocsin.model.event import Value
from tocsin.model.match import Entities

HORIZON = 7 * 86_400.0
"""Seconds that an event's own time may be before its arrival; of older ones the arrival counts."""
MICROSECOND = 1_000_000


class Grouping(Struct, frozen=True):
    """How matches of a rule are put together.

    by: kinds of entity; those that an event has none of do not count. Addresses are left out, because whoever
    changes addresses would get an alert for each. otherwise: the kinds taken if an event has none of `by`.
    A user whose person is known counts as the person, whichever of the accounts it was.
    window: seconds; matches of one group within one are one alert.
    """

    by: tuple[str, ...] = ("user", "host", "repo")
    otherwise: tuple[str, ...] = ("ip",)
    window: float = 3_600.0

    def __post_init__(self) -> None:
        unknown = {*self.by, *self.otherwise} - set(Entities.__struct_fields__)
        if unknown:
            kinds = ", ".join(Entities.__struct_fields__)
            raise ConfigError(f"alerts cannot be grouped by {', '.join(sorted(unknown))}; there are {kinds}")
        if not 1 <= self.window <= HORIZON:
            raise ConfigError(f"an alert's window is 1 to {HORIZON:.0f} seconds, not {self.window:g}")

    def group(
        self, entities: Entities, people: tuple[tuple[str, str], ...] = ()
    ) -> dict[str, tuple[str, ...]]:
        """Return kind -> names of what an alert of this event is about. people: (user, person)."""
        return _named(self.by, entities, people) or _named(self.otherwise, entities, people)

    def begin(self, moment: float) -> int:
        """Return the beginning of the window that holds a moment, in microseconds."""
        return int(math.floor(moment / self.window) * self.window * MICROSECOND)


def _named(
    kinds: tuple[str, ...], entities: Entities, people: tuple[tuple[str, str], ...]
) -> dict[str, tuple[str, ...]]:
    found = {kind: names for kind in kinds if (names := getattr(entities, kind))}
    known = dict(people)
    if not known or "user" not in found:
        return found
    others = tuple(name for name in found.pop("user") if name not in known)
    return {"person": tuple(sorted(set(known.values()))), **({"user": others} if others else {}), **found}


def moment_of(time: float | None, arrived: float) -> float:
    """Return an event's own time; its arrival if it has none, or one that cannot be."""
    if time is None or not arrived - HORIZON <= time <= arrived:
        return arrived
    return time


def fingerprint(rule: str, group: Mapping[str, Value]) -> str:
    """Return what all alerts of a rule and a group have in common: 32 hexadecimal digits.

    The values count in full, however long they are; how they are shown does not.
    """
    # JSON keeps names and values apart: no value can pass for a name, or for two.
    return hashlib.sha256(_exact([rule, sorted(group.items())]).encode()).hexdigest()[:32]


def _exact(value: Value) -> str:
    try:
        return json.dumps(value, default=repr)
    except (RecursionError, ValueError):
        # Nested without end, or a number of thousands of digits: all that are so are one group.
        return "no text can hold it"


def same_alert(change: AlertChange) -> tuple[str, int]:
    """Return what two changes of one batch have in common if they are of one alert."""
    return change.fingerprint, change.window
