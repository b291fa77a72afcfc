"""One test on one value, the obvious way: the definition that the fast engine must agree with."""

import ipaddress
from datetime import UTC, datetime
from functools import lru_cache

from tocsin.detect.values import fold, to_number, to_text
from tocsin.model.event import ABSENT, Value, elements
from tocsin.model.moment import to_epoch
from tocsin.sigma.regex import searcher
from tocsin.sigma.tree import (
    ANY,
    Cidr,
    Compare,
    Exists,
    How,
    Null,
    Parts,
    Regex,
    SameAs,
    Test,
    Text,
    TimePart,
)

LONGEST_TYPED = 100
"""No longer text is an address, a number or a time."""


def holds(test: Test, value: Value) -> bool:
    """Tell whether the test is true of a field's value; a list: of any of its elements."""
    if isinstance(test, Exists):
        return (value is not ABSENT) == test.wanted
    if value is ABSENT:
        return isinstance(test, Null)
    return any(holds_one(test, element) for element in elements(value))


def holds_one(test: Test, value: Value) -> bool:
    """Tell whether the test is true of one value that is there and is no list."""
    if isinstance(test, Null):
        return value is None
    text = to_text(value)
    if text is None:
        return False
    if isinstance(test, Text):
        return like(text, test)
    if isinstance(test, Regex):
        return searcher(test.pattern, test.flags).found(text)
    return _holds_typed(test, value, text)


def _holds_typed(test: Test, value: Value, text: str) -> bool:
    if isinstance(value, str) and len(value) > LONGEST_TYPED:
        return False
    if isinstance(test, Cidr):
        return inside(text, test.network)
    if isinstance(test, Compare):
        return compares(value, test)
    return isinstance(test, TimePart) and time_part(value, test.part) == test.number


def like(text: str, test: Text) -> bool:
    """Match a pattern of literals, `*` and `?` against the whole text."""
    if test.cased:
        return fits(text, test.parts)
    lowered = tuple(fold(part) if isinstance(part, str) else part for part in test.parts)
    return fits(fold(text), lowered)


def fits(text: str, parts: Parts) -> bool:
    """Match greedily from the left; on a mismatch let the last `*` take one character more.

    Only the last `*` ever needs to give: the work is at most len(text) x len(pattern).
    """
    if len(parts) == 1 and isinstance(parts[0], str):
        return text == parts[0]
    tokens = [char for part in parts for char in ([part] if isinstance(part, int) else part)]
    at = token = 0
    star = -1
    resume = 0
    while at < len(text):
        if token < len(tokens) and tokens[token] == ANY:
            star, resume = token, at
            token += 1
        elif token < len(tokens) and (isinstance(tokens[token], int) or tokens[token] == text[at]):
            at += 1
            token += 1
        elif star >= 0:
            resume += 1
            at, token = resume, star + 1
        else:
            return False
    return all(rest == ANY for rest in tokens[token:])


def inside(text: str, network: str) -> bool:
    """Tell whether the text is an address in the network; an IPv4 address written as IPv6 counts as both."""
    address = _address(text)
    if address is None:
        return False
    wanted = _network(network)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return address in wanted or (mapped is not None and mapped in wanted)


@lru_cache(maxsize=4096)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _network(network: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(network)


def compares(value: Value, test: Compare) -> bool:
    """Compare as numbers; what is no number never compares."""
    number = to_number(value)
    if number is None:
        return False
    if test.op == "lt":
        return number < test.number
    if test.op == "lte":
        return number <= test.number
    return number > test.number if test.op == "gt" else number >= test.number


def time_part(value: Value, part: str) -> int | None:
    """Return the minute, hour, day (of the month), week (ISO), month or year of a time, in UTC."""
    epoch = to_epoch(value)
    if epoch is None:
        return None
    try:
        moment = datetime.fromtimestamp(epoch, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.isocalendar().week if part == "week" else int(getattr(moment, part))


def same(test: SameAs, value: Value, other: Value) -> bool:
    """Compare two fields; of lists, any element with any other."""
    if value is ABSENT or other is ABSENT:
        return False
    pairs = ((to_text(a), to_text(b)) for a in elements(value) for b in elements(other))
    return any(a is not None and b is not None and _compare_texts(test, a, b) for a, b in pairs)


def _compare_texts(test: SameAs, text: str, other: str) -> bool:
    if not test.cased:
        text, other = fold(text), fold(other)
    if test.how is How.STARTSWITH:
        return text.startswith(other)
    if test.how is How.ENDSWITH:
        return text.endswith(other)
    return other in text if test.how is How.CONTAINS else text == other
