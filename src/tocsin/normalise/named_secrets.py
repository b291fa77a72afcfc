"""Secrets that are told by the name beside them: `"password": "…"`, `PGPASSWORD=…`, `--password …`.

JSON may stand inside a string of JSON, and again in there: each level has more backslashes before its quotes. A
value ends at the quote of its own level.
"""

from collections.abc import Iterator
from typing import NamedTuple

from tocsin.normalise.secrets import NAME, compiled

LEVELS = frozenset({0, 1, 3, 7})
"""Backslashes before a quote of JSON, of JSON in a string of JSON, and so on."""


class Span(NamedTuple):
    """Where a secret stands. quote: what goes around the mark that takes its place; a number needs one."""

    start: int
    end: int
    quote: bytes = b""


_GAP = r"(?:[ \t\r\n]|\\+[nrt])*"
_OPTION = "--?(?i:[a-z-]{0,20}(?:password|passwd|passphrase|secret|token|api-?key))"
_SPACE = r"(?:^|[\s\"'])"
_MORE = "[A-Za-z0-9_.$-]*"
_QUOTED = (
    rf'(\\*)"{_MORE}{NAME}(\\*)"{_GAP}:{_GAP}(\\*)(["0-9-])',
    rf'(\\*)"{_OPTION}(\\*)"{_GAP},{_GAP}(\\*)(")',
    rf'(\\*)"{_MORE}{NAME}(\\*)"{_GAP},{_GAP}\\*"(?i:value)\\*"{_GAP}:{_GAP}(\\*)(")',
)
"""Backslashes before the quotes of a name and before its value, and how that begins: as a member, as the argument
after an option, and as Kubernetes writes variables of the environment."""
_members = [compiled(pattern) for pattern in _QUOTED]
_quote = compiled(r'(\\*)"')
_number = compiled(r"[0-9.eE+-]+")

# Not the escapes of white space, quotes, `&`, `<` and `>`: with those a bare value ends.
_LETTER = r"\\+u(?:00(?:2[bBdDeEfF]|3[dD]|5[fF]|[89a-fA-F][0-9a-fA-F])|0[1-9a-fA-F][0-9a-fA-F]{2}|[1-9a-fA-F][0-9a-fA-F]{3})"
_BARE = rf"(?:[^\s\"'&;<>\\]|\\+[^\"'\\bfnrtu\s]|{_LETTER})"
_assigned = [
    compiled(pattern)
    for pattern in (
        rf"{NAME}[ \t]*=[ \t]*([^=\s\"'&;<>\\]{_BARE}*)",
        rf"{NAME}[ \t]*=[ \t]*\\*\"([^\"\\]+)",
        rf"{NAME}[ \t]*=[ \t]*'([^'\"\\]+)",
        rf"'{_MORE}{NAME}'[ \t]*:[ \t]*'([^'\"\\]+)",
        rf"{_SPACE}{_OPTION}[ \t=]+([^-=\s\"'&;<>\\]{_BARE}*)",
        rf"{_SPACE}{_OPTION}[ \t=]+(?:\\*\"|')([^'\"\\]+)",
    )
]
_any = compiled(rf"{NAME}\\*[\"']?{_GAP}[:=,]|{_SPACE}{_OPTION}\\*[\"' \t=]")
_nothing = compiled(
    r"(?i:null|none|true|false|undefined|redacted|<redacted>|\[redacted\])?|\*+|\$\{?[A-Z_]+\}?|\$?\{\{"
)


def named(record: bytes) -> Iterator[Span]:
    """Yield where the values are; those that overlap are parts of one."""
    if not _any.search(record):
        return
    for pattern in _members:
        for found in pattern.finditer(record):
            before, after, value = (len(found[group]) for group in (1, 2, 3))
            if before == after and before in LEVELS:
                yield from _value(record, found.end(), before, value, text=found[4] == b'"')
    for pattern in _assigned:
        for found in pattern.finditer(record):
            if not _nothing.fullmatch(found[1]):
                yield Span(*found.span(1))


def _value(record: bytes, at: int, level: int, backslashes: int, *, text: bool) -> Iterator[Span]:
    if text and backslashes == level:
        end = _end(record, at, level)
        if not _nothing.fullmatch(record[at:end]):
            yield Span(at, end)
    elif not text and not backslashes:
        yield Span(at - 1, _number.match(record, at - 1).end(), b"\\" * level + b'"')


def _end(record: bytes, at: int, level: int) -> int:
    """Return where the string that begins here ends: at its quote, at one of a level above, or never."""
    for found in _quote.finditer(record, at):
        backslashes = len(found[1])
        if backslashes < level or backslashes % (2 * level + 2) == level:
            return int(found.end()) - 1 - level if backslashes >= level else int(found.start())
    return len(record)
