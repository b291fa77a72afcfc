"""Values of an event as every output can hold them and every process can send them: so one process says what several say."""

import msgspec

from tocsin.model.event import Fields, Value
from tocsin.report.encode import MAX_DEPTH

_ENCODE = msgspec.msgpack.Encoder().encode
_UNWRITABLE = (TypeError, ValueError, OverflowError, RecursionError)
_CONTAINERS = (dict, list, tuple)
"""A tuple: isinstance with a union takes several times as long, and every value of every match is asked."""
_WHOLE = range(-(2**63), 2**64)


def plain(value: Value) -> Value:
    """Return the value; a copy if something in it cannot be written or nests too deep."""
    return value if _is_shallow(value) and _is_writable(value) else _plain(value, 0)


def plain_fields(fields: Fields) -> Fields:
    """Return the fields of an event likewise."""
    made: Fields = plain(fields)
    return made


def _is_shallow(value: Value) -> bool:
    """Tell it level by level. How far an encoder goes depends on how deep its caller is; this does not."""
    level = [value] if isinstance(value, _CONTAINERS) else []
    for _ in range(MAX_DEPTH):
        if not level:
            return True
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, _CONTAINERS)
        ]
    return not level


def _is_writable(value: Value) -> bool:
    try:
        _ENCODE(value)
    except _UNWRITABLE:
        return False
    return True


def _plain(value: Value, depth: int) -> Value:
    if isinstance(value, str):  # halves of surrogate pairs: no encoding has them
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, _CONTAINERS):
        return _nested(value, depth + 1) if depth < MAX_DEPTH else "(nested deeper)"
    if isinstance(value, int) and value not in _WHOLE:
        # Of those with very many digits, Python refuses to write decimals.
        return str(value) if value.bit_length() < 4096 else hex(value)
    return value


def _nested(value: "Fields | list[Value] | tuple[Value, ...]", depth: int) -> Value:
    if isinstance(value, dict):
        return {_plain(key, depth): _plain(item, depth) for key, item in value.items()}
    return [_plain(item, depth) for item in value]
