"""Listens, lets connections in as far as the bounds allow, watches their deadlines, and stops in order."""

import asyncio
import errno
import socket
import ssl
import time
from contextlib import suppress

from tocsin.errors import ConfigError
from tocsin.intake.http.bounds import Bounds, Budget, Gate
from tocsin.intake.http.connection import Connection
from tocsin.intake.http.message import Site, encode, problem
from tocsin.ports.input import Refusal
from tocsin.settings.scalars import Listen

BACKLOG = 1024
AT_ONCE = 100
"""Connections that are accepted before others have their turn."""
PAUSE = 0.5
"""Seconds without accepting when it fails: the system has no more files or memory for connections."""
DEFECTS = {errno.EBADF, errno.EINVAL, errno.ENOTSOCK}
"""What accepting fails with if we are wrong. All else is the system's, or the network's, and passes."""


class Server:
    """One port. `start` and `stop` once each, in the event loop in which it works."""

    def __init__(self, site: Site, bounds: Bounds, tls: ssl.SSLContext | None = None) -> None:
        self.site, self.bounds, self.stopping = site, bounds, False
        self.budget = Budget(bounds.memory)
        self._tls = tls
        self._gate = Gate(bounds.total, bounds.per_address)
        self._connections: set[Connection] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._sockets: list[socket.socket] = []
        self._watching: asyncio.Task[None] | None = None
        self._gone = asyncio.Event()

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Return host and port of each socket, as bound."""
        return [one.getsockname()[:2] for one in self._sockets]

    async def start(self, listen: Listen) -> None:
        """Listen; raises ConfigError. A port of 0 is any that is free."""
        self._loop = asyncio.get_running_loop()
        self._sockets = await _bind(self._loop, listen)
        self._watching = self._loop.create_task(self._watch())
        self._watching.add_done_callback(self._report)
        for one in self._sockets:
            self._loop.add_reader(one, self._accept, one)

    async def stop(self, grace: float) -> None:
        """Accept nothing new, wait so many seconds for what was begun, and end the rest."""
        self.stopping = True
        for one in self._sockets:
            self._loop.remove_reader(one)
            one.close()
        self._sockets = []
        for connection in list(self._connections):
            connection.close_if_idle()
        with suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await self._wait_until_empty()
        await self._end()

    async def _wait_until_empty(self) -> None:
        while self._connections or self._opening:
            self._gone.clear()
            await self._gone.wait()

    async def _end(self) -> None:
        for opening in list(self._opening):
            opening.cancel()
        for connection in list(self._connections):
            connection.abort()
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._wait_until_empty()
        if self._watching:
            self._watching.cancel()

    # Letting in.

    def _accept(self, listener: socket.socket) -> None:
        for _ in range(AT_ONCE):
            try:
                sock, address = listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno in DEFECTS:
                    raise
                self._rest(listener)
                return
            self._let_in(sock, address[0])

    def _rest(self, listener: socket.socket) -> None:
        self.site.refused(Refusal.CONNECTIONS)
        self._loop.remove_reader(listener)
        self._loop.call_later(PAUSE, self._resume, listener)

    def _resume(self, listener: socket.socket) -> None:
        if not self.stopping:
            self._loop.add_reader(listener, self._accept, listener)

    def _let_in(self, sock: socket.socket, peer: str) -> None:
        sock.setblocking(False)
        if not self._gate.enter(peer):
            self._turn_away(sock)
            return
        self.site.connections(self._gate.count)
        task = self._loop.create_task(self._open(sock, peer))
        self._opening.add(task)
        task.add_done_callback(self._opened)

    def _turn_away(self, sock: socket.socket) -> None:
        self.site.refused(Refusal.CONNECTIONS)
        text = "too many connections; use fewer, or raise connections.total and connections.per_address"
        answer = problem(503, "connections", text, {"Retry-After": "1"})
        with suppress(OSError):
            if not self._tls:
                sock.send(encode(answer, now=time.time(), close=True))
            sock.shutdown(socket.SHUT_WR)
        sock.close()

    async def _open(self, sock: socket.socket, peer: str) -> None:
        """Make a connection of a socket; with TLS this takes as long as the sender likes, up to a bound."""
        with suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made: list[Connection] = []

        def factory() -> Connection:
            made.append(Connection(self, peer))
            return made[0]

        wait = self.bounds.handshake if self._tls else None
        try:
            await self._loop.connect_accepted_socket(factory, sock, ssl=self._tls, ssl_handshake_timeout=wait)
        except (OSError, TimeoutError, asyncio.CancelledError) as error:
            sock.close()
            if not made or not made[0].met:
                self._leave(peer)
            if isinstance(error, asyncio.CancelledError):
                raise
            late = isinstance(error, TimeoutError) or "handshake is taking longer" in str(error)
            self.site.refused(Refusal.IDLE if late else Refusal.MALFORMED)

    def _opened(self, task: asyncio.Task[None]) -> None:
        self._opening.discard(task)
        self._gone.set()
        self._report(task)

    def _report(self, task: asyncio.Task[None]) -> None:
        """Tell whoever runs the loop of a defect."""
        if not task.cancelled() and (error := task.exception()):
            self._loop.call_exception_handler({"message": "an HTTP input failed", "exception": error})

    def _leave(self, peer: str) -> None:
        self._gate.leave(peer)
        self.site.connections(self._gate.count)

    # What connections call.

    def joined(self, connection: Connection) -> None:
        """Hear of a connection that begins."""
        self._connections.add(connection)

    def left(self, connection: Connection) -> None:
        """Hear of one that is gone."""
        self._connections.discard(connection)
        self._leave(connection.peer)
        self._gone.set()

    async def _watch(self) -> None:
        """Look at deadlines: one timer for all, which is cheaper than one for each request."""
        bounds = self.bounds
        every = min(1.0, *(one / 4 for one in (bounds.idle, bounds.head, bounds.progress, bounds.linger)))
        while True:
            await asyncio.sleep(every)
            now = self._loop.time()
            for connection in [one for one in self._connections if one.deadline <= now]:
                connection.expire(now)


async def _bind(loop: asyncio.AbstractEventLoop, listen: Listen) -> list[socket.socket]:
    """Return listening sockets, for every address of the host."""
    made: list[socket.socket] = []
    try:
        found = await loop.getaddrinfo(
            listen.host, listen.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, kind, protocol, _, address in dict.fromkeys(found):
            made.append(one := socket.socket(family, kind, protocol))
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(address)
            one.listen(BACKLOG)
            one.setblocking(False)
    except OSError as error:
        for one in made:
            one.close()
        text = f"cannot listen on {listen}: {error.strerror}; free the port, or choose another address"
        raise ConfigError(text) from None
    return made
