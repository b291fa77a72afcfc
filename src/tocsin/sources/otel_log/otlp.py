"""An OTLP/JSON export (`resourceLogs`) -> one flat record a log record, with plain values instead of AnyValue."""

from collections.abc import Iterator

import orjson

from tocsin.model.event import Fields, Value
from tocsin.sources.json_record import parse_object

# As deep as a protobuf parser would follow it; beyond, the rest is kept as it came.
_DEPTH = 64


def records(document: bytes) -> Iterator[bytes]:
    """Yield each log record of an export with its resource's and scope's attributes; DataError if not JSON."""
    for resource_logs in _maps(parse_object(document).get("resourceLogs")):
        resource = {"attributes": _attributes(_map(resource_logs.get("resource")).get("attributes"))}
        for scope_logs in _maps(
            resource_logs.get("scopeLogs") or resource_logs.get("instrumentationLibraryLogs")
        ):
            scope = _scope(_map(scope_logs.get("scope")))
            for record in _maps(scope_logs.get("logRecords")):
                yield _dump(_flat(record) | {"resource": resource, **scope})


def _dump(record: Fields) -> bytes:
    try:
        return orjson.dumps(record)
    except orjson.JSONEncodeError:
        # Deeper than JSON writers go. Not JSON, so that it is counted and shown as what it is.
        return b"a log record nested too deep"


def _scope(scope: Fields) -> Fields:
    if not scope:
        return {}
    named = {name: scope[name] for name in ("name", "version") if name in scope}
    return {"scope": named | {"attributes": _attributes(scope.get("attributes"))}}


def _flat(record: Fields) -> Fields:
    flat = dict(record)
    for name in ("timeUnixNano", "observedTimeUnixNano"):
        # JSON has no 64-bit integers for all, so OTLP writes them as text.
        flat[name] = _integer(flat[name]) if name in flat else None
    flat = {name: value for name, value in flat.items() if value is not None}
    flat["attributes"] = _attributes(record.get("attributes"))
    if "body" in record:
        flat["body"] = _plain(record["body"])
    return flat


def _attributes(pairs: Value, depth: int = 0) -> Fields:
    return {
        pair["key"]: _plain(pair.get("value"), depth + 1)
        for pair in _maps(pairs)
        if isinstance(pair.get("key"), str)
    }


def _plain(value: Value, depth: int = 0) -> Value:
    """Take the one value out of `{"stringValue": …}` and its kind."""
    if not isinstance(value, dict) or len(value) != 1 or depth > _DEPTH:
        return value
    kind, inner = next(iter(value.items()))
    if kind in {"stringValue", "boolValue", "doubleValue", "bytesValue"}:
        return inner
    if kind == "intValue":
        return _integer(inner)
    if kind == "arrayValue":
        items = _map(inner).get("values")
        return [_plain(item, depth + 1) for item in items] if isinstance(items, list) else []
    if kind == "kvlistValue":
        return _attributes(_map(inner).get("values"), depth)
    return value


def _integer(value: Value) -> Value:
    if isinstance(value, str) and len(value) < 20 and value.removeprefix("-").isdecimal() and value.isascii():
        number = int(value)
        return number if -(2**63) <= number < 2**64 else value
    return value


def _map(value: Value) -> Fields:
    return value if isinstance(value, dict) else {}


def _maps(value: Value) -> list[Fields]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
