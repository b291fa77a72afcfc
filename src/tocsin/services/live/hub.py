"""The hub: signals in, alerts in the control database, exactly once.

One cycle takes the next frames of all partitions, and in one transaction counts them in the ledger, changes
alerts, moves correlation on, keeps its state, and writes what is to be sent. What is not committed never was.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from tocsin.alert import canary
from tocsin.alert.silence import silenced
from tocsin.alert.stage import Alerting
from tocsin.control import applied, canaries, ledger, silences, state
from tocsin.control.alerts import Applied, Skipped, Ways, apply
from tocsin.control.canaries import Arrival
from tocsin.control.database import Database
from tocsin.correlate.engine import Correlator
from tocsin.correlate.snapshot import Row
from tocsin.errors import DataError
from tocsin.model.alert import AlertBatch, AlertChange
from tocsin.model.notice import NOBODY
from tocsin.model.observation import Correlated, Observation
from tocsin.model.signals import TOPIC
from tocsin.ports.journal import Journal
from tocsin.services.live.incoming import Inbox, Incoming
from tocsin.services.live.sources_watch import NAME as RHYTHM
from tocsin.services.live.sources_watch import SourcesWatch
from tocsin.services.live.topics import LEAP_SECONDS


class Restored(Enum):
    """What a hub began with."""

    NOTHING = "there was no state"
    ALL = "all state of correlations that are there now"
    SOME = "the state of some correlations was left out: they have changed, or are no more"
    DISCARDED = "the state was of another version, or damaged: correlations begin from nothing"


class Stages(NamedTuple):
    """What a hub works with, for one set of rules. The correlator is new: its state is in the database."""

    alerting: Alerting
    correlator: Correlator
    ways: Ways


class CycleReport(Struct, frozen=True):
    """What a cycle did. skipped: frames that had had their effects before. lag: seconds from the lowest tick to now.

    begun, changed: ids of alerts. joined: changes that are in the alert of a flood. canaries: ids of events.
    more: whether frames wait, because a partition had too many for one cycle.
    """

    frames: int = 0
    skipped: int = 0
    events: int = 0
    matches: int = 0
    observations: int = 0
    correlated: int = 0
    begun: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    messages: int = 0
    joined: int = 0
    canaries: tuple[str, ...] = ()
    watermark: float = -math.inf
    lag: float = 0.0
    more: bool = False


class HubCycle:
    """The hub's memory, and its way through the journal. Rules have changed: close it, make another one.

    clock: seconds since 1970, for records and the lag; it decides nothing. Raises what `Inbox` does.
    """

    def __init__(
        self, database: Database, journal: Journal, stages: Stages, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._alerting, self._correlator, self._ways = stages
        self._clock = clock
        self.sources = SourcesWatch()
        """Which sources are silent or late."""
        self._silences = -1
        self._is_sound = True
        # First be the only hub: what another one is about to write must be there when this one looks.
        self._inbox = Inbox(journal)
        try:
            self._begin()
            self.restored = self._restore()
        except BaseException:
            self._inbox.close()
            raise

    @property
    def missed(self) -> int:
        """How many frames are deleted already that this database never saw: it is older than the journal."""
        return self._inbox.missed

    def _begin(self) -> None:
        with self._database.read() as connection:
            self._inbox.begin(applied.offsets(connection, TOPIC))
            self._ticks = {number: one.arrived for number, one in ledger.reached(connection).items()}

    def _restore(self) -> Restored:
        with self._database.write() as connection:
            rows = [Row(*row) for row in state.load(connection)]
            self.sources.restore((row for row in rows if row.name == RHYTHM), self._tick())
            rows = [row for row in rows if row.name != RHYTHM]
            try:
                strange = self._correlator.restore(rows)
            except DataError:
                state.drop(connection, {row.name for row in rows})
                return Restored.DISCARDED
            state.drop(connection, strange)
        if strange:
            return Restored.SOME
        return Restored.ALL if self._ticks else Restored.NOTHING

    def step(self) -> CycleReport:
        """Apply the next frames, if there are some.

        When this raises, make another one: what this one remembers is not what the database does.
        """
        if not self._is_sound:
            raise RuntimeError("a cycle of this hub has failed; make another one")
        self._is_sound = False
        found = self._inbox.read()
        report = self._apply_all(found) if found else CycleReport()
        self._is_sound = True
        return report

    def close(self) -> None:
        """Let another process be the hub."""
        self._inbox.close()

    def _apply_all(self, found: Sequence[Incoming]) -> CycleReport:
        with self._database.write() as connection:
            known = applied.offsets(connection, TOPIC)
            fresh = [one for one in found if one.place.offset > known.get(one.place.partition, -1)]
            report = self._apply(connection, fresh, known) if fresh else CycleReport()
        self._inbox.passed(one.place for one in found)
        return replace(report, skipped=len(found) - len(fresh), more=self._inbox.more)

    def _apply(
        self, connection: Connection, frames: Sequence[Incoming], known: Mapping[int, int]
    ) -> CycleReport:
        self._heed_silences(connection)
        ledger.add(connection, (ledger.Frame(one.place.partition, one.origin, one.signals) for one in frames))
        correlated = self._correlate(frames)
        replayed = canaries.note(connection, _arrivals(frames), self._clock())
        batches = [*self._batches(frames, correlated, replayed)]
        done = apply(connection, batches, ways=self._ways, at=self._clock(), known={TOPIC: known})
        rows, groups, pages = self._correlator.save()
        state.save(connection, [*rows, *self.sources.rows(self._tick())], groups, pages)
        return self._report(frames, correlated, done)

    def _heed_silences(self, connection: Connection) -> None:
        revision = silences.revision(connection)
        if revision != self._silences:
            # Those that have ended by now may still be about frames that arrived before.
            active = silences.active(connection, min(self._ticks.values(), default=-math.inf))
            self._alerting, self._silences = self._alerting.heeding(active), revision

    def _correlate(self, frames: Sequence[Incoming]) -> list[Correlated]:
        self.sources.take(one.signals for one in frames)
        found, begun = [], 0
        for at, one in enumerate(frames):
            if self._leaps_back(one):
                found += [*self._taken(frames[begun:at]), *self._correlator.close()]
                begun = at
            arrived = one.signals.arrived
            before = self._ticks.get(one.place.partition, arrived)
            self._ticks[one.place.partition] = arrived if _leaps(before, arrived) else max(before, arrived)
        return [*found, *self._taken(frames[begun:])]

    def _taken(self, frames: Sequence[Incoming]) -> list[Correlated]:
        self._correlator.take(observation for one in frames for observation in _observed(one))
        return self._correlator.advance(self._watermark())

    def _leaps_back(self, one: Incoming) -> bool:
        """Tell whether time begins anew with a frame: intake's clock was far ahead, and was set right.

        What is open ends then. If it did not, whatever happens until the clock is there again would be too late.
        """
        return _leaps(self._correlator.watermark + self._correlator.lateness, one.signals.arrived)

    def _watermark(self) -> float:
        """Return the event time before which nothing is to come: as long as a partition is silent, nothing is known."""
        return self._tick() - self._correlator.lateness

    def _tick(self) -> float:
        """Return the arrival up to which all partitions are known."""
        return min(self._ticks.values()) if len(self._ticks) == self._inbox.partitions else -math.inf

    def _batches(
        self, frames: Sequence[Incoming], correlated: Sequence[Correlated], replayed: Sequence[Arrival]
    ) -> Iterator[AlertBatch]:
        *before, last = frames
        for one in before:
            yield self._alerting(one.place, one.signals.arrived, one.signals.matches)
        of_matches = self._alerting(last.place, last.signals.arrived, last.signals.matches)
        # What correlations say belongs to no frame: it goes with the last, and came about with the latest.
        of_correlations = self._alerting(last.place, max(self._ticks.values()), (), correlated)
        of_sources = self.sources.turns(self._tick(), self._alerting.silences)
        of_canaries = map(self._replayed, replayed)
        yield AlertBatch(
            last.place, (*of_matches.changes, *of_correlations.changes, *of_canaries, *of_sources)
        )

    def _replayed(self, one: Arrival) -> AlertChange:
        mute = silenced(self._alerting.silences, canary.REPLAYED, NOBODY, arrived=one.arrived)
        return canary.replayed(one.input, one.event, arrived=one.arrived, mute=mute)

    def _report(
        self, frames: Sequence[Incoming], correlated: Sequence[Correlated], done: Applied | Skipped
    ) -> CycleReport:
        report = CycleReport(
            frames=len(frames),
            events=sum(one.signals.received for one in frames),
            matches=sum(len(one.signals.matches) for one in frames),
            observations=sum(len(one.signals.observations) for one in frames),
            correlated=len(correlated),
            canaries=tuple(heard.event for one in frames for heard in one.signals.canaries),
            watermark=self._correlator.watermark,
            lag=max(0.0, self._clock() - min(self._ticks.values())),
        )
        if not isinstance(done, Applied):
            return report
        return replace(
            report, begun=done.begun, changed=done.changed, messages=done.messages, joined=done.joined
        )


def _arrivals(frames: Sequence[Incoming]) -> Iterator[Arrival]:
    for one in frames:
        said = one.signals
        for heard in said.canaries:
            yield Arrival(said.input, heard.way, heard.sent, said.arrived, heard.event)


def _observed(one: Incoming) -> Iterator[Observation]:
    """Yield a frame's observations, none later than it arrived: no date moves what is due."""
    arrived = one.signals.arrived
    for observation in one.signals.observations:
        yield observation if observation.time <= arrived else replace(observation, time=arrived)


def _leaps(before: float, arrived: float) -> bool:
    return arrived < before - LEAP_SECONDS
