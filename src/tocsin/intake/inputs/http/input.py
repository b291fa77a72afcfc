"""Events over HTTP: a server, and behind it the site that takes them. The protocol: docs/reference/http.md."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tocsin.intake.http.bounds import Bounds
from tocsin.intake.http.server import Server
from tocsin.intake.http.tls import server_context
from tocsin.intake.inputs.http.config import Config
from tocsin.intake.inputs.http.site import EventsSite
from tocsin.intake.inputs.http.tokens import Tokens
from tocsin.ports.input import Intake
from tocsin.settings.scalars import Listen

MEMORY = 256 << 20
"""Bytes of bodies, and of the records made of them, at one time; more if one request may need more."""
WORKERS = 2
"""Threads that decompress and cut large bodies."""


def open_input(name: str, config: Config, intake: Intake, _folder: Path) -> "HttpInput":
    """Return an input that is not started yet. It keeps nothing."""
    return HttpInput(name, config, intake, bounds_of(config))


def bounds_of(config: Config) -> Bounds:
    """Return what the settings mean for the server."""
    limits, connections = config.limits, config.connections
    return Bounds(
        body=limits.body,
        memory=max(MEMORY, limits.body + 3 * limits.unpacked),
        total=connections.total,
        per_address=connections.per_address,
        idle=connections.idle,
        head=min(Bounds().head, connections.idle),
    )


class HttpInput:
    """An Input. bounds: of the server, where they are not what the settings say."""

    def __init__(self, name: str, config: Config, intake: Intake, bounds: Bounds) -> None:
        self._name, self._config, self._intake, self._bounds = name, config, intake, bounds
        self._server: Server | None = None
        self._workers: ThreadPoolExecutor | None = None

    @property
    def addresses(self) -> Sequence[str]:
        """Where it listens, as bound."""
        found = self._server.addresses if self._server else []
        return [f"{Listen(host, port)}/tcp" for host, port in found]

    async def start(self) -> None:
        """Look up tokens and certificates, and listen; raises ConfigError."""
        config = self._config
        tokens = Tokens(config.tokens)
        tls = server_context(config.tls) if config.tls else None
        self._workers = ThreadPoolExecutor(WORKERS, f"http-{self._name}")
        site = EventsSite(self._name, config, self._intake, tokens, self._workers)
        server = Server(site, self._bounds, tls)
        await server.start(config.listen)
        self._server = server

    async def stop(self, grace: float) -> None:
        """Answer what was received, within so many seconds; then end every connection."""
        if self._server:
            await self._server.stop(grace)
        if self._workers:
            self._workers.shutdown(wait=False, cancel_futures=True)
