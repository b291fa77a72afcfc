"""Syslog over TCP and TLS: the connections of one input."""

import asyncio
import socket
import ssl
from typing import cast

from tocsin.intake.inputs.syslog.config import Config
from tocsin.intake.inputs.syslog.framing import Framing, Messages
from tocsin.intake.inputs.syslog.gate import Gate
from tocsin.intake.inputs.syslog.gathering import Gatherer
from tocsin.ports.input import Refusal

HANDSHAKE = 10.0
"""Seconds in which a TLS handshake has to be done."""
QUIET = 0.2
"""Seconds of silence after which a connection is closed when the input stops."""
_BACKLOG = 1024
_BREATH = 0.5  # seconds until connections are accepted again after the system had no room for one


class Connection(asyncio.Protocol):
    """One sender."""

    def __init__(self, streams: "Streams", host: str) -> None:
        self.host = host
        self.heard = streams.clock()
        self._streams = streams
        self._framing = Framing(streams.limit)
        self._transport: asyncio.Transport | None = None
        self._held = False
        self.made = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.heard = self._streams.clock()
        self.made = True
        self._streams.connections.add(self)
        if self._streams.gatherer.crowded:
            self.hold()

    def data_received(self, data: bytes) -> None:
        self.heard = self._streams.clock()
        if self._streams.put(self.host, self._framing.feed(data)):
            self._framing = Framing(self._streams.limit)
            self.abort()
        if self._streams.gatherer.crowded:
            self._streams.hold()

    def eof_received(self) -> bool:
        """Close: what came before has been handed on."""
        return False

    def connection_lost(self, _: Exception | None) -> None:
        self._streams.put(self.host, self._framing.close())
        self._streams.connections.discard(self)
        self._streams.leave(self.host)

    def hold(self) -> None:
        """Read nothing until `go_on`."""
        if self._transport and not self._held and not self._transport.is_closing():
            self._held = True
            self._transport.pause_reading()

    def go_on(self) -> None:
        """Read again."""
        if self._transport and self._held:
            self._held = False
            self.heard = self._streams.clock()
            if not self._transport.is_closing():
                self._transport.resume_reading()

    def silent(self, since: float) -> bool:
        """Tell whether nothing has come since then, although it was read."""
        return not self._held and self.heard < since

    def close(self) -> None:
        """End it in an orderly way."""
        if self._transport:
            self._transport.close()

    def abort(self) -> None:
        """End it at once."""
        if self._transport:
            self._transport.abort()


class Streams:
    """All connections of an input, and the sockets on which they come."""

    def __init__(
        self,
        bound: list[socket.socket],
        gatherer: Gatherer,
        gate: Gate,
        config: Config,
        tls: ssl.SSLContext | None,
    ) -> None:
        self.gatherer = gatherer
        self.limit = config.limits.message
        self.clock = asyncio.get_running_loop().time
        self.connections: set[Connection] = set()
        self._bound = bound
        self._gate = gate
        self._idle = config.connections.idle
        self._tls = tls
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Accept connections from now on."""
        for one in self._bound:
            self._listen(one)

    def put(self, host: str, messages: Messages) -> bool:
        """Hand on what an address may send; return whether the rest of its connection cannot be read."""
        allowed = self._gate.allowance(host, len(messages.whole))
        self._gate.refuse(Refusal.TOO_LARGE, messages.cut)
        self._gate.refuse(Refusal.RATE, len(messages.whole) - allowed)
        self._gate.refuse(Refusal.MALFORMED, int(messages.broken))
        self.gatherer.put(messages.whole[:allowed])
        return messages.broken

    def hold(self) -> None:
        """Read from nobody until `relieved`."""
        for one in self.connections:
            one.hold()

    def leave(self, host: str) -> None:
        """Count a connection that has ended."""
        self._gate.leave(host)

    def relieved(self) -> None:
        """Read again from all."""
        for one in list(self.connections):
            one.go_on()

    def close_silent(self) -> None:
        """Close the connections that have been silent for too long."""
        since = self.clock() - self._idle
        for one in list(self.connections):
            if one.silent(since):
                self._gate.refuse(Refusal.IDLE)
                one.abort()

    async def stop(self, grace: float) -> None:
        """Accept no more; read what is on its way, for so many seconds at most; close."""
        end = self.clock() + grace
        for bound in self._bound:
            # Senders whose connection the system has made already believe that they are heard.
            self._accept(bound)
            asyncio.get_running_loop().remove_reader(bound.fileno())
            bound.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace / 2)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        while self.connections and self.clock() < end and not self.gatherer.broken:
            for one in list(self.connections):
                if one.silent(self.clock() - QUIET):
                    one.close()
            await asyncio.sleep(QUIET / 10)
        for one in list(self.connections):
            one.abort()
        # Each says in connection_lost that it is gone.
        while self.connections:  # noqa: ASYNC110 (a turn or two of the loop)
            await asyncio.sleep(0)

    def _listen(self, bound: socket.socket) -> None:
        if bound.fileno() >= 0:
            asyncio.get_running_loop().add_reader(bound.fileno(), self._accept, bound)

    def _accept(self, bound: socket.socket) -> None:
        """Take the connections that the system has made."""
        try:
            for _ in range(_BACKLOG):
                accepted, address = bound.accept()
                accepted.setblocking(False)
                self._admit(accepted, address[0])
        except (BlockingIOError, InterruptedError, ConnectionError):
            return
        except OSError:  # no file is free
            loop = asyncio.get_running_loop()
            loop.remove_reader(bound.fileno())
            loop.call_later(_BREATH, self._listen, bound)

    def _admit(self, accepted: socket.socket, host: str) -> None:
        if not self._gate.enter(host):
            accepted.close()
            return
        task = asyncio.create_task(self._open(accepted, host))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _open(self, accepted: socket.socket, host: str) -> None:
        connection = Connection(self, host)
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: connection,
                accepted,
                ssl=self._tls,
                ssl_handshake_timeout=HANDSHAKE if self._tls else None,
            )
        except OSError as error:
            self._gate.refuse(_why(error))
        finally:
            if not connection.made:
                accepted.close()
                self.leave(host)


def _why(error: OSError) -> Refusal:
    if isinstance(error, TimeoutError):
        return Refusal.IDLE
    certificate = "CERTIFICATE" in (getattr(error, "reason", None) or "").upper()
    return Refusal.TOKEN if certificate else Refusal.MALFORMED
