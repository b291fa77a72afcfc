"""Which requests were taken already, by the sender's own id: one that is sent again, for its answer was lost, is answered and not taken.

An id is durable with its events, in their frame's context; how many of them need not be looked for there is in a file.
"""

import asyncio
from collections.abc import Awaitable, Callable
from hashlib import blake2b
from pathlib import Path

import msgspec

from tocsin.errors import ConfigError
from tocsin.model.unreadable import UNREADABLE
from tocsin.ports.input import Intake

KEPT = 100_000
"""So many of the newest are known."""
SAVE_EVERY = 1_000
"""Deliveries between two savings."""

_ids = msgspec.msgpack.Decoder(list[bytes])


class Deliveries:
    """The deliveries of one input. For its event loop."""

    def __init__(self, name: str, intake: Intake, folder: Path) -> None:
        self._name, self._intake = name, intake
        self._path = folder / "deliveries"
        self._known: dict[bytes, None] = {}
        self._waiting: dict[bytes, asyncio.Future[None]] = {}
        self._unsaved = 0

    def load(self) -> None:
        """Recall what was taken before; raises ConfigError."""
        try:
            before = _ids.decode(self._path.read_bytes())
        except FileNotFoundError:
            before = []
        except (OSError, *UNREADABLE) as error:
            raise ConfigError(
                f"{self._path}: {error}; delete it: requests that are sent again may then be taken twice"
            ) from None
        for one in (*before, *map(_digest, self._intake.redo(self._name))):
            self._note(one)
        self.save()

    async def once(self, delivery: bytes, take: Callable[[], Awaitable[None]]) -> bool:
        """Take a delivery unless it was taken; tell whether it was taken now. Raises what `take` raises."""
        key = _digest(delivery)
        while other := self._waiting.get(key):
            # If that one fails, this one tries itself.
            await asyncio.wait([other])
        if key in self._known:
            return False
        done = self._waiting[key] = asyncio.get_running_loop().create_future()
        try:
            await take()
            self._note(key)
        finally:
            del self._waiting[key]
            done.set_result(None)
        self._unsaved += 1
        if self._unsaved >= SAVE_EVERY:
            self.save()
        return True

    def save(self) -> None:
        """Write down what was taken, unless something is being taken: it may be durable, and is not noted yet."""
        if self._waiting:
            return
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._path.with_name("deliveries.new")
        # Not synced: after a loss of power an older one, or none, costs a longer search in the journal.
        fresh.write_bytes(msgspec.msgpack.encode(list(self._known)))
        fresh.replace(self._path)
        self._intake.saved(self._name)
        self._unsaved = 0

    def _note(self, key: bytes) -> None:
        self._known[key] = None
        if len(self._known) > KEPT:
            del self._known[next(iter(self._known))]


def _digest(delivery: bytes) -> bytes:
    return blake2b(delivery, digest_size=16).digest()
