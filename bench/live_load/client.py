"""A sender over HTTP/1.1: some connections that stay open, bodies at a given rate or as fast as they are answered.

With a rate the loop is open: bodies are due by the clock, and how long one takes counts from when it was due, so
that a receiver that stalls cannot hide it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from live_load.ledger import Answer, Ledger
from live_load.stream import Body

PAUSE = 0.05
"""Seconds until a body is sent again."""
PATIENCE = 30.0
"""Seconds that an answer may take."""


class Target(NamedTuple):
    """Where to send."""

    host: str
    port: int
    path: str = "/"
    token: str = ""
    content_type: str = "application/x-ndjson"

    def head(self, length: int) -> bytes:
        """Return what stands before a body."""
        lines = [
            f"POST {self.path} HTTP/1.1",
            f"Host: {self.host}:{self.port}",
            f"Content-Type: {self.content_type}",
        ]
        lines += [f"Authorization: Bearer {self.token}"] if self.token else []
        return "\r\n".join([*lines, f"Content-Length: {length}", "", ""]).encode()


@dataclass(slots=True)
class Sent:
    """What came of a run. waits: seconds from due to acknowledged, one for each body. busy: processor seconds of ours."""

    ledger: Ledger = field(default_factory=Ledger)
    waits: list[float] = field(default_factory=list)
    events: int = 0
    seconds: float = 0.0
    busy: float = 0.0
    late: float = 0.0
    """The most that a body was sent after it was due, seconds."""
    answers: list[float] = field(default_factory=list)
    """When each body was acknowledged, on the monotonic clock."""

    @property
    def rate(self) -> float:
        """Acknowledged events a second."""
        return self.events / self.seconds if self.seconds else 0.0

    def wait(self, share: float) -> float:
        """Return the wait that so much of all bodies do not exceed."""
        return (
            sorted(self.waits)[min(int(share * len(self.waits)), len(self.waits) - 1)] if self.waits else 0.0
        )


class _Connection:
    """One connection; opened anew when it breaks."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, data: bytes) -> tuple[int, float]:
        """Send and return the status and the Retry-After; raises OSError, EOFError or TimeoutError."""
        if self.streams is None:
            self.streams = await asyncio.open_connection(self.target.host, self.target.port)
        reader, writer = self.streams
        writer.write(self.target.head(len(data)))
        writer.write(data)
        async with asyncio.timeout(PATIENCE):
            await writer.drain()
            status, headers = _head(await reader.readuntil(b"\r\n\r\n"))
            await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection", "").lower() == "close":
            self.close()
        return status, float(headers.get("retry-after", "0"))

    def close(self) -> None:
        if self.streams is not None:
            self.streams[1].close()
        self.streams = None


def _head(data: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = data.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return int(first.split(" ")[1]), {name.lower(): value.strip() for name, _, value in pairs}


class Sender:
    """Sends bodies until there are no more or `stop` is called.

    rate: events a second; 0: as fast as answered. again: a body that was not acknowledged is sent again until it is;
    otherwise each is sent once.
    """

    def __init__(
        self, target: Target, *, connections: int = 4, rate: float = 0.0, again: bool = True
    ) -> None:
        self.target = target
        self.connections = connections
        self.rate = rate
        self.again = again
        self.sent = Sent()
        self._stopped = False

    def stop(self) -> None:
        """Send nothing new; bodies under way are sent on until they are acknowledged, or given up after PATIENCE."""
        self._stopped = True

    def run(self, bodies: Iterator[Body]) -> Sent:
        """Send and return what came of it; blocks."""
        began, busy = time.perf_counter(), time.process_time()
        asyncio.run(self._run(bodies))
        self.sent.seconds = time.perf_counter() - began
        self.sent.busy = time.process_time() - busy
        return self.sent

    async def _run(self, bodies: Iterator[Body]) -> None:
        due = self._due(bodies)
        lock = asyncio.Lock()
        async with asyncio.TaskGroup() as group:
            for _ in range(self.connections):
                group.create_task(self._work(due, lock))

    async def _due(self, bodies: Iterator[Body]) -> AsyncIterator[tuple[Body, float]]:
        """Yield each body when it is due, and when that was."""
        began, events = time.monotonic(), 0
        for body in bodies:
            if self._stopped:
                return
            when = began + events / self.rate if self.rate else time.monotonic()
            await asyncio.sleep(max(0.0, when - time.monotonic()))
            events += body.events
            yield body, when

    async def _work(self, due: AsyncIterator[tuple[Body, float]], lock: asyncio.Lock) -> None:
        connection = _Connection(self.target)
        while True:
            async with lock:
                taken = await anext(due, None)
            if taken is None:
                break
            await self._deliver(connection, *taken)
        connection.close()

    async def _deliver(self, connection: _Connection, body: Body, due: float) -> None:
        self.sent.late = max(self.sent.late, time.monotonic() - due)
        given_up = time.monotonic() + PATIENCE
        while not await self._once(connection, body, due) and self.again:
            if self._stopped and time.monotonic() > given_up:
                return

    async def _once(self, connection: _Connection, body: Body, due: float) -> bool:
        """Send; whether it was acknowledged. Notes what came of it."""
        try:
            status, wait = await connection.post(body.data)
        except ConnectionRefusedError:
            self.sent.ledger.note(body, Answer.REFUSED, "nobody listens")
            status, wait = 0, PAUSE
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError) as error:
            connection.close()
            self.sent.ledger.note(body, Answer.UNANSWERED, type(error).__name__)
            status, wait = 0, PAUSE
        else:
            answer = Answer.ACKNOWLEDGED if 200 <= status < 300 else Answer.REFUSED
            self.sent.ledger.note(body, answer, "" if answer is Answer.ACKNOWLEDGED else str(status))
        if 200 <= status < 300:
            self.sent.answers.append(time.monotonic())
            self.sent.waits.append(self.sent.answers[-1] - due)
            self.sent.events += body.events
            return True
        if self.again:
            await asyncio.sleep(min(max(wait, PAUSE), 1.0))
        return False
