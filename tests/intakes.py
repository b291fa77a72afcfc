"""An intake for tests of inputs: it keeps what is taken as the port says, and can have no room, be slow or break."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from tocsin.errors import DeliveryError
from tocsin.model.received import Received
from tocsin.ports.input import Refusal

DEADLINE = 20.0
"""Seconds after which a test gives up waiting."""


class Recorder:
    """Keeps durable batches in memory; `redo` answers what came after the last `saved`."""

    def __init__(self) -> None:
        self.batches: list[Received] = []
        self.refusals: Counter[Refusal] = Counter()
        self.open = 0
        self.most_open = 0
        self.known = 0
        self.room = True
        self.ending = False
        self.asked = 0

    @property
    def records(self) -> list[bytes]:
        return [record for batch in self.batches for record in batch.records]

    async def take(self, batch: Received) -> None:
        self.asked += 1
        await asyncio.sleep(0)
        if self.ending or not self.room:
            raise DeliveryError("no room", retryable=not self.ending)
        assert all(record and not record.endswith(b"\n") for record in batch.records)
        self.batches.append(batch)

    def refused(self, name: str, why: Refusal, count: int = 1) -> None:
        self.refusals[why] += count

    def connections(self, name: str, count: int) -> None:
        self.open = count
        self.most_open = max(self.most_open, count)

    def redo(self, name: str) -> Sequence[bytes]:
        return [batch.context.redo for batch in self.batches[self.known :]]

    def saved(self, name: str) -> None:
        self.known = len(self.batches)


async def until(condition: Callable[[], object]) -> None:
    """Wait until it holds; fails after DEADLINE."""
    async with asyncio.timeout(DEADLINE):
        while not condition():  # noqa: ASYNC110 (any condition, of files and other processes too)
            await asyncio.sleep(0.005)


def on_both_loops(test: Callable[[], Awaitable[None]]) -> None:
    """Run a test on the loop of asyncio and on uvloop."""
    import uvloop

    for factory in (asyncio.new_event_loop, uvloop.new_event_loop):
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(_awaited(test))


async def _awaited(test: Callable[[], Awaitable[None]]) -> None:
    await test()
