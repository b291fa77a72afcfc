"""An alert: what a person is asked to look at. And how signals change one. Times: seconds since 1970 UTC."""

import hashlib
from enum import Enum

from msgspec import Struct

from tocsin.model.match import Entities, MatchedField, RuleRef
from tocsin.model.place import Place


class Status(Enum):
    """How far people have come with an alert."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class Verdict(Enum):
    """What an alert turned out to be."""

    TRUE = "true"
    FALSE = "false"
    BENIGN_EXPECTED = "benign-expected"


class Muted(Enum):
    """Why an alert, or a change of one, did not reach a person."""

    DUPLICATE = "same fingerprint, already told"
    SILENCED = "a silence matches"
    QUIET = "repeat interval not over"
    OVER = "it is over, and nobody had been told"


class Told(Enum):
    """Why a person is told of an alert."""

    NEW = "it is new"
    RAISED = "its level has risen"
    REOPENED = "it was closed, and its level has risen"
    UNMUTED = "no silence matches it any more"
    AGAIN = "the repeat interval is over, and it goes on"
    RESOLVED = "it is over"


class Joined(Enum):
    """Why an alert takes in what would have been others."""

    FLOOD = "its rule had begun too many alerts in this hour"


class Mute(Struct, frozen=True):
    """A decision against telling, and the id of what decided it."""

    reason: Muted
    by: str


class Grows(Enum):
    """How a change joins what is known of its alert."""

    ADD = "more matches of the same kind: counts add up"
    REPLACE = "a later state of the same correlation: it stands for all before"


class AlertChange(Struct, frozen=True):
    """What the signals of one batch say of one alert. All texts are plain and bounded.

    window: where the alert's window begins, microseconds since 1970; with the fingerprint it is the
    alert's identity. series: of a correlation, its revision (1 begins an alert); 0 of all else. ended: of a
    correlation, nothing follows. value: what met a correlation's threshold. sources: names.
    joined: it is another alert's by rights; parts: as how many changes it counts there.
    """

    fingerprint: str
    window: int
    grows: Grows
    rule: RuleRef
    group: dict[str, str]
    entities: Entities
    fields: tuple[MatchedField, ...]
    why: str
    first_seen: float
    last_seen: float
    arrived: float
    count: int
    events: tuple[str, ...]
    series: int = 0
    ended: bool = False
    value: float | None = None
    mute: Mute | None = None
    sources: tuple[str, ...] = ()
    joined: Joined | None = None
    parts: int = 0


class AlertBatch(Struct, frozen=True):
    """All changes that one frame of signals makes. Applied as a whole, once."""

    origin: Place
    changes: tuple[AlertChange, ...]


class Alert(Struct, frozen=True):
    """One alert, as it is kept.

    level: the highest that its rule had. count: events in all; `events` names the first ones. *_seen: by the
    events' own clocks; *_arrival: by ours. revision grows with every change; triage only with those that a
    person must know of before deciding: status, verdict, assignee, level. told: the arrival at which
    somebody was last told. origin: of the last change by signals. joined: why it stands for many alerts, and
    parts: for how many changes of such.
    """

    id: str
    fingerprint: str
    window: int
    rule: RuleRef
    level: str
    group: dict[str, str]
    entities: Entities
    fields: tuple[MatchedField, ...]
    why: str
    first_seen: float
    last_seen: float
    first_arrival: float
    last_arrival: float
    count: int
    events: tuple[str, ...]
    origin: Place
    status: Status = Status.NEW
    verdict: Verdict | None = None
    assignee: str | None = None
    mute: Mute | None = None
    told: float | None = None
    revision: int = 1
    triage: int = 1
    series: int = 0
    ended: bool = True
    value: float | None = None
    sources: tuple[str, ...] = ()
    joined: Joined | None = None
    parts: int = 0


def alert_id(fingerprint: str, window: int) -> str:
    """Return the id that this alert has wherever it is made: 24 hexadecimal digits."""
    return hashlib.sha256(f"{fingerprint}/{window}".encode()).hexdigest()[:24]
