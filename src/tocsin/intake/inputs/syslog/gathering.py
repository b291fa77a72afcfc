"""Messages on their way to the journal: gathered into batches, with a bound on what waits."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog

from tocsin.errors import DeliveryError
from tocsin.model.received import Context, Received
from tocsin.ports.input import Intake

BATCH = 1000
"""So many messages are handed on without waiting for more."""
LINGER = 0.05
"""Seconds that fewer wait for company."""
MOST = 8 << 20
"""Bytes of one batch, about."""
HIGH = 8 << 20
"""Bytes that wait before TCP is no longer read."""
FULL = 32 << 20
"""Bytes that wait before datagrams are dropped."""
PATIENCE = 0.2
"""Seconds until a journal that had no room is asked again."""
_EACH = 64  # bytes that a short message takes beside its text

_log = structlog.get_logger(__name__)


class Gatherer:
    """What waits to be taken, in the order in which it came."""

    def __init__(self, context: Context, intake: Intake, relieved: Callable[[], None]) -> None:
        """relieved: called when there is room again after `crowded`."""
        self._context = context
        self._intake = intake
        self._relieved = relieved
        self._waiting: list[list[bytes]] = []
        self._sizes: list[int] = []
        self._bytes = 0
        self._count = 0
        self._some = asyncio.Event()
        self._many = asyncio.Event()
        self._closing = False
        self.broken = False
        """Whether the journal will take nothing any more."""

    @property
    def crowded(self) -> bool:
        """Whether streams should wait."""
        return self._bytes > HIGH or self.broken

    @property
    def full(self) -> bool:
        """Whether datagrams have to be dropped."""
        return self._bytes > FULL or self.broken

    @property
    def waiting(self) -> int:
        """How many messages are not taken yet."""
        return self._count

    def put(self, messages: list[bytes]) -> None:
        """Let messages wait; asks for no room."""
        if not messages:
            return
        size = sum(map(len, messages)) + _EACH * len(messages)
        self._waiting.append(messages)
        self._sizes.append(size)
        self._bytes += size
        self._count += len(messages)
        self._some.set()
        if self._count >= BATCH:
            self._many.set()

    def close(self) -> None:
        """Let `run` end as soon as nothing waits."""
        self._closing = True
        self._some.set()
        self._many.set()

    async def run(self) -> None:
        """Hand on what comes, until closed or until the journal takes no more."""
        while await self._wait():
            records, size = self._next()
            if not await self._take(records):
                self.broken = True
                return
            was_crowded = self.crowded
            self._bytes -= size
            self._count -= len(records)
            if self._count < BATCH and not self._closing:
                self._many.clear()
            if was_crowded and not self.crowded:
                self._relieved()

    async def _wait(self) -> bool:
        """Return whether there is a batch, after waiting for it."""
        if not self._waiting:
            self._some.clear()
            if self._closing:
                return False
            await self._some.wait()
        if not self._many.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._many.wait(), LINGER)
        return bool(self._waiting) or not self._closing

    def _next(self) -> tuple[list[bytes], int]:
        number = size = 0
        while number < len(self._sizes) and (not number or size + self._sizes[number] <= MOST):
            size += self._sizes[number]
            number += 1
        records = [one for messages in self._waiting[:number] for one in messages]
        del self._waiting[:number], self._sizes[:number]
        return records, size

    async def _take(self, records: list[bytes]) -> bool:
        while records:
            try:
                await self._intake.take(Received(self._context, records))
            except DeliveryError as error:
                if not error.retryable:
                    _log.warning("messages not taken", input=self._context.input, count=len(records))
                    return False
                await asyncio.sleep(PATIENCE)
            else:
                break
        return True
