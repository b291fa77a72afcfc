"""The store role: columns -> chDB, and answers about them on a socket. The only process that opens chDB."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from itertools import chain

from tocsin.app.layout import patiently
from tocsin.app.life import Life
from tocsin.errors import DeliveryError
from tocsin.ports.store import Freshness
from tocsin.services.live.lag import Lag
from tocsin.services.live.topics import COLUMNS, STORE
from tocsin.store.database import Database
from tocsin.store.loader import Loader
from tocsin.store.making import making
from tocsin.store.reader import Reader
from tocsin.store.retention import Age, expire, finish
from tocsin.store.schema import migrate
from tocsin.store.server import Server
from tocsin.telemetry.log import logger
from tocsin.telemetry.status import Sample

WAIT_SECONDS = 0.2
"""How long a step waits for a first frame."""
RETRY_SECONDS = 1.0
"""Until a block that found no room is tried again."""
EXPIRE_SECONDS = 600.0
COUNT_SECONDS = 30.0
"""How old what it says of its content may be, when nothing is added."""


def run(life: Life) -> None:
    """Load and answer until told to stop."""
    settings, layout = life.settings, life.layout
    with making(layout.store):
        database = patiently(lambda: Database(layout.store))
        migrate(database, token_index=settings.store.token_index)
    finish(database)
    limits = {"query_time": float(settings.store.query_time), "query_memory": settings.store.query_memory}
    reader = Reader(database, query_time=limits["query_time"], query_memory=int(limits["query_memory"]))
    journal = layout.open_journal(settings)
    loader = patiently(lambda: Loader(journal, database, layout.store))
    server = Server(reader, layout.store_socket)
    keep = {name: float(one.keep) for name, one in settings.store.retention.items()}
    lag, age = Lag(journal, STORE, COLUMNS), Age()
    content = Content(loader, reader)
    life.samples = lambda: chain(_samples(loader, server), content.samples(), lag.samples())
    life.problems = lambda: chain(_problems(loader, age), lag.problems())
    try:
        life.be_ready()
        _load(life, loader, partial(_expire, database, keep, age))
    finally:
        life.hush()
        server.close()
        loader.close()
        database.close()


def _load(life: Life, loader: Loader, expiring: Callable[[], None]) -> None:
    expired = -EXPIRE_SECONDS
    # No beats: an insert behind a long merge, query or backup waits as it should, and a kill would only begin it anew.
    while not life.stopping.is_set():
        try:
            loader.step(WAIT_SECONDS)
        except DeliveryError as error:
            if not error.retryable:
                raise
            logger().warning("a block could not be inserted; it is tried again", error=str(error))
            life.stopping.wait(RETRY_SECONDS)
        if time.monotonic() - expired >= EXPIRE_SECONDS:
            expired = time.monotonic()
            expiring()


def _expire(database: Database, keep: Mapping[str, float], age: Age) -> None:
    if age.is_known:
        for day in expire(database, keep, time.time()):
            logger().info("dropped a day", retention=day.retention, day=str(day.day))


def _problems(loader: Loader, age: Age) -> Iterator[str]:
    if loader.loaded.dead:
        yield f"{loader.loaded.dead} frames could not be read and are in the store's dead letters, each with the reason"
    if loader.loaded.unkept:
        yield (
            f"{loader.loaded.unkept} of them found no room there; their events are in the journal for as long as "
            "journal.retention says. Look at those that are there, then delete them"
        )
    if not age.is_known:
        yield (
            f"the system clock was set ahead by {age.ahead / 3_600:,.0f} hours: nothing is deleted for its age; "
            "set it right, or start the monitor again if it is right now"
        )


def _samples(loader: Loader, server: Server) -> Iterator[Sample]:
    for name in ("blocks", "frames", "rows", "dead"):
        yield Sample(f"store_{name}_total", getattr(loader.loaded, name), kind="counter")
    yield Sample("store_dead_unkept_total", loader.loaded.unkept, kind="counter")
    yield Sample("store_exports_cut_total", server.cut, kind="counter")


class Content:
    """What the store holds: asked again when a block was added, and now and then, for what was dropped."""

    def __init__(self, loader: Loader, reader: Reader) -> None:
        self._loader, self._reader = loader, reader
        self._blocks = -1
        self._until = 0.0
        self._found = Freshness(0, 0)

    def samples(self) -> Iterator[Sample]:
        """Yield it."""
        blocks, now = self._loader.loaded.blocks, time.monotonic()
        if blocks != self._blocks or now >= self._until:
            with suppress(DeliveryError):  # people's questions have all the turns; this one can wait
                self._found = self._reader.freshness(patience=0.1)
                self._blocks, self._until = blocks, now + COUNT_SECONDS
        yield Sample("store_events", self._found.rows)
        yield Sample("store_newest_arrival_seconds", self._found.arrived / 1e6)
