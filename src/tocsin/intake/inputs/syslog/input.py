"""The syslog input: its sockets, and what carries their messages to the journal."""

import asyncio
import socket
from collections.abc import Sequence
from pathlib import Path

from tocsin.intake.inputs.syslog.config import Config
from tocsin.intake.inputs.syslog.datagrams import Datagrams
from tocsin.intake.inputs.syslog.gate import Gate
from tocsin.intake.inputs.syslog.gathering import Gatherer
from tocsin.intake.inputs.syslog.sockets import bound, context_of, name_of
from tocsin.intake.inputs.syslog.streams import Streams
from tocsin.model.received import Context
from tocsin.ports.input import Input, Intake, Refusal

_LOOK = 1.0  # seconds between two looks at who is silent and at what the system has dropped


def open_input(name: str, config: Config, intake: Intake, _folder: Path) -> Input:
    """Return the input, not started. Opens nothing, and keeps nothing."""
    return Syslog(name, config, intake)


class Syslog:
    """Listens on one address for datagrams, connections, or both."""

    def __init__(self, name: str, config: Config, intake: Intake) -> None:
        self._name = name
        self._config = config
        self._intake = intake
        self._addresses: list[str] = []
        self._datagrams: list[Datagrams] = []
        self._streams: Streams | None = None

    @property
    def addresses(self) -> Sequence[str]:
        """Where it listens, as bound: `127.0.0.1:5514/udp`."""
        return self._addresses

    async def start(self) -> None:
        """Listen. Raises ConfigError if it cannot."""
        config, loop = self._config, asyncio.get_running_loop()
        tls = context_of(config.tls) if config.tls and "tls" in config.protocols else None
        udp, tcp = self._bind()
        self._addresses = [name_of(one) for one in [*udp, *tcp]]
        context = Context(self._name, config.source, config.retention)
        self._gatherer = Gatherer(context, self._intake, self._relieved)
        self._gate = Gate(self._name, config, self._intake, loop.time)
        size = config.limits.message
        self._datagrams = [Datagrams(one, self._gatherer, self._gate, size) for one in udp]
        self._streams = Streams(tcp, self._gatherer, self._gate, config, tls)
        for one in self._datagrams:
            one.start()
        self._streams.start()
        self._running = asyncio.create_task(self._gatherer.run())
        self._running.add_done_callback(_raise)
        self._watching = asyncio.create_task(self._watch(self._streams))

    async def stop(self, grace: float) -> None:
        """Take nothing new; finish within so many seconds what was received."""
        if not self._streams:
            return
        end = asyncio.get_running_loop().time() + grace
        self._watching.cancel()
        for one in self._datagrams:
            one.stop()
        await self._streams.stop(grace / 2)
        self._gatherer.close()
        await asyncio.wait([self._running], timeout=max(0.0, end - asyncio.get_running_loop().time()))
        self._running.cancel()
        await asyncio.wait([self._running])
        self._gate.refuse(Refusal.BUSY, self._gatherer.waiting)
        self._streams = None

    def _bind(self) -> tuple[list[socket.socket], list[socket.socket]]:
        protocols, listen = self._config.protocols, self._config.listen
        udp = bound(listen, socket.SOCK_DGRAM) if "udp" in protocols else []
        try:
            return udp, bound(listen, socket.SOCK_STREAM) if {"tcp", "tls"} & set(protocols) else []
        except BaseException:
            for one in udp:
                one.close()
            raise

    async def _watch(self, streams: Streams) -> None:
        while True:
            await asyncio.sleep(_LOOK)
            streams.close_silent()
            for one in self._datagrams:
                one.count_lost()

    def _relieved(self) -> None:
        if self._streams:
            self._streams.relieved()


def _raise(task: asyncio.Task[None]) -> None:
    """Let the loop's handler know of an error in the code."""
    if not task.cancelled() and (error := task.exception()):
        task.get_loop().call_exception_handler(
            {"message": "the syslog input has failed", "exception": error, "task": task}
        )
