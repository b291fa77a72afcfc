"""What a source folder (`sources/<name>/source.py`) exports as SOURCE."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import BinaryIO, NamedTuple, TypeAlias

from tocsin.errors import DataError
from tocsin.model.event import Fields, Path, Value
from tocsin.model.logsource import LogSource


class Kind(Enum):
    """How records of a source are decoded."""

    JSON = "each record is one JSON object; decoded with projection, only the fields that are read"
    LINE = "each record is a line of text; parsed in full by the source's own parser"


@dataclass(frozen=True, slots=True)
class Route:
    """What an event declares itself to be, and how rule fields are called in it.

    `aliases` maps a rule's field name to the places (under the source's roots) to look when the event has
    no field of that name, best first: `{"Image": ("NewProcessName",)}`. `values` rewrites a rule's exact values for a field:
    `{"IntegrityLevel": {"high": "S-1-16-12288"}}` (keys in lower case).
    """

    logsources: tuple[LogSource, ...]
    aliases: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


ANYWHERE: tuple[Path, ...] = ("*",)


class Unpack(NamedTuple):
    """How a file format of its own is read. opens: tells by a file's first bytes.

    records: the stream's records, as `parse` takes them, and a DataError wherever something is lost.
    """

    opens: Callable[[bytes], bool]
    records: Callable[[BinaryIO], Iterator[bytes | DataError]]


class Carried(NamedTuple):
    """A record of some log that a protocol has brought.

    said: what the protocol says of it and the record may not: normalised name, or `<protocol>.<name>` -> text; `@timestamp` ->
    a time. What the record says itself counts more.
    """

    record: bytes
    said: Mapping[str, Value]


Carrier: TypeAlias = Callable[[bytes], Carried]
"""What a folder of `sources/carriers/` exports as `carried`: a record as its protocol wraps it -> what is in it. Raises DataError."""


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of log: how to recognise it, take it apart and name what is in it.

    parse      a whole record (no newline at its end) -> its fields, by the source's own names, in full.
               Total: any bytes give fields or a DataError with a short constant reason.
    recognise  a record, and its fields when it is a JSON object (else None) -> confidence, 0 not mine …
               100 certain. Must be cheap and never raise.
    marks      JSON objects only: keys at any depth; whatever `recognise` claims has one of them, written plainly. The rarer
               they are in other logs, the better. What begins with a quote is looked for as it stands (`"event.`, `"winlogbeat"`).
               Empty: only for the source that takes what no other does.
    carried    LINE only: texts of which each of its records has one. Lines of syslog carry other logs' lines; among them those are
               told by these.
    route_by   native paths whose values select the route; empty when all events are of one route.
    route      values of route_by (ABSENT where missing; any type, hostile) -> Route. Must be total and
               return equal objects for equal values: they are memoised.
    glance     JSON only: which of route_by to look for in the raw bytes to guess the route; the guess is
               checked after decoding. Empty: all of route_by.
    witnesses  JSON only: fields of which a record has one at least unless its fields are packed away (in a
               rendered message, in XML); then it is read with `parse`, not with projection.
    maps       LINE only: the keys whose values are maps; all others are plain, and found by their full name.
               ANYWHERE: of a log whose lines are JSON objects, in which any value may nest.
    roots      where a rule's field name is looked for, in order; ("",) is the event itself,
               ("Event.EventData.", "Event.System.") for EVTX.
    unpack     set when files of this log are not lines or JSON (EVTX, Zeek's TSV).
    expand     set when one record may hold many events (OTLP exports): record -> its events.
    normalised ECS / vcs.* / cicd.* name -> native paths, best first. Rules may use these names too.
    time       native paths of the event's own time, best first.
    id         native paths of the source's own unique event id, best first; empty if it has none.
    accounts   which kind of account its users are (normalise/identity.py, KINDS); empty: of no kind that is known.
    """

    name: str
    title: str
    kind: Kind
    parse: Callable[[bytes], Fields]
    recognise: Callable[[bytes, Fields | None], int]
    route: Callable[[tuple[Value, ...]], Route]
    normalised: Mapping[str, tuple[Path, ...]]
    time: tuple[Path, ...]
    id: tuple[Path, ...] = ()
    accounts: str = ""
    marks: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    route_by: tuple[Path, ...] = ()
    glance: tuple[Path, ...] = ()
    witnesses: tuple[Path, ...] = ()
    maps: tuple[Path, ...] = ()
    roots: tuple[str, ...] = ("",)
    unpack: Unpack | None = None
    expand: Callable[[bytes], Iterator[bytes]] | None = None

    def paths(self, name: str, route: Route) -> tuple[Path, ...]:
        """Return where a rule's field is looked for: own names, the route's aliases, normalised names."""
        own = tuple(root + name for root in self.roots)
        aliased = tuple(root + alias for alias in route.aliases.get(name, ()) for root in self.roots)
        return tuple(dict.fromkeys(own + aliased + tuple(self.normalised.get(name, ()))))
