"""What reads the usual lines quickly reads them as the patterns for all lines do, or leaves them to those."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from random_rules import samples
from tocsin.model.event import Fields
from tocsin.sources.linux import header, sshd, sshd_usual

SAMPLES = [line.decode("utf-8", "replace") for name in ("linux_auth", "syslog") for line in samples(name)]
HEADERS = [line[:90] for line in SAMPLES]
PIECES = [
    "",
    " ",
    "  ",
    ":",
    "[",
    "]",
    "]:",
    "[7]:",
    "(",
    "<13>",
    "<13>1 ",
    "<191>",
    "<999>",
    "-",
    "/usr/sbin/",
    "\ufeff",
]
PIECES += [
    "Nov 23 07:21:26 ",
    "Nov  3 07:21:26 ",
    "2026-11-23T07:21:26Z ",
    "2026-11-23 07:21:26 ",
    "h ",
    "app",
    "\xa0",
]
PIECES += ["\u0663", "²", "9" * 20, "x" * 130, "\n", "\r", "\t", "\x85", "0", "7"]
LINES = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


@st.composite
def spoilt(draw: st.DrawFn, lines: list[str], pieces: list[str]) -> str:
    """Take a line and put something in the place of some of it, twice."""
    line = draw(st.sampled_from(lines))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(line)))
        line = line[:at] + draw(st.sampled_from(pieces)) + line[at + draw(st.integers(0, 3)) :]
    return line


@settings(max_examples=1_500, deadline=None)
@given(line=spoilt(HEADERS, PIECES) | LINES)
@example("Nov 23 07:21:26 h app[007]: x")
@example("Nov 23 07:21:26 h /a/b/[12]: x")
@example("Nov 23 07:21:26 h a[1][2]: x")
def test_headers(line: str) -> None:
    quick = header._cut_after_priority(line) if line[:1] == "<" else header._cut(line)
    if quick is not None:
        assert same_fields(quick, header.parse_with_care(line))


MESSAGES = [
    "Failed password for root from 10.0.0.1 port 22 ssh2",
    "Failed none for invalid user a b from ::1 port 4000 ssh2",
    "Accepted publickey for bob from h.example port 9 ssh2: RSA SHA256:abc",
    "Accepted password for bob from 10.0.0.1 port 9 ssh2",
    "Invalid user admin from 10.0.0.1 port 4000",
    "Connection closed by authenticating user root 10.0.0.1 port 22 [preauth]",
    "Connection reset by 10.0.0.1 port 22",
    "Disconnected from invalid user x 10.0.0.1 port 22 [preauth]",
    "Disconnected from user root 10.0.0.1 port 22",
    "Received disconnect from 10.0.0.1 port 22:11: disconnected by user",
]
WORDS = [
    "",
    " ",
    "user ",
    "invalid user ",
    "illegal user ",
    " from 1.1.1.1",
    " port 22",
    " ssh2",
    ": A B",
    " [preauth]",
]
WORDS += ["\n", "x" * 50, "\u0663", "123456", ":11:", "999.1.1.1", "authenticating ", "é", "\xa0"]


@settings(max_examples=1_500, deadline=None)
@given(message=spoilt(MESSAGES, WORDS))
def test_sshd(message: str) -> None:
    quick: Fields = {}
    if sshd_usual.read_usual(message, quick):
        slow: Fields = {}
        sshd.read_with_care(message, slow)
        assert same_fields(quick, slow)


def same_fields(one: Fields, other: Fields) -> bool:
    """Compare, telling 1 from "1" and True."""
    return {name: (type(value), value) for name, value in one.items()} == {
        name: (type(value), value) for name, value in other.items()
    }
