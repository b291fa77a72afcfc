"""The records of a body: NDJSON, one JSON object, or a JSON array of objects. What it is, its content tells."""

from itertools import count

import msgspec

from tocsin.intake.web.checks import MAX_RECORDS, check, too_deep, too_many
from tocsin.intake.web.refusing import Refused

HEAD = 1024
"""Bytes of a body by which it is told whether it is text."""

BINARY = 8
"""If more than one byte of so many is a NUL, the body is not text: UTF-16 has one in two."""

_SPACE = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"
_PACKED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")
"""How gzip and zstd begin."""
_ENVELOPES = (b'"Records"', b'"records"', b'"EventList"')
_one = msgspec.json.Decoder(msgspec.Raw)
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_array = msgspec.json.Decoder(list[msgspec.Raw])


def read_records(body: bytes, *, depth: int) -> list[bytes]:
    """Return the records, as sent, at least one; raises Refused. depth: levels of nesting at most."""
    body = body.removeprefix(_BOM)
    start = body[:HEAD].lstrip()[:1] or body.lstrip()[:1]
    if not start:
        raise Refused(400, "empty", "the body is empty; send NDJSON, a JSON object or an array of objects")
    _check_text(body[:HEAD])
    if start == b"[" and not _is_bracketed_line(body):
        records = _elements(body)
    elif start == b"{" and _is_document(body):
        records = _enveloped(body) or [body.strip(_SPACE)]
    else:
        records = _lines(body)
    check(records, depth)
    return records


def _check_text(head: bytes) -> None:
    # Controls are in logs, what attackers wrote among them: one line with a NUL must not cost the others of its body.
    if head.startswith(_PACKED) or head.count(0) * BINARY > len(head):
        text = "the body is not text; send UTF-8, and name its compression in Content-Encoding"
        raise Refused(400, "not_text", text)


def _is_bracketed_line(body: bytes) -> bool:
    """Tell lines of text that begin as logs like to, `[error] …` or `[2026-11-23 …] …`, from an array."""
    first = body.lstrip(_SPACE).partition(b"\n")[0]
    inside, closed, rest = first.partition(b"]")
    return bool(closed and rest.strip(_SPACE)) and inside[1:].lstrip(_SPACE)[:1] not in {b"{", b'"', b"["}


def _is_document(body: bytes) -> bool:
    """Tell one object, maybe written over several lines, from NDJSON."""
    first, _, rest = body.lstrip(_SPACE).partition(b"\n")
    if not rest.strip(_SPACE):
        return True
    if _is_json(first):
        return False
    if _is_json(body):
        return True
    if first.strip(_SPACE) == b"{":
        text = "the body is neither one JSON object nor one a line; write each object on a line of its own"
        raise Refused(400, "bad_json", text)
    return False


def _enveloped(body: bytes) -> list[bytes]:
    """Return the events of an envelope that holds nothing else: CloudTrail's, Azure's, a Kubernetes EventList."""
    if not any(name in body[:HEAD] for name in _ENVELOPES):
        return []
    try:
        keys = _object.decode(body)
        events = keys.pop("Records", None) or keys.pop("records", None)
        if events is None and bytes(keys.get("kind", b"")) == b'"EventList"':
            events, keys = keys["items"], {}
        found = _array.decode(events) if events is not None and not keys else []
    except (msgspec.DecodeError, KeyError, RecursionError):
        return []
    records = [bytes(one).strip(_SPACE) for one in found[: MAX_RECORDS + 1]]
    if len(records) > MAX_RECORDS:
        raise too_many()
    return records if all(one.startswith(b"{") for one in records) else []


def _is_json(text: bytes) -> bool:
    try:
        _one.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _lines(body: bytes) -> list[bytes]:
    if body.count(b"\n") > MAX_RECORDS:
        raise too_many()
    lines = body.split(b"\n")
    if b"\r" in body:
        lines = [line.removesuffix(b"\r") for line in lines]
    return [line for line in lines if line and not line.isspace()]


def _elements(body: bytes) -> list[bytes]:
    try:
        # Each element has a comma but the last: few commas, few elements.
        if body.count(b",") >= MAX_RECORDS:
            _count_objects(body)
        records = [bytes(one).strip(_SPACE) for one in _array.decode(body)]
    except RecursionError:
        raise too_deep() from None
    except msgspec.DecodeError:
        text = "the body begins as a JSON array and is none; send an array of objects, or NDJSON"
        raise Refused(400, "bad_json", text) from None
    if not all(one.startswith(b"{") for one in records):
        raise Refused(400, "not_objects", "the array has elements that are not objects; send objects")
    if not records:
        raise Refused(400, "empty", "the array is empty; send at least one object")
    return records


def _count_objects(body: bytes) -> None:
    """Raise Refused for too many elements before there is an object in memory for each."""
    seen = count(1)

    class Element(msgspec.Struct):
        def __post_init__(self) -> None:
            if next(seen) > MAX_RECORDS:
                raise too_many()

    msgspec.json.decode(body, type=list[Element])
