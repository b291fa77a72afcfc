"""The server against senders that are slow, greedy, hostile or gone."""

import asyncio
import random
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest
import uvloop
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from http_parts import QUICK, Running, drain, running, statuses, until
from tocsin.intake.http.bounds import MAX_HEAD, Bounds
from tocsin.ports.input import Refusal

HOST = b"Host: x\r\n"
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"


def post(*headers: bytes, body: bytes = b"", version: bytes = b"1.1") -> bytes:
    return b"POST / HTTP/" + version + b"\r\n" + HOST + b"".join(headers) + b"\r\n" + body


def sized(body: bytes) -> bytes:
    return post(b"Content-Length: %d\r\n" % len(body), body=body)


WELL = {
    "a body": sized(b"{}"),
    "chunks": post(CHUNKED, body=b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"),
    "chunks with extensions and trailers": post(CHUNKED, body=b'2;a="b"\r\n{}\r\n0\r\nHost: y\r\n\r\n'),
    "empty lines before": b"\r\n\r\n" + sized(b"{}"),
    "an absolute target": b"POST http://x/v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
    "an upgrade that is not taken": post(
        b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nContent-Length: 2\r\n", body=b"{}"
    ),
    "an upgrade with chunks": post(
        b"Connection: Upgrade\r\nUpgrade: h2c\r\n", CHUNKED, body=b"2\r\n{}\r\n0\r\n\r\n"
    ),
    "headers in capitals": post(b"CONTENT-LENGTH: 2\r\n", body=b"{}"),
}


@pytest.mark.parametrize("request_bytes", WELL.values(), ids=list(WELL))
@pytest.mark.parametrize("step", [1, 3, 10_000])
def test_requests_in_pieces_of_any_size(request_bytes: bytes, step: int) -> None:
    with running(Bounds()) as one, one.connect() as sender:
        sender.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = request_bytes * 2 + LAST
        for start in range(0, len(stream), step):
            sender.sendall(stream[start : start + step])
        assert statuses(drain(sender)) == [200, 200, 200]
        assert one.intake.records == [b"{}", b"{}"]
        assert not one.intake.refusals


ILL = {
    "length and chunks": (post(b"Content-Length: 2\r\n", CHUNKED, body=b"{}"), 400),
    "chunks and length": (post(CHUNKED, b"Content-Length: 2\r\n", body=b"0\r\n\r\n"), 400),
    "two lengths": (post(b"Content-Length: 2\r\n", b"Content-Length: 2\r\n", body=b"{}"), 400),
    "two different lengths": (post(b"Content-Length: 2\r\n", b"Content-Length: 3\r\n", body=b"{}"), 400),
    "a list of lengths": (post(b"Content-Length: 2, 2\r\n", body=b"{}"), 400),
    "a negative length": (post(b"Content-Length: -2\r\n", body=b"{}"), 400),
    "a signed length": (post(b"Content-Length: +2\r\n", body=b"{}"), 400),
    "a length in hexadecimal": (post(b"Content-Length: 0x2\r\n", body=b"{}"), 400),
    "an empty length": (post(b"Content-Length:\r\n", body=b"{}"), 400),
    "an endless length": (post(b"Content-Length: 99999999999999999999\r\n", body=b"{}"), 400),
    "a large length": (post(b"Content-Length: 9999999999999\r\n", body=b"{}"), 413),
    "another coding": (post(b"Transfer-Encoding: gzip, chunked\r\n", body=b"0\r\n\r\n"), 501),
    "a coding that is none": (post(b"Transfer-Encoding: identity\r\n", body=b"{}"), 501),
    "chunked twice": (post(CHUNKED, CHUNKED, body=b"0\r\n\r\n"), 400),
    "chunked, hidden": (post(b"Transfer-Encoding : chunked\r\n", body=b"0\r\n\r\n"), 400),
    "chunked and more": (post(b"Transfer-Encoding: chunked, x\r\n", body=b"0\r\n\r\n"), 400),
    "chunks in 1.0": (post(CHUNKED, body=b"0\r\n\r\n", version=b"1.0"), 501),
    "a length in a trailer": (post(CHUNKED, body=b"2\r\n{}\r\n0\r\nContent-Length: 9\r\n\r\n"), 400),
    "a bad chunk size": (post(CHUNKED, body=b"zz\r\n{}\r\n"), 400),
    "a negative chunk size": (post(CHUNKED, body=b"-2\r\n{}\r\n"), 400),
    "an endless chunk size": (post(CHUNKED, body=b"f" * 17 + b"\r\n{}\r\n"), 400),
    "a wrong chunk size": (post(CHUNKED, body=b"1\r\n{}\r\n0\r\n\r\n"), 400),
    "two hosts": (post(HOST, b"Content-Length: 2\r\n", body=b"{}"), 400),
    "no host": (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
    "a folded header": (post(b"A: b\r\n c\r\n"), 400),
    "NUL in a header": (post(b"A: b\0c\r\n"), 400),
    "a bare CR": (post(b"A: b\rc\r\n"), 400),
    "bare LF": (b"GET /healthz HTTP/1.1\nHost: x\n\n", 400),
    "HTTP/0.9": (b"GET /healthz\r\n\r\n", 505),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "a proxy's request": (b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", 405),
    "TLS to a plain port": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "no HTTP": (b"hello\r\n\r\n", 400),
    "an expectation": (post(b"Expect: a miracle\r\n", b"Content-Length: 2\r\n", body=b"{}"), 417),
    "a long target": (b"GET /" + b"a" * MAX_HEAD + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431),
    "a long header": (post(b"A: " + b"a" * MAX_HEAD + b"\r\n"), 431),
    "many headers": (post(b"A: b\r\n" * 101), 431),
    "a header without end": (b"GET /healthz HTTP/1.1\r\nA: " + b"a" * 2 * MAX_HEAD, 431),
    "trailers without end": (post(CHUNKED, body=b"2\r\n{}\r\n0\r\n" + b"A: b\r\n" * 200), 400),
    "an extension without end": (post(CHUNKED, body=b"2;a=" + b"b" * 100_000), 400),
    "extensions that outweigh the body": (post(CHUNKED, body=(b"1;" + b"b" * 500 + b"\r\na\r\n") * 200), 400),
}


@pytest.mark.parametrize(("request_bytes", "status"), ILL.values(), ids=list(ILL))
@pytest.mark.parametrize("piecewise", [False, True], ids=["at once", "in pieces"])
def test_what_is_refused_is_answered_and_the_connection_ends(
    request_bytes: bytes, status: int, piecewise: bool
) -> None:
    with running(replace_quick(head=5.0, progress=5.0)) as one:
        stream = GET + request_bytes
        step = 7 if piecewise and len(stream) < 1000 else len(stream)
        parts = [stream[start : start + step] for start in range(0, len(stream), step)]
        assert statuses(one.talk(*parts)) == [200, status]
        assert one.intake.refusals.total() == 1
        assert not one.intake.batches
        assert statuses(one.talk(LAST)) == [200]


def replace_quick(**changes: Any) -> Bounds:
    return replace(QUICK, **changes)


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_either_event_loop_will_do(new_loop: Callable[[], Any]) -> None:
    with running(new_loop=new_loop) as one:
        assert statuses(one.talk(sized(b"{}") + sized(b"{}"), shut=True)) == [200, 200]
        assert statuses(one.talk(b"GET / HTTP/1.1\r\n")) == [408]
        assert statuses(one.talk(post(b"Content-Length: 99999999\r\n", body=b"x" * 500_000))) == [413]


def test_pipelined_requests_are_answered_in_order() -> None:
    with running(Bounds()) as one:
        stream = b"".join(sized(b'{"n":%d}' % n) for n in range(500))
        assert statuses(one.talk(stream + LAST)) == [200] * 501
        assert one.intake.records == [b'{"n":%d}' % n for n in range(500)]


def test_no_more_is_read_while_a_request_waits() -> None:
    with running() as one, one.connect() as sender:
        one.intake.open.clear()
        sender.sendall(sized(b"{}"))
        until(lambda: one.intake.waiting == 1)
        sender.settimeout(0.3)
        more = sized(b" " * 100_000) * 500  # far above what sockets buffer
        with pytest.raises(TimeoutError):
            sender.sendall(more)
        assert one.intake.waiting == 1
        assert one.input._server is not None
        assert one.input._server.budget.used < 1 << 20


SLOW: dict[str, tuple[bytes, list[int]]] = {
    "nothing at all": (b"", []),
    "half a request line": (b"GET /heal", [408]),
    "half the headers": (b"GET / HTTP/1.1\r\nHost: x\r\n", [408]),
    "no body": (post(b"Content-Length: 100\r\n"), [408]),
    "half a body": (post(b"Content-Length: 100\r\n", body=b"{"), [408]),
    "half a chunk": (post(CHUNKED, body=b"5\r\n{"), [408]),
    "one after a whole request": (GET + b"GET /", [200, 408]),
}


@pytest.mark.parametrize(("request_bytes", "expected"), SLOW.values(), ids=list(SLOW))
def test_who_stops_in_mid_request_is_told_and_let_go(request_bytes: bytes, expected: list[int]) -> None:
    with running() as one:
        assert statuses(one.talk(request_bytes)) == expected
        assert one.intake.refusals == {Refusal.IDLE: 1}
        until(lambda: one.intake.numbers[-1] == 0)


@pytest.mark.parametrize(
    "begin", [b"GET / HTTP/1.1\r\nA: ", post(CHUNKED), post(b"Content-Length: 9999\r\n")]
)
def test_slow_loris_gets_nowhere(begin: bytes) -> None:
    drip = b"1;" if CHUNKED in begin else b"a"
    with running() as one, one.connect() as sender:
        sender.sendall(begin)
        sender.settimeout(0.02)
        answer = b""
        while not answer:
            sender.sendall(drip)
            try:
                answer = sender.recv(1000)
            except TimeoutError:
                continue
        assert statuses(answer) == [408]


def test_a_slow_body_that_comes_on_is_waited_for() -> None:
    body = b'{"a":"' + b"x" * 400 + b'"}'
    with running(replace_quick(progress=0.1, rate=50)) as one, one.connect() as sender:
        sender.sendall(post(b"Content-Length: %d\r\n" % len(body)))
        for start in range(0, len(body), 20):
            time.sleep(0.03)  # this is the sender's slowness: 660 bytes a second
            sender.sendall(body[start : start + 20])
        sender.settimeout(10)
        assert statuses(sender.recv(1000)) == [200]


def test_a_connection_that_is_kept_alive_ends_when_idle() -> None:
    with running() as one:
        assert statuses(one.talk(GET)) == [200]
        assert not one.intake.refusals


def test_continue_is_said_once_the_head_is_accepted() -> None:
    with running() as one, one.connect() as sender:
        sender.settimeout(10)
        head = post(b"Expect: 100-continue\r\n", b"Content-Length: 2\r\n")
        sender.sendall(head)
        assert sender.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sender.sendall(b"{}")
        assert statuses(sender.recv(1000)) == [200]
        sender.sendall(head.replace(b"POST /", b"POST /other"))
        assert statuses(drain(sender)) == [404]


def test_a_body_that_was_sent_with_its_head_needs_no_continue() -> None:
    with running() as one:
        stream = post(b"Expect: 100-continue\r\n", b"Content-Length: 2\r\n", body=b"{}")
        assert statuses(one.talk(stream + LAST)) == [200, 200]


@pytest.mark.parametrize("shape", ["length", "chunks"])
def test_a_sender_sees_413_while_it_is_still_sending(shape: str) -> None:
    size = 2 << 20
    head = post(b"Content-Length: %d\r\n" % size if shape == "length" else CHUNKED)
    body = b"x" * size if shape == "length" else b"%x\r\n" % size + b"x" * size
    with running(replace_quick(body=1 << 20)) as one:
        assert statuses(one.talk(head, body)) == [413]
        assert one.intake.refusals == {Refusal.TOO_LARGE: 1}


def test_bodies_have_a_bound_all_together() -> None:
    with running(replace_quick(memory=300_000, progress=5.0)) as one:
        body = b"x" * 100_000
        half = [one.connect() for _ in range(2)]
        for sender in half:
            sender.sendall(post(b"Content-Length: 200000\r\n", body=body))
        until(lambda: budget(one) == 200_000)
        assert statuses(one.talk(post(b"Content-Length: 150000\r\n", body=b"x" * 150_000))) == [503]
        assert one.intake.refusals == {Refusal.BUSY: 1}
        for sender in half:
            sender.close()
        until(lambda: budget(one) == 0)
        assert statuses(one.talk(sized(b"x" * 100_000) + LAST)) == [200, 200]


def budget(one: Running) -> int:
    assert one.input._server is not None
    return one.input._server.budget.used


def test_half_closed_connections_are_answered() -> None:
    with running() as one:
        assert statuses(one.talk(sized(b"{}") + sized(b"{}"), shut=True)) == [200, 200]
        assert statuses(one.talk(post(b"Content-Length: 5\r\n", body=b"{}"), shut=True)) == []
        assert one.intake.refusals == {Refusal.MALFORMED: 1}
        assert one.intake.records == [b"{}", b"{}"]


def test_who_goes_away_while_it_is_answered_leaves_nothing_behind() -> None:
    with running() as one:
        one.intake.open.clear()
        for _ in range(5):
            with one.connect() as sender:
                sender.sendall(sized(b"{}") * 3)
        until(lambda: one.intake.waiting == 5)
        one.intake.open.set()
        until(lambda: one.intake.numbers[-1] == 0)
        until(lambda: budget(one) == 0)


def test_connections_have_a_bound_in_total_and_for_each_address() -> None:
    with running(replace_quick(total=3, per_address=2, idle=20.0)) as one:
        first = [one.connect() for _ in range(2)]
        until(lambda: one.intake.numbers[-1:] == [2])
        assert statuses(one.talk()) == [503]
        other = socket.create_connection(one.address, 10, source_address=("127.0.0.2", 0))
        until(lambda: one.intake.numbers[-1] == 3)
        with socket.create_connection(one.address, 10, source_address=("127.0.0.3", 0)) as last:
            assert statuses(drain(last)) == [503]
        assert one.intake.refusals == {Refusal.CONNECTIONS: 2}
        for sender in (*first, other):
            sender.close()
        until(lambda: one.intake.numbers[-1] == 0)
        assert statuses(one.talk(LAST)) == [200]


def stop(one: Running, grace: float) -> "Future[None]":
    return asyncio.run_coroutine_threadsafe(one.input.stop(grace), one.loop)


def test_a_stop_answers_what_was_received() -> None:
    with running(Bounds()) as one, one.connect() as sender, one.connect() as idle, one.connect() as half:
        one.intake.open.clear()
        sender.sendall(sized(b"{}"))
        half.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{")
        idle.sendall(GET)
        assert idle.recv(1000)
        until(lambda: one.intake.waiting == 1)
        done = stop(one, 10)
        assert drain(idle) == b""
        with pytest.raises(ConnectionError):
            one.connect()
        one.intake.open.set()
        answer = drain(sender)
        assert statuses(answer) == [200]
        assert b"Connection: close" in answer
        half.sendall(b"}")
        assert statuses(drain(half)) == [200]
        done.result(10)
        assert one.intake.records == [b"{}", b"{}"]


def test_a_stop_ends_at_its_time_whatever_is_going_on() -> None:
    with running(Bounds()) as one, one.connect() as sender, one.connect() as half:
        one.intake.open.clear()
        sender.sendall(sized(b"{}"))
        half.sendall(b"POST / HTTP/1.1\r\n")
        until(lambda: one.intake.waiting == 1)
        stop(one, 0.1).result(10)
        assert drain(sender) + drain(half) == b""
        assert not one.intake.batches


def test_a_defect_is_answered_and_told_to_the_loop() -> None:
    with running() as one:
        one.intake.fails = [ZeroDivisionError("a defect")]
        assert statuses(one.talk(sized(b"{}"))) == [500]
        until(lambda: len(one.defects) == 1)
        assert isinstance(one.defects.pop()["exception"], ZeroDivisionError)


PIECES = [*WELL.values(), *(request for request, _ in ILL.values() if len(request) < 1000), GET]


def changed(data: bytes, chance: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(chance.randrange(1, 4)):
        made[chance.randrange(len(made))] = chance.randrange(256)
    return bytes(made)


CUTS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "as it is": lambda data, _: data,
    "cut": lambda data, chance: data[: chance.randrange(len(data))],
    "changed": changed,
    "doubled": lambda data, chance: data[: chance.randrange(len(data))] + data,
}


def test_whatever_is_sent_the_server_lives_and_no_connection_is_stuck() -> None:
    quick = Bounds(idle=0.1, head=0.1, progress=0.1, linger=0.05)
    with running(quick) as one:

        @given(st.lists(st.one_of(st.binary(max_size=200), mutated()), max_size=5), st.booleans())
        @settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
        def attack(parts: list[bytes], shut: bool) -> None:
            one.talk(*parts, shut=shut)

        attack()
        until(lambda: one.intake.numbers[-1] == 0)
        until(lambda: budget(one) == 0)
        assert statuses(one.talk(sized(b"{}") + LAST)) == [200, 200]


def mutated() -> st.SearchStrategy[bytes]:
    return st.builds(
        lambda data, how, chance: CUTS[how](data, chance),
        st.sampled_from(PIECES),
        st.sampled_from(list(CUTS)),
        st.randoms(use_true_random=False),
    )
