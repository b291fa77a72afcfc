"""Field modifiers: what stands behind `|` in `CommandLine|contains|windash`.

A value travels through the modifiers as one of three shapes (Text, encoded bytes, Regex) and ends as
tests. Order matters as in Sigma: `utf16le|base64offset|contains` encodes, then encodes again, then wraps.
"""

import base64
import ipaddress
import itertools
import re
from collections.abc import Callable, Mapping

from tocsin.errors import ContentError
from tocsin.sigma import pattern
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

Scalar = str | int | float | bool | None
Placeholders = Mapping[str, tuple[str, ...]]

COMPARISONS = ("lt", "lte", "gt", "gte")
TIME_PARTS = ("minute", "hour", "day", "week", "month", "year")
REGEX_FLAGS = {"i": "i", "m": "m", "s": "s", "ignorecase": "i", "multiline": "m", "dotall": "s"}
ENCODINGS = {"wide": "utf-16-le", "utf16le": "utf-16-le", "utf16be": "utf-16-be", "utf16": "utf-16"}
AFFIXES = ("contains", "startswith", "endswith")
LINKS = ("all", "neq")
"""Modifiers of the whole item, not of a value: handled by the parser."""
ALL = frozenset(
    {*COMPARISONS, *TIME_PARTS, *REGEX_FLAGS, *ENCODINGS, *AFFIXES, *LINKS}
    | {"re", "cased", "windash", "base64", "base64offset", "cidr", "exists", "fieldref", "expand"}
)
DASHES = ("-", "/", "\N{EN DASH}", "\N{EM DASH}", "\N{HORIZONTAL BAR}")
MAX_VALUE = 16_384
MAX_DASHES = 3  # five spellings each: 125 patterns; more is a mistake in the rule
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
"""IPv4 written as IPv6: a network in it is the IPv4 network."""
_DASH = re.compile(r"\B[-/]\b")
_HOLE = re.compile(r"(?<!\\)%([A-Za-z0-9_.-]+)%")


def to_tests(value: Scalar, names: list[str], placeholders: Placeholders) -> list[Test]:
    """Turn one value of a detection item into its tests (any of them may hold)."""
    if isinstance(value, str) and len(value) > MAX_VALUE:
        raise ContentError(f"a value of {len(value)} characters; a rule compares with at most {MAX_VALUE}")
    words = [name for name in names if name not in LINKS]
    if not words:
        return [_plain(value)]
    special = _WHOLE.get(words[0]) or next((_WHOLE[word] for word in words if word == "fieldref"), None)
    if special:
        return [special(value, words)]
    if "expand" in words:
        return _expanded(value, words, placeholders)
    if "re" in words:
        return [_regex(value, words)]
    return _texts(value, words)


def _plain(value: Scalar) -> Test:
    if value is None:
        return Null()
    return Text(pattern.tidy(_parts(value)))


def _parts(value: Scalar) -> Parts:
    if isinstance(value, bool):
        return ("true",) if value else ("false",)
    if isinstance(value, str):
        return pattern.parse(value)
    if isinstance(value, float) and value.is_integer():
        return (str(int(value)),)
    if value is None:
        raise ContentError("null takes no modifier; write the field with no modifier, or `|exists: false`")
    return (str(value),)


def _texts(value: Scalar, words: list[str]) -> list[Test]:
    shapes: list[Parts | bytes] = [_parts(value)]
    cased = False
    for word in words:
        if word == "cased":
            cased = True
        elif word in AFFIXES:
            shapes = [_affix(_settle(shape), word) for shape in shapes]
        elif word in _STEPS:
            # base64 is case-sensitive by nature, but Sigma compares it like any other text.
            shapes = [made for shape in shapes for made in _STEPS[word](shape)]
        else:
            raise ContentError(f"modifier `{word}` cannot follow `{'|'.join(words[: words.index(word)])}`")
    return [Text(pattern.tidy(_settle(shape)), cased) for shape in shapes]


def _settle(shape: Parts | bytes) -> Parts:
    """Encoded text that no base64 followed: compared as characters, NULs included."""
    if isinstance(shape, tuple):
        return shape
    bom = "\ufeff" if shape.startswith(b"\xff\xfe") else ""
    try:
        return (bom + shape.removeprefix(b"\xff\xfe").decode("ascii"),)
    except UnicodeDecodeError:
        raise ContentError("a value that is not ASCII needs base64 behind its UTF-16 modifier") from None


def _affix(parts: Parts, word: str) -> Parts:
    head = () if word == "startswith" else (ANY,)
    tail = () if word == "endswith" else (ANY,)
    return pattern.tidy((*head, *parts, *tail))


def _bytes(shape: Parts | bytes, word: str) -> bytes:
    if isinstance(shape, bytes):
        return shape
    if not pattern.is_plain(shape):
        raise ContentError(f"`{word}` cannot encode a wildcard; escape it as \\* or \\?")
    return pattern.plain(shape).encode()


def _encode(encoding: str) -> "Callable[[Parts | bytes], list[Parts | bytes]]":
    def step(shape: Parts | bytes) -> list[Parts | bytes]:
        if isinstance(shape, bytes):
            raise ContentError(f"{encoding.upper()} cannot encode what is encoded already")
        text = _bytes(shape, encoding).decode()
        mark = b"\xff\xfe" if encoding == "utf-16" else b""
        return [mark + text.encode("utf-16-le" if mark else encoding)]

    return step


def _base64(shape: Parts | bytes) -> list[Parts | bytes]:
    return [(base64.b64encode(_bytes(shape, "base64")).decode(),)]


