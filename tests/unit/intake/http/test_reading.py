"""Requests out of bytes: how they are cut makes no difference."""

import itertools

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzing.messages import Site
from tocsin.intake.http.bounds import Bounds, Budget
from tocsin.intake.http.message import Head, Response
from tocsin.intake.http.reading import Reading

STREAM = (
    b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nA: 1\r\nA: 2 \r\nContent-Length: 5\r\n\r\nhello"
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;e\r\nabc\r\n1\r\nd\r\n0\r\nT: v\r\n\r\n"
    b"PUT / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nhi"
    b"HEAD http://x/y HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
)


class Broken(Site):
    """A site with a defect."""

    def admit(self, _: Head) -> Response | None:
        raise ZeroDivisionError


def read(pieces: list[bytes]) -> list[tuple[str, str, str, bytes, bool]]:
    budget = Budget(1 << 20)
    reading, made, last = Reading(Site(), Bounds(), budget, "::1"), [], False
    for piece in pieces:
        while piece and not last:
            piece = piece[reading.feed(piece) :]
            last = reading.ended
            while reading.ready:
                turn = reading.ready.popleft()
                head = turn.request.head
                made.append((head.method, head.path, head.query, turn.request.body, turn.keep))
                turn.request.hold.free()
    reading.close()
    assert budget.used == 0
    return made


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
def test_how_a_stream_is_cut_makes_no_difference(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[start:end] for start, end in itertools.pairwise(places)]
    assert read(pieces) == [
        ("POST", "/a", "b=c", b"hello", True),
        ("POST", "/", "", b"abcd", True),
        ("PUT", "/", "", b"hi", True),
        ("HEAD", "/y", "", b"", False),
    ]


def test_headers_are_in_lower_case_and_joined() -> None:
    reading = Reading(Site(), Bounds(), Budget(100), "::1")
    reading.feed(STREAM)
    assert reading.ready[0].request.head.headers == {b"host": b"x", b"a": b"1, 2", b"content-length": b"5"}


def test_a_defect_of_the_site_is_loud() -> None:
    with pytest.raises(httptools.HttpParserCallbackError) as caught:
        Reading(Broken(), Bounds(), Budget(100), "::1").feed(STREAM)
    assert isinstance(caught.value.__context__, ZeroDivisionError)


@given(st.lists(st.binary(max_size=50) | st.sampled_from([STREAM, STREAM[:90], b"\r\n\r\n"]), max_size=8))
def test_any_bytes_are_requests_or_a_fault(pieces: list[bytes]) -> None:
    read(pieces)
