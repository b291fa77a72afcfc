"""The journal on this machine's disk: a folder a topic, a folder a partition.

events/topic          number of partitions, settled when the topic is first used
events/0/00000000000000000000.log   segments
events/0/end          the durable end       events/0/writer          the writer's lock
events/0/NAME.offset  a consumer's progress events/0/NAME.lock       its lock
"""

import os
import re
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from tocsin.errors import ConfigError, DamageError, DeliveryError
from tocsin.journal.appender import LocalAppender
from tocsin.journal.disk import Disk, File, LocalDisk
from tocsin.journal.log import NO_ROOM, Limits, Log
from tocsin.journal.progress import Progress, committed
from tocsin.journal.reader import LocalReader, origins_of
from tocsin.journal.retention import Keeper
from tocsin.journal.segment import firsts
from tocsin.ports.journal import Stream, Topic

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_PARTITIONS = re.compile(rb"partitions = (\d{1,5})\n")


class LocalJournal:
    """See the port. Holds no files itself. Raises ConfigError for topics that cannot be."""

    def __init__(
        self,
        folder: Path,
        topics: Iterable[Topic],
        limits: Limits | None = None,
        *,
        disk: Disk | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._folder = folder
        self._limits = limits or Limits()
        self._disk: Disk = disk or LocalDisk()
        self._clock = clock
        self._topics = {topic.name: topic for topic in topics}
        for topic in self._topics.values():
            self._settle(topic)

    def topic(self, name: str) -> Topic:
        """Return what is settled about a topic."""
        if name not in self._topics:
            raise ConfigError(f"the journal has no topic {name!r}; it has {', '.join(sorted(self._topics))}")
        return self._topics[name]

    def appender(self, topic: str, partition: int) -> LocalAppender:
        """Become the writer of a partition."""
        folder = self._place(topic, partition)
        keeper = Keeper(self._disk, folder, self.topic(topic))
        stream = Stream(topic, partition)
        try:
            return LocalAppender(Log(self._disk, folder, stream, keeper, self._limits, self._clock))
        except OSError as error:
            raise DeliveryError(f"{folder}: {error}", retryable=False) from error

    def reader(self, topic: str, partition: int, offset: int = 0) -> LocalReader:
        """Read a partition from an offset on."""
        return LocalReader(self._disk, self._place(topic, partition), offset)

    def consumer(self, name: str, topic: str, partition: int) -> "LocalConsumer":
        """Become a consumer."""
        if name not in self.topic(topic).consumers:
            raise ConfigError(f"topic {topic!r} names no consumer {name!r}, so it would not wait for it")
        folder = self._place(topic, partition)
        try:
            return LocalConsumer(self._disk, folder, name)
        except OSError as error:
            raise DeliveryError(f"{folder}: {error}", retryable=error.errno in NO_ROOM) from error

    def origins(self, topic: str, partition: int) -> Mapping[Stream, int]:
        """Return the highest origins among durable frames."""
        return origins_of(self._disk, self._place(topic, partition))

    def kept(self, topic: str, partition: int) -> range:
        """Return the offsets that can be read."""
        folder = self._place(topic, partition)
        end = _end(self._disk, folder)
        return range(min(firsts(self._disk, folder), default=0), end) if end else range(0)

    def passed(self, name: str, topic: str, partition: int) -> int:
        """Return how far a consumer has come."""
        return committed(self._disk, self._place(topic, partition), name)

    def _place(self, topic: str, partition: int) -> Path:
        if not 0 <= partition < self.topic(topic).partitions:
            raise ConfigError(f"topic {topic!r} has no partition {partition}")
        return self._folder / topic / str(partition)

    def _settle(self, topic: Topic) -> None:
        """Make the topic's folders, or see that it has the number of partitions that it was made with."""
        for name in (topic.name, *topic.consumers):
            if not _NAME.fullmatch(name):
                raise ConfigError(f"journal: {name!r} is no name: small letters, digits, - and _, at most 64")
        if topic.partitions < 1:
            raise ConfigError(f"topic {topic.name!r} needs a partition at least")
        self._disk.make_folder(self._folder / topic.name)
        made = self._made(topic)
        if made != topic.partitions:
            raise ConfigError(
                f"topic {topic.name!r} was made with {made} partitions and has them for good, "
                f"settings say {topic.partitions}; set {made}, or drain it and move {self._folder / topic.name} aside"
            )
        for number in range(topic.partitions):
            self._disk.make_folder(self._folder / topic.name / str(number))

    def _made(self, topic: Topic) -> int:
        """Return the number of partitions that the topic was made with: now, if it is new."""
        folder = self._folder / topic.name
        if "topic" not in self._disk.names(folder):
            fresh = folder / f"topic.{os.getpid()}.new"
            file = self._disk.open(fresh, create=True)
            file.write(b"partitions = %d\n" % topic.partitions, 0)
            file.sync()
            file.close()
            self._disk.rename(fresh, folder / "topic")
            self._disk.sync_folder(folder)
        file = self._disk.open(folder / "topic")
        text = file.read(100, 0)
        file.close()
        found = _PARTITIONS.fullmatch(text)
        if not found:
            raise DamageError(
                "journal topic damaged",
                f"{folder / 'topic'}: says no number of partitions; write `partitions = N`, N as there are folders beside it",
            )
        return int(found[1])


class LocalConsumer:
    """See the port."""

    def __init__(self, disk: Disk, folder: Path, name: str) -> None:
        lock = disk.lock(folder / f"{name}.lock")
        if lock is None:
            raise DeliveryError(f"{folder}: another process is consumer {name!r}", retryable=True)
        self._lock: File | None = lock
        self._disk = disk
        self._folder = folder
        try:
            self._progress = Progress(disk, folder, name)
        except BaseException:
            lock.close()
            raise
        self.offset = self._progress.offset

    def commit(self, offset: int) -> None:
        """Store durably; see the port."""
        if self._lock is None:
            raise DeliveryError(f"{self._folder}: this consumer is closed", retryable=False)
        if offset == self.offset:
            return
        if offset < self.offset or offset > _end(self._disk, self._folder):
            raise ValueError(
                f"{self._folder}: {offset:,} is before {self.offset:,}, or beyond the durable end"
            )
        try:
            self._progress.commit(offset)
        except OSError as error:
            if error.errno not in NO_ROOM:
                self.close()
            raise DeliveryError(f"{self._folder}: {error}", retryable=error.errno in NO_ROOM) from error
        self.offset = offset

    def close(self) -> None:
        """Let another process be this consumer."""
        if self._lock:
            self._progress.close()
            self._lock.close()
            self._lock = None


def _end(disk: Disk, folder: Path) -> int:
    reader = LocalReader(disk, folder)
    try:
        end = reader.end()
    finally:
        reader.close()
    return end.next if end else 0