def _base64offset(shape: Parts | bytes) -> list[Parts | bytes]:
    """Encode at the three alignments, without the characters that neighbouring bytes share in."""
    data = _bytes(shape, "base64offset")
    if len(data) < 2:
        raise ContentError(
            "`base64offset` needs a value of two bytes at least: nothing of a shorter one is certain"
        )
    made: list[Parts | bytes] = []
    for shift, start in enumerate((0, 2, 3)):
        end = (None, -3, -2)[(len(data) + shift) % 3]
        made.append((base64.b64encode(b" " * shift + data)[start:end].decode(),))
    return made


def _windash(shape: Parts | bytes) -> list[Parts | bytes]:
    parts = _settle(shape)
    pieces: list[tuple[str | int, ...]] = []
    dashes = 0
    for part in parts:
        if isinstance(part, int):
            pieces.append((part,))
            continue
        at = 0
        for found in _DASH.finditer(part):
            pieces += [(part[at : found.start()],), DASHES]
            at = found.end()
            dashes += 1
        pieces.append((part[at:],))
    if dashes > MAX_DASHES:
        raise ContentError(
            f"`windash` on a value with {dashes} dashes; at most {MAX_DASHES}: split the value"
        )
    return [pattern.tidy(tuple(p for p in choice if p != "")) for choice in itertools.product(*pieces)]


_STEPS: dict[str, Callable[[Parts | bytes], list[Parts | bytes]]] = {
    "base64": _base64,
    "base64offset": _base64offset,
    "windash": _windash,
    **{word: _encode(encoding) for word, encoding in ENCODINGS.items()},
}


def _regex(value: Scalar, words: list[str]) -> Test:
    if words[0] != "re":
        raise ContentError(f"`re` must come first, not after `{words[0]}`")
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise ContentError("`re` needs a text")
    flags = set()
    for word in words[1:]:
        if word in REGEX_FLAGS:
            flags.add(REGEX_FLAGS[word])
        elif word != "contains":  # a regular expression is looked for anywhere as it is
            raise ContentError(f"modifier `{word}` cannot follow `re`; only i, m, s can")
    test = Regex(str(value), "".join(sorted(flags)))
    searcher(test.pattern, test.flags)  # raises what is wrong with it, while the rule's file is known
    return test


def _cidr(value: Scalar, words: list[str]) -> Test:
    _alone(words)
    try:
        network = ipaddress.ip_network(str(value), strict=False)
    except ValueError:
        raise ContentError(f"`{value}` is no network; write it as 10.0.0.0/8 or fc00::/7") from None
    if isinstance(network, ipaddress.IPv6Network) and network.subnet_of(_MAPPED):
        inner = network.network_address.ipv4_mapped
        network = ipaddress.ip_network(f"{inner}/{network.prefixlen - _MAPPED.prefixlen}")
    return Cidr(str(network))


def _compare(value: Scalar, words: list[str]) -> Test:
    _alone(words)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ContentError(f"`{words[0]}` needs a number, not `{value}`")
    return Compare(words[0], value)


def _exists(value: Scalar, words: list[str]) -> Test:
    _alone(words)
    if not isinstance(value, bool):
        raise ContentError(f"`exists` needs true or false, not `{value}`")
    return Exists(value)


def _time_part(value: Scalar, words: list[str]) -> Test:
    _alone(words)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ContentError(f"`{words[0]}` needs a whole number, not `{value}`")
    return TimePart(words[0], value)


def _fieldref(value: Scalar, words: list[str]) -> Test:
    others = [word for word in words if word not in {"fieldref", "cased"}]
    if len(others) > 1 or any(word not in AFFIXES for word in others):
        raise ContentError("`fieldref` goes with one of startswith, endswith, contains, and with cased")
    if not isinstance(value, str) or not value:
        raise ContentError("`fieldref` needs the name of a field")
    return SameAs(value, How(others[0]) if others else How.EQUALS, "cased" in words)


def _alone(words: list[str]) -> None:
    if len(words) > 1:
        raise ContentError(f"`{words[0]}` cannot be combined with `{'`, `'.join(words[1:])}`")


_WHOLE: dict[str, Callable[[Scalar, list[str]], Test]] = {
    "cidr": _cidr,
    "exists": _exists,
    "fieldref": _fieldref,
    **dict.fromkeys(COMPARISONS, _compare),
    **dict.fromkeys(TIME_PARTS, _time_part),
}


class NeedsPlaceholderError(ContentError):
    """A rule whose `%name%` has no values yet: it needs configuration, it is not wrong."""


def _expanded(value: Scalar, words: list[str], placeholders: Placeholders) -> list[Test]:
    rest = [word for word in words if word != "expand"]
    if not isinstance(value, str):
        raise ContentError("`expand` needs a text with %placeholders%")
    names = _HOLE.findall(value)
    missing = [name for name in names if name not in placeholders]
    if missing:
        raise NeedsPlaceholderError(
            f"placeholder %{missing[0]}% has no values; give them under `placeholders:` (--placeholders FILE)"
        )
    filled = []
    for choice in itertools.product(*(placeholders[name] for name in names)):
        values = iter(choice)
        filled.append(_HOLE.sub(lambda _, values=values: next(values), value))  # type: ignore[misc]
    return [test for text in filled for test in to_tests(text, rest, placeholders)]


WITHOUT_FIELD = (Cidr, Compare, Null, Exists, SameAs, TimePart)
"""Tests that mean nothing for a keyword."""
