"""The client counts what it was answered, whatever the receiver does."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count, islice

import pytest

from live_load import marker
from live_load.client import Sender, Sent, Target
from live_load.ledger import Answer
from live_load.stream import Body

RUN = 3
Do = Callable[[int], str]
"""Number of a request -> "take", "busy", "take and hang up", "hang up"."""


class Receiver:
    """A small HTTP server that keeps what it takes."""

    def __init__(self, do: Do) -> None:
        self.do = do
        self.requests = count()
        self.records: list[bytes] = []
        self.heads: list[str] = []
        self.port = 0

    async def serve(self, ready: threading.Event, stop: asyncio.Event) -> None:
        async with await asyncio.start_server(self._talk, "127.0.0.1", 0) as server:
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            await stop.wait()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with_answer = True
        while with_answer:
            try:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
            except asyncio.IncompleteReadError:
                break
            self.heads.append(head)
            length = int(head.lower().partition("content-length: ")[2].split("\r\n")[0])
            with_answer = self._answer(self.do(next(self.requests)), await reader.readexactly(length), writer)
        writer.close()

    def _answer(self, what: str, data: bytes, writer: asyncio.StreamWriter) -> bool:
        if what.startswith("take"):
            self.records += data.splitlines()
        if what.endswith("hang up"):
            return False
        status = b"429 Too Many Requests\r\nRetry-After: 0" if what == "busy" else b"200 OK"
        writer.write(b"HTTP/1.1 %s\r\nContent-Length: 2\r\n\r\n{}" % status)
        return True


@contextmanager
def receiving(do: Do) -> Iterator[Receiver]:
    made, ready = Receiver(do), threading.Event()
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(made.serve(ready, stop)))
    thread.start()
    assert ready.wait(10)
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def bodies(many: int) -> Iterator[Body]:
    for first in range(0, many * 10, 10):
        lines = [b'{"load":"%s%08x"}' % (marker.head(RUN), number) for number in range(first, first + 10)]
        yield Body(first, 10, b"\n".join(lines) + b"\n")


def sent(receiver: Receiver, many: int, *, again: bool = True, rate: float = 0.0) -> Sent:
    target = Target("127.0.0.1", receiver.port, "/events", "secret")
    return Sender(target, connections=3, again=again, rate=rate).run(bodies(many))


def by_turns(*acts: str) -> Do:
    return lambda number: acts[number % len(acts)]


def test_all_is_sent_once_and_acknowledged() -> None:
    with receiving(by_turns("take")) as receiver:
        found = sent(receiver, 50)
    stored = marker.numbers(RUN, receiver.records)
    assert stored == Counter(range(500))
    assert found.events == found.ledger.count(Answer.ACKNOWLEDGED) == 500
    assert len(found.waits) == len(found.answers) == 50
    assert found.ledger.check(stored).good
    assert all("Authorization: Bearer secret" in head for head in receiver.heads)


@pytest.mark.parametrize("again", [True, False])
def test_refused_bodies_are_counted(again: bool) -> None:
    with receiving(by_turns("take", "busy")) as receiver:
        found = sent(receiver, 40, again=again)
    verdict = found.ledger.check(marker.numbers(RUN, receiver.records))
    assert verdict.good
    assert verdict.acknowledged == verdict.stored == (400 if again else 200)
    assert found.ledger.reasons["429"] >= 20


def test_what_is_not_answered_may_be_there_twice() -> None:
    with receiving(by_turns("take", "take", "take", "take and hang up")) as receiver:
        found = sent(receiver, 30)
    verdict = found.ledger.check(marker.numbers(RUN, receiver.records))
    assert verdict.good
    assert verdict.acknowledged == 300
    assert verdict.resent == verdict.unanswered > 0
    assert verdict.stored == 300 + verdict.resent


def test_what_is_not_answered_may_be_missing() -> None:
    with receiving(by_turns("take", "hang up")) as receiver:
        found = sent(receiver, 30, again=False)
    verdict = found.ledger.check(marker.numbers(RUN, receiver.records))
    assert verdict.good
    assert verdict.acknowledged == verdict.stored == 150
    assert verdict.unanswered == 150


def test_nobody_listens() -> None:
    with receiving(by_turns("take")) as receiver:
        pass
    found = sent(receiver, 5, again=False)
    assert found.events == 0
    assert found.ledger.reasons["nobody listens"] == 5
    assert found.ledger.check({}).good


def test_bodies_are_due_by_the_clock() -> None:
    with receiving(by_turns("take")) as receiver:
        found = sent(receiver, 20, rate=1_000)
    assert found.seconds >= 0.19
    assert len(receiver.records) == 200


def test_a_sender_can_be_stopped() -> None:
    with receiving(by_turns("take")) as receiver:
        sender = Sender(Target("127.0.0.1", receiver.port))
        endless = (body for body in islice(bodies(10**6), 10**6))
        thread = threading.Thread(target=sender.run, args=(endless,))
        thread.start()
        while not sender.sent.answers:
            thread.join(0.01)
        sender.stop()
        thread.join(20)
        assert not thread.is_alive()
    assert sender.sent.ledger.check(marker.numbers(RUN, receiver.records)).good
