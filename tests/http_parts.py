"""What tests of HTTP inputs share: an intake that keeps what it takes, and a monitor that runs beside the test."""

import asyncio
import contextlib
import re
import socket
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import uvloop

from tocsin.errors import DeliveryError
from tocsin.intake import inputs
from tocsin.intake.http.bounds import Bounds
from tocsin.intake.web.input import WebServer
from tocsin.model.received import Received
from tocsin.ports.input import Refusal
from tocsin.settings.scalars import Listen

QUICK = Bounds(idle=0.4, head=0.2, progress=0.2, rate=100, linger=0.2, handshake=0.3)
"""Bounds in which nothing takes long."""


class Keeping:
    """An Intake in memory. `open`: cleared, takes wait. `fails`: what takes raise, one after another."""

    def __init__(self) -> None:
        self.batches: list[Received] = []
        self.refusals: Counter[Refusal] = Counter()
        self.numbers: list[int] = []
        self.fails: list[DeliveryError | Exception] = []
        self.waiting = 0
        self.open = threading.Event()
        self.open.set()

    @property
    def records(self) -> list[bytes]:
        return [record for batch in self.batches for record in batch.records]

    async def take(self, batch: Received) -> None:
        self.waiting += 1
        await asyncio.to_thread(self.open.wait)
        self.waiting -= 1
        if self.fails:
            raise self.fails.pop(0)
        self.batches.append(batch)

    def refused(self, _: str, why: Refusal, count: int = 1) -> None:
        self.refusals[why] += count

    def connections(self, _: str, count: int) -> None:
        self.numbers.append(count)

    def redo(self, _: str) -> Sequence[bytes]:
        return []

    def saved(self, _: str) -> None:
        pass


class Running:
    """An input in an event loop of its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop, one: WebServer, intake: Keeping) -> None:
        self.loop, self.input, self.intake = loop, one, intake
        self.defects: list[dict[str, Any]] = []
        host, _, port = one.addresses[0].removesuffix("/tcp").rpartition(":")
        self.address = (host, int(port))
        self.url = f"http://{host}:{port}"

    def do(self, what: Awaitable[Any]) -> Any:
        """Run a coroutine there."""

        async def wait() -> Any:
            return await what

        return asyncio.run_coroutine_threadsafe(wait(), self.loop).result(20)

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=10)

    def talk(self, *parts: bytes, shut: bool = False) -> bytes:
        """Send bytes and return all that comes back until the other side closes."""
        with self.connect() as one:
            with contextlib.suppress(ConnectionError):
                for part in parts:
                    one.sendall(part)
                if shut:
                    one.shutdown(socket.SHUT_WR)
            return drain(one)


def drain(one: socket.socket) -> bytes:
    """Return what comes until the end."""
    made = b""
    with contextlib.suppress(ConnectionError):
        while block := one.recv(1 << 16):
            made += block
    return made


def statuses(answer: bytes) -> list[int]:
    """Return the status of each answer."""
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


@contextlib.contextmanager
def running(
    bounds: Bounds = QUICK,
    *,
    kind: str = "http",
    folder: Path = Path("/nonexistent"),
    new_loop: Callable[[], Any] = uvloop.new_event_loop,
    intake: Keeping | None = None,
    **settings: Any,
) -> Iterator[Running]:
    """Run an input over HTTP on a free port of loopback. folder: its own. settings: keys of its Config."""
    loop = new_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    defects: list[dict[str, Any]] = []
    loop.call_soon_threadsafe(loop.set_exception_handler, lambda _, context: defects.append(context))
    intake = intake or Keeping()
    config: Any = inputs.catalog()[kind]
    made = config(listen=Listen("127.0.0.1", 0), **settings)
    one: Any = inputs.opener(kind)("web", made, intake, folder)
    one.bounds = bounds
    asyncio.run_coroutine_threadsafe(one.start(), loop).result(10)
    here = Running(loop, one, intake)
    here.defects = defects
    try:
        yield here
    finally:
        intake.open.set()
        asyncio.run_coroutine_threadsafe(one.stop(0.5), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
    assert [str(defect.get("exception") or defect) for defect in here.defects] == []
    assert one._server is not None
    assert one._server.budget.used == 0


def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so; ten seconds at most."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


def make_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Make a certificate for localhost and its key."""
    key, cert = folder / f"{name}.key", folder / f"{name}.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    made += ["-keyout", str(key), "-out", str(cert), "-days", "2", "-subj", f"/CN={name}"]
    made += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run(made, check=True, capture_output=True)
    return cert, key


def client_context(authority: Path, own: tuple[Path, Path] | None = None) -> ssl.SSLContext:
    """Return a client's side of TLS."""
    context = ssl.create_default_context(cafile=authority)
    if own:
        context.load_cert_chain(*own)
    return context
