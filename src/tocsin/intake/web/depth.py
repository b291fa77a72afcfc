"""How deeply JSON nests, without parsing it: at the speed of `bytes.replace`, whatever is sent."""

_KEPT = bytes.maketrans(b"[]", b"{}")
_DROPPED = bytes(set(range(256)) - set(b"{}[]"))


def is_deeper(record: bytes, limit: int) -> bool:
    """Tell whether a JSON record nests more than `limit` levels. What does not begin as JSON does not nest.

    Of what is not JSON after all, brackets that are never closed count as levels.
    """
    if record.lstrip()[:1] not in {b"{", b"["}:
        return False
    brackets = _outside_strings(record).translate(_KEPT, _DROPPED)
    for level in range(limit + 1):
        # What closes at once is the innermost level: take it away.
        rest = brackets.replace(b"{}", b"")
        if len(rest) == len(brackets):
            return level + rest.count(b"{") > limit
        brackets = rest
    return True


def _outside_strings(record: bytes) -> bytes:
    if b"\\" in record:
        record = record.replace(b"\\\\", b"").replace(b'\\"', b"")
    return b"".join(record.split(b'"')[::2])
