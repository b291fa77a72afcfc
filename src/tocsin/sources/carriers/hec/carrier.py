"""An event as Splunk's HTTP Event Collector takes it: `{"time": …, "host": …, "sourcetype": …, "event": …}`."""

from typing import Any

import msgspec
import orjson
from msgspec import Struct

from tocsin.errors import DataError
from tocsin.model.event import Value
from tocsin.ports.source import Carried
from tocsin.sources.carriers.said import plain, seconds, text
from tocsin.sources.json_record import parse_object

_OWN = ("source", "sourcetype", "index")


class _Event(Struct):
    event: msgspec.Raw
    time: Any = None
    host: Any = None
    source: Any = None
    sourcetype: Any = None
    index: Any = None
    fields: Any = None


_event = msgspec.json.Decoder(_Event)
_text = msgspec.json.Decoder(str)


def carried(record: bytes) -> Carried:
    """Return the event. Raises DataError for what is no such object."""
    try:
        one = _event.decode(record)
        inner = bytes(one.event)
        if inner.startswith(b'"'):
            inner = text(_text.decode(inner))
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        one, inner = _mended(record)
    said: dict[str, Value] = {"@timestamp": seconds(one.time), "host.name": plain(one.host)}
    said |= {f"hec.{name}": plain(getattr(one, name)) for name in _OWN}
    if isinstance(one.fields, dict):
        said |= {f"hec.{name}": plain(value) for name, value in one.fields.items()}
    return Carried(inner, {name: value for name, value in said.items() if value is not None})


def _mended(record: bytes) -> tuple[_Event, bytes]:
    """Read what is JSON only nearly, as sources do: half a character must not hide an event."""
    fields = parse_object(record)
    if "event" not in fields:
        raise DataError("no event of HEC")
    event = fields["event"]
    named = {name: fields.get(name) for name in _Event.__struct_fields__ if name != "event"}
    return _Event(msgspec.Raw(b""), **named), text(event) if isinstance(event, str) else orjson.dumps(event)
