"""An input over HTTP: a server, and behind it the site that takes what a dialect reads."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tocsin.intake.http.bounds import Bounds
from tocsin.intake.http.server import Server
from tocsin.intake.http.tls import server_context
from tocsin.intake.web.config import TokenInput, WebInput
from tocsin.intake.web.deliveries import Deliveries
from tocsin.intake.web.dialect import Dialect
from tocsin.intake.web.site import WebSite
from tocsin.intake.web.tokens import Tokens
from tocsin.ports.input import Intake
from tocsin.settings.scalars import Listen

MEMORY = 256 << 20
"""Bytes of bodies, and of the records made of them, at one time; more if one request may need more."""
WORKERS = 2
"""Threads that decompress and cut large bodies."""


def bounds_of(config: WebInput) -> Bounds:
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


@dataclass(eq=False)
class WebServer:
    """An Input. folder: its own. bounds: of the server, where they are not what the settings say."""

    name: str
    config: WebInput
    dialect: Dialect
    intake: Intake
    folder: Path
    bounds: Bounds | None = None

    def __post_init__(self) -> None:
        self._server: Server | None = None
        self._workers: ThreadPoolExecutor | None = None

    @property
    def addresses(self) -> Sequence[str]:
        """Where it listens, as bound."""
        found = self._server.addresses if self._server else []
        return [f"{Listen(host, port)}/tcp" for host, port in found]

    async def start(self) -> None:
        """Look up tokens and certificates, and listen; raises ConfigError."""
        config = self.config
        tokens = Tokens(config.tokens if isinstance(config, TokenInput) else {})
        tls = server_context(config.tls) if config.tls else None
        self._workers = workers = ThreadPoolExecutor(WORKERS, f"http-{self.name}")
        deliveries = Deliveries(self.name, self.intake, self.folder)
        if self.dialect.delivers:
            deliveries.load()
        site = WebSite(self.name, config, self.dialect, self.intake, tokens, workers, deliveries)
        server = Server(site, self.bounds or bounds_of(config), tls)
        await server.start(config.listen)
        self._server = server

    async def stop(self, grace: float) -> None:
        """Answer what was received, within so many seconds; then end every connection."""
        if self._server:
            await self._server.stop(grace)
        if self._workers:
            self._workers.shutdown(wait=False, cancel_futures=True)
