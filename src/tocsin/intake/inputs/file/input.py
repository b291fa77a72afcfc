"""The file input: what the follower reads goes to the journal, and how far it is, to a file."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import structlog

from tocsin.errors import ConfigError, DeliveryError
from tocsin.intake.inputs.file import positions
from tocsin.intake.inputs.file.canary import followed
from tocsin.intake.inputs.file.config import Config
from tocsin.intake.inputs.file.follower import Batch, Follower
from tocsin.model.received import Context, Received
from tocsin.ports.input import Input, Intake

POLL = 0.2
"""Seconds until files that had nothing new are asked again."""
SAVE = 1.0
"""Seconds between two writings of the positions, at least."""
PATIENCE = 0.2
"""Seconds until a journal that had no room is asked again."""

_log = structlog.get_logger(__name__)
_Made = TypeVar("_Made")


def open_input(name: str, config: Config, intake: Intake, folder: Path) -> Input:
    """Return the input, not started. folder: of this input alone; what it has to remember is kept there."""
    return Files(name, config, intake, folder)


class Files:
    """Follows files in a thread of its own."""

    def __init__(self, name: str, config: Config, intake: Intake, folder: Path) -> None:
        self._name = name
        self._config = config
        self._intake = intake
        self._path = folder / "positions"
        self._follower: Follower | None = None
        self._stopping = asyncio.Event()

    @property
    def addresses(self) -> Sequence[str]:
        """None: it does not listen."""
        return ()

    async def start(self) -> None:
        """Find out how far it had come, and go on from there. Raises ConfigError."""
        self._pool = ThreadPoolExecutor(1, "files")
        known = positions.read(self._path)
        redo = [part for one in self._intake.redo(self._name) for part in positions.load(one)]
        latest = dict(known or {})
        for part in redo:
            latest[part.end.key] = part.end
        first = known is None and not redo
        try:
            config = followed(self._config, self._path.parent)
            self._follower = Follower(self._name, config, latest.values(), first=first)
            await self._call(self._follower.look)
            # With `start = "end"` it is settled here where the end was.
            await self._call(self._write)
        except OSError as error:
            raise ConfigError(f"{self._path}: {error.strerror}; it must be possible to write it") from None
        self._intake.saved(self._name)
        self._running = asyncio.create_task(self._run(self._follower))
        self._running.add_done_callback(_raise)

    async def stop(self, grace: float) -> None:
        """Finish the batch that is under way, if that takes no longer than so many seconds."""
        if not self._follower:
            return
        self._stopping.set()
        done, _ = await asyncio.wait([self._running], timeout=grace)
        self._running.cancel()
        await asyncio.wait([self._running])
        if done and not self._running.exception() and self._running.result():
            await self._save(self._follower)
        self._pool.shutdown()
        self._follower.close()
        self._follower = None

    async def _run(self, follower: Follower) -> bool:
        """Return whether all that was read was taken: only then is it known how far the input is."""
        loop = asyncio.get_running_loop()
        looked = saved = loop.time()
        while not self._stopping.is_set():
            if follower.look_again or loop.time() - looked >= self._config.look:
                await self._call(follower.look)
                looked = loop.time()
            batch = await self._call(follower.gather)
            for why, count in batch.refusals.items():
                self._intake.refused(self._name, why, count)
            if batch.records and not await self._take(batch):
                return False
            if loop.time() - saved >= SAVE:
                await self._save(follower)
                saved = loop.time()
            if not batch.busy:
                await self._pause(POLL)
        return True

    async def _take(self, batch: Batch) -> bool:
        """Return whether it is durable; False if nothing more will be."""
        context = Context(
            self._name, self._config.source, self._config.retention, positions.dump(batch.parts)
        )
        while True:
            try:
                await self._intake.take(Received(context, batch.records))
                return True
            except DeliveryError as error:
                if not error.retryable:
                    return False
            # Stopping does not end this: what was not taken is not saved, and is read again.
            if self._stopping.is_set():
                return False
            await self._pause(PATIENCE)

    async def _save(self, follower: Follower) -> None:
        if not follower.changed:
            return
        try:
            await self._call(self._write)
        except OSError as error:
            _log.warning("positions not written", input=self._name, why=str(error))
            return
        self._intake.saved(self._name)

    def _write(self) -> None:
        if self._follower:
            positions.write(self._path, self._follower.positions())
            self._follower.changed = False

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _call(self, function: Callable[[], _Made]) -> _Made:
        return await asyncio.get_running_loop().run_in_executor(self._pool, function)


def _raise(task: asyncio.Task[bool]) -> None:
    """Let the loop's handler know of an error in the code."""
    if not task.cancelled() and (error := task.exception()):
        task.get_loop().call_exception_handler(
            {"message": "the file input has failed", "exception": error, "task": task}
        )
