"""What a person is told: the payload of a message. Its JSON is described in docs/reference/notifications.md."""

import msgspec
from msgspec import Struct

from tocsin.errors import DataError
from tocsin.model.event import Value
from tocsin.model.match import Entities, MatchedField, RuleRef

NOBODY = Entities()
RESOLVED = ".resolved"
"""How the types of notices end that say that something is over."""


class Content(Struct, frozen=True):
    """The alert as it was when there was something to tell. Texts are plain and bounded, times as in `Alert`.

    because: why somebody is told. thread: what messages of one alert have in common. first: whether this
    message is the thread's first.
    """

    id: str
    because: str
    thread: str
    rule: RuleRef
    level: str
    why: str
    first: bool = False
    fingerprint: str = ""
    revision: int = 1
    status: str = "new"
    group: dict[str, str] = {}
    entities: Entities = NOBODY
    sources: tuple[str, ...] = ()
    fields: tuple[MatchedField, ...] = ()
    first_seen: float = 0.0
    last_seen: float = 0.0
    first_arrival: float = 0.0
    last_arrival: float = 0.0
    count: int = 0
    events: tuple[str, ...] = ()


class Notice(Struct, frozen=True):
    """type: `alert.new`, `alert.raised`, `alert.resolved`, … or `test`. timestamp: ISO 8601, when there was something to tell."""

    type: str
    timestamp: str
    data: Content


def payload(notice: Notice) -> Value:
    """Return the payload of a message."""
    return msgspec.to_builtins(notice)


def notice(payload: Value) -> Notice:
    """Read a payload; raises DataError when it is none that this version knows."""
    try:
        return msgspec.convert(payload, Notice)
    except msgspec.ValidationError:
        raise DataError("no notice") from None
