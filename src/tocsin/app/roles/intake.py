"""The intake role: inputs -> events, durable before anybody is answered."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any, NamedTuple

import uvloop

from tocsin.app.layout import patiently
from tocsin.app.life import Life
from tocsin.errors import ConfigError
from tocsin.intake.inputs import opener
from tocsin.model.hidden import plain
from tocsin.ports.input import Input
from tocsin.ports.journal import Appender, Room
from tocsin.services.kinds import kinds
from tocsin.services.live.reception import TICK_SECONDS, Reception
from tocsin.services.live.topics import EVENTS
from tocsin.settings.behind import behind
from tocsin.settings.kinds import Input as Config
from tocsin.settings.kinds import kind_of
from tocsin.settings.snapshot import kept
from tocsin.telemetry.log import logger
from tocsin.telemetry.status import Sample

GRACE = 5.0
"""Seconds in which an input that stops may finish what it has received."""
RETAIN_SECONDS = 10
RETRY_SECONDS = 5
"""How often an input that could not start (its port is taken) is tried again."""


def run(life: Life) -> None:
    """Receive until told to stop."""
    uvloop.run(_Intake(life).run())


class _Running(NamedTuple):
    """An input that runs. behind: its secrets and certificates, as it knows them."""

    config: Config
    behind: bytes
    input: Input


class _Intake:
    def __init__(self, life: Life) -> None:
        self.life = life
        self.wanted: Mapping[str, Config] = life.settings.inputs
        self.behind: dict[str, bytes] = {}
        self.running: dict[str, _Running] = {}
        self.failing: dict[str, str] = {}
        self.stop = asyncio.Event()
        self.broken: BaseException | None = None

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        life, settings = self.life, self.life.settings
        loop.set_exception_handler(self._broken)
        journal = life.layout.open_journal(settings)
        with ExitStack() as stack:
            self.appenders: list[Appender] = []
            for number in range(settings.journal.partitions):
                appender = patiently(partial(journal.appender, EVENTS, number))
                stack.callback(appender.close)
                self.appenders.append(appender)
            self.reception = Reception(journal, self.appenders, life.layout.inputs)
            life.on_stop = partial(loop.call_soon_threadsafe, self.stop.set)
            life.on_reload = lambda digest: loop.call_soon_threadsafe(self._reload, digest)
            life.samples, life.problems = self._samples, self._problems
            try:
                await self._settle()
                life.be_ready()
                if not life.stopping.is_set():
                    alive = asyncio.create_task(self._be_alive())
                    try:
                        await self._beat()
                    finally:
                        alive.cancel()
            finally:
                life.hush()
                self.wanted = {}
                await self._settle()

        if self.broken:
            raise self.broken

    def _broken(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A mistake in an input is loud: the role ends with it, in order, and starts again."""
        self.broken = context.get("exception") or RuntimeError(str(context.get("message")))
        self.stop.set()

    async def _be_alive(self) -> None:
        """Tell that the loop turns; a beat of the reception may well wait for room."""
        while True:
            self.life.beat()
            await asyncio.sleep(TICK_SECONDS)

    async def _beat(self) -> None:
        """Once a second: a tick if one is due, and what has to be looked after now and then."""
        beats = 0
        while not self.stop.is_set():
            await self.reception.beat()
            beats += 1
            if beats % RETAIN_SECONDS == 0:
                for appender in self.appenders:
                    await asyncio.to_thread(appender.retain)
            if self._stale() or (self.failing and beats % RETRY_SECONDS == 0):
                await self._settle()
            try:
                await asyncio.wait_for(self.stop.wait(), TICK_SECONDS)
            except TimeoutError:
                continue

    def _reload(self, digest: str) -> None:
        """Take over the inputs of another snapshot; those that are the same are not touched."""
        life = self.life
        self.wanted = kept(digest, life.layout.snapshots).restored(kinds()).inputs
        self.behind = {name: behind(one) for name, one in self.wanted.items()}
        life.digest = digest

    def _stale(self) -> bool:
        wanted = {name for name in self.wanted if name not in self.failing}
        return self.running.keys() != wanted or any(self._is_old(name) for name in self.running)

    def _is_old(self, name: str) -> bool:
        """Tell whether an input runs that is not wanted, or not as it is."""
        one = self.running[name]
        return self.wanted.get(name) != one.config or self.behind.get(name, one.behind) != one.behind

    async def _settle(self) -> None:
        """Let run what is wanted, and nothing else."""
        wanted = dict(self.wanted)
        await asyncio.gather(*(self._end(name) for name in self.running if self._is_old(name)))
        self.failing = {name: why for name, why in self.failing.items() if name in wanted}
        for name in wanted.keys() - self.running.keys():
            await self._begin(name, wanted[name])

    async def _begin(self, name: str, config: Config) -> None:
        """Start an input; one that cannot does not keep others from it."""
        folder = self.life.layout.inputs / name
        known = behind(config)
        try:
            made: Input = opener(kind_of(config))(name, config, self.reception, folder)
            await made.start()
        except ConfigError as error:
            if self.failing.get(name) != str(error):
                logger().error("input cannot start", input=name, error=str(error))
            self.failing[name] = str(error)
            return
        self.failing.pop(name, None)
        self.running[name] = _Running(config, known, made)
        logger().info("input started", input=name, addresses=list(made.addresses))

    async def _end(self, name: str) -> None:
        await self.running.pop(name).input.stop(GRACE)
        logger().info("input stopped", input=name)

    def _problems(self) -> Sequence[str]:
        full = [number for number, one in enumerate(self.appenders) if one.room() is not Room.FREE]
        told = [f"input {name}: {plain(why, 300)}" for name, why in self.failing.items()]
        return [*told, *([f"little room for the journal (partitions {full})"] if full else [])]

    def _samples(self) -> Iterator[Sample]:
        reception = self.reception
        for name, number in list(reception.records.items()):
            yield Sample("intake_records_total", number, {"input": name}, "counter")
        for (name, why), number in list(reception.refusals.items()):
            yield Sample("intake_refused_total", number, {"input": name, "reason": why.value}, "counter")
        for name, number in list(reception.open.items()):
            yield Sample("intake_connections", number, {"input": name})
        for number, room in enumerate([one.room() for one in self.appenders]):
            yield Sample("journal_room", list(Room).index(room), {"topic": EVENTS, "partition": str(number)})
