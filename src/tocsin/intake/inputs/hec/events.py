"""The events of a HEC body: JSON objects one after another, with or without something between them, or an array."""

import json
from collections.abc import Iterator
from typing import NamedTuple

import msgspec
from msgspec import UNSET, Struct, UnsetType

from tocsin.intake.inputs.hec.words import BAD_FORMAT, BLANK_EVENT, NO_EVENT, Word
from tocsin.intake.web.checks import MAX_RECORDS, too_deep, too_many

_SPACE = " \t\r\n,"
_BLANK = {b'""', b"null", b"{}"}


class _Wrapped(Struct):
    event: msgspec.Raw | UnsetType = UNSET


_wrapped = msgspec.json.Decoder(_Wrapped)
_array = msgspec.json.Decoder(list[msgspec.Raw])
_scan = json.JSONDecoder(strict=False).raw_decode


class Events(NamedTuple):
    """What can be read of a body. wrong: of what comes after it, if something does."""

    records: list[bytes]
    wrong: Word | None


def events(body: bytes) -> Events:
    """Return the events up to the first that is none; raises Refused for more than one request may hold."""
    found: list[bytes] = []
    try:
        for record in _objects(body):
            if wrong := _wrong(record):
                return Events(found, wrong)
            found.append(record)
            if len(found) > MAX_RECORDS:
                raise too_many()
    except RecursionError:
        raise too_deep() from None
    except ValueError:
        return Events(found, BAD_FORMAT)
    return Events(found, None)


def _wrong(record: bytes) -> Word | None:
    event = _wrapped.decode(record).event
    if event is UNSET:
        return NO_EVENT
    return BLANK_EVENT if bytes(event) in _BLANK else None


def _objects(body: bytes) -> Iterator[bytes]:
    """Yield them; raises ValueError where there is none, RecursionError where one is too deep."""
    body = body.strip()
    if body.startswith(b"["):
        yield from map(bytes, _array.decode(body))
        return
    lines = body.split(b"\n")
    if len(lines) == 1 and b"}{" not in body:
        yield body
        return
    start = 0
    for line in lines:
        if not _is_one(line):
            break
        start += len(line) + 1
        if text := line.strip():
            yield text
    yield from _scanned(body[start:])


def _is_one(line: bytes) -> bool:
    try:
        _wrapped.decode(line)
    except msgspec.DecodeError:
        return not line.strip()
    return True


def _scanned(body: bytes) -> Iterator[bytes]:
    """Objects that are not one a line: in Latin-1 a place in the text is a place in the bytes."""
    text, at = body.decode("latin-1"), 0
    while True:
        while at < len(text) and text[at] in _SPACE:
            at += 1
        if at >= len(text):
            return
        _, end = _scan(text, at)
        yield body[at:end]
        at = end
