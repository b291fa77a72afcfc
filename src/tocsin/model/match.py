"""What detection says: a match of a rule, with the fields that made it. The NDJSON line is made of these."""

from msgspec import Struct

from tocsin.model.event import Fields, Value


class RuleRef(Struct, frozen=True):
    """The rule, as far as a reader of a match needs it."""

    id: str
    title: str
    level: str
    tags: tuple[str, ...] = ()


class MatchedField(Struct, frozen=True):
    """A field that made the rule true; name as the rule says it, keyword matches under `keyword`."""

    name: str
    value: Value


class Entities(Struct, frozen=True):
    """Who and what an event is about, each sorted and without repeats.

    person: who is behind the users, as far as somebody said so; a hunt asks nobody.
    """

    user: tuple[str, ...] = ()
    host: tuple[str, ...] = ()
    ip: tuple[str, ...] = ()
    repo: tuple[str, ...] = ()
    person: tuple[str, ...] = ()


class Match(Struct, frozen=True):
    """One rule that was true of one event, or one correlation of several (then `events` names them).

    time: seconds since 1970 UTC, None when the event has no readable time. line: 1-based; 0 for a
    correlation. event: all fields by the source's own names; a correlation's holds its group and value.
    people: (user, person) of the users that are known to be somebody's.
    """

    time: float | None
    rule: RuleRef
    source: str
    event_id: str
    event: Fields
    fields: tuple[MatchedField, ...]
    entities: Entities
    attack: tuple[str, ...]
    file: str
    line: int
    events: tuple[str, ...] = ()
    people: tuple[tuple[str, str], ...] = ()
