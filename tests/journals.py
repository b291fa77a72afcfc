"""The journals that the contract is held against, each behind the same few handles."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol

from simulated_disk import SimulatedDisk
from tocsin.journal.local import LocalJournal
from tocsin.journal.log import Limits
from tocsin.ports.journal import Appender, Frame, Journal, Offsets, Stored, Topic

SMALL = Limits(segment=2_000, group=8_000, pending=1 << 20, reserve=0, scarce=0)
"""So that a few frames already make several segments."""
PATIENCE = 20.0
"""Seconds that anything may take; what is waited for comes at once unless it never comes."""


class Harness(Protocol):
    """A place for a journal, and what may happen to it."""

    def journal(self, *topics: Topic) -> Journal:
        """Return the journal, as one more role has it."""

    def restart(self) -> None:
        """End all roles; what was answered is there afterwards, as harshly as this place can test it."""

    def pass_time(self, seconds: float) -> None:
        """Let the journal's clock go on."""


@dataclass
class Clock:
    now: int = 1_800_000_000_000_000_000

    def __call__(self) -> int:
        return self.now


@dataclass
class Local:
    """On a real disk; roles end in good order."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    appenders: list[Appender] = field(default_factory=list)

    def journal(self, *topics: Topic) -> Journal:
        return Noted(self.folder, topics, SMALL, clock=self.clock, made=self.appenders)

    def restart(self) -> None:
        for appender in self.appenders:
            appender.close()
        self.appenders.clear()

    def pass_time(self, seconds: float) -> None:
        self.clock.now += int(seconds * 1e9)


@dataclass
class Simulated:
    """On a simulated disk; the power fails."""

    disk: SimulatedDisk = field(default_factory=SimulatedDisk)
    clock: Clock = field(default_factory=Clock)
    random: Random = field(default_factory=lambda: Random(1))  # noqa: S311 (repeatable)

    def journal(self, *topics: Topic) -> Journal:
        return LocalJournal(Path("/journal"), topics, SMALL, disk=self.disk, clock=self.clock)

    def restart(self) -> None:
        self.disk.restart(self.random)

    def pass_time(self, seconds: float) -> None:
        self.clock.now += int(seconds * 1e9)


class Noted(LocalJournal):
    """Remembers its appenders, so that they can be closed."""

    def __init__(
        self, folder: Path, topics: Sequence[Topic], limits: Limits, *, clock: Clock, made: list[Appender]
    ) -> None:
        super().__init__(folder, topics, limits, clock=clock)
        self._appenders = made

    def appender(self, topic: str, partition: int) -> Appender:  # type: ignore[override]
        made = super().appender(topic, partition)
        self._appenders.append(made)
        return made


HARNESSES: dict[str, Callable[[Path], Harness]] = {
    "local": Local,
    "local, power fails": lambda _: Simulated(),
}


def frames(*payloads: bytes) -> list[Frame]:
    return [Frame(payload, events=1) for payload in payloads]


def append(appender: Appender, *payloads: bytes) -> Offsets:
    """Append and wait until it is durable."""
    return appender.append(frames(*payloads)).result(PATIENCE)


def read_all(journal: Journal, topic: str, partition: int = 0, offset: int = 0) -> list[Stored]:
    reader = journal.reader(topic, partition, offset)
    found: list[Stored] = []
    while more := reader.read():
        found += more
    reader.close()
    return found


def payloads(journal: Journal, topic: str, partition: int = 0, offset: int = 0) -> list[bytes]:
    return [one.frame.payload for one in read_all(journal, topic, partition, offset)]
