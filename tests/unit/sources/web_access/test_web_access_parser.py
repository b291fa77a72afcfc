"""The quick way through an access log line says exactly what the careful way says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.errors import DataError
from tocsin.model.event import Fields
from tocsin.sources.web_access.parser import parse
from tocsin.sources.web_access.unusual import parse_unusual

LINE = '{head} [23/Nov/2026:07:50:07 +0100] "{request}" {status} {size}{rest}'


def slowly(text: str) -> Fields | str:
    try:
        return parse_unusual(text)
    except DataError as error:
        return error.reason


def quickly(text: str) -> Fields | str:
    try:
        return parse(text.encode())
    except DataError as error:
        return error.reason


@pytest.mark.parametrize(
    "head", ["192.0.2.7 - -", "192.0.2.7 - ann", "shop.example:80 2001:db8::1 - -", "a, b - -"]
)
@pytest.mark.parametrize(
    "request_line", ["GET / HTTP/1.1", "GET /a?b=c?d HTTP/2.0", "GET /?", "HELP", "", "GET  HTTP/1.1"]
)
@pytest.mark.parametrize("size", ["0", "512", "-", "x", "9" * 30])
@pytest.mark.parametrize(
    "rest", ["", ' "-" "curl/8"', ' "/r" "-" "203.0.113.9, 10.0.0.1" 0.25', ' "-" "a "b" c"', ' "" ""']
)
def test_both_ways_agree(head: str, request_line: str, size: str, rest: str) -> None:
    text = LINE.format(head=head, request=request_line, status=404, size=size, rest=rest)
    assert quickly(text) == slowly(text)


PIECE = st.sampled_from(
    [
        "192.0.2.7",
        " - - [",
        "23/Nov/2026:07:50:07 +0000",
        "] ",
        '"',
        "GET ",
        "/a?b",
        " HTTP/1.1",
        " 200 ",
        "-",
        " ",
        "\\",
        "x",
    ]
)


@settings(max_examples=300, deadline=None)
@given(pieces=st.lists(PIECE, max_size=16))
def test_both_ways_agree_on_pieces(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert quickly(text) == slowly(text)


def test_a_user_name_cannot_write_a_request_of_its_own() -> None:
    fields = parse(
        b"192.0.2.7 - x\\x22 200 1 [01/Jan/2020:00:00:00 +0000] \\x22GET /evil [23/Nov/2026:07:50:07 +0000]"
        b' "GET /real HTTP/1.1" 401 1 "-" "-"'
    )
    assert fields["cs-uri"] == "/real"
    assert fields["time"] == 1795420207.0


def test_query_and_path_can_both_be_meant() -> None:
    fields = parse(
        b'192.0.2.7 - - [23/Nov/2026:07:50:07 +0000] "GET /cgi/x.sh?cmd=id HTTP/1.1" 200 1 "-" "-"'
    )
    assert fields["cs-uri-query"] == ("cmd=id", "/cgi/x.sh?cmd=id")
    assert fields["url.query"] == "cmd=id"
    assert "cs-referer" not in fields


@pytest.mark.parametrize(
    "line",
    [
        b"1.1.1 " * 50_000,
        b'[0000000000] "' * 20_000,
        b"[" * 300_000,
        b'1 - - [23/Nov/2026:07:50:07 +0000] "' + b'\\"' * 100_000,
    ],
)
def test_hostile_lines_are_refused(line: bytes) -> None:
    with pytest.raises(DataError):
        parse(line)
