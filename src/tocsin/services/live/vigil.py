"""The hub's watch over canaries: one that was due and did not come through is an alert, until one does again."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Connection, not_, select

from tocsin.alert import canary
from tocsin.alert.silence import silenced
from tocsin.control import applied, canaries, silences
from tocsin.control.alerts import Applied, Ways, apply
from tocsin.control.canaries import Passed
from tocsin.control.database import Database
from tocsin.control.rows import from_row
from tocsin.control.tables import ALERT
from tocsin.model.alert import Alert, AlertBatch, AlertChange, Mute
from tocsin.model.canary import Attempt
from tocsin.model.moment import to_iso
from tocsin.model.notice import NOBODY
from tocsin.model.place import Place
from tocsin.services.live import attempts
from tocsin.telemetry.status import Sample

TOPIC = "canary"
"""Stands for the topic in the places of these changes: no frame of signals made them."""
LOOK_SECONDS = 1.0
_STILL_OPEN = select(ALERT).where(ALERT.c.rule_id == canary.BROKEN.id, not_(ALERT.c.ended))

Way: TypeAlias = tuple[str, str]
"""An input, and how one comes into it."""


class Vigil:
    """late: seconds. folder: where the sender says what it did. clock: seconds since 1970.

    For the first `late` seconds nothing is late: what came while there was no hub is still being applied.
    """

    def __init__(
        self,
        database: Database,
        ways: Ways,
        late: float,
        folder: Path,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database, self._ways, self._late = database, ways, late
        self._folder, self._clock = folder, clock
        self._patient = clock() + late
        self._looked = 0.0
        self._told: dict[Way, float] = {}
        self._passed: Mapping[Way, Passed] = {}

    def look(self) -> int:
        """Write what has changed, once a second at most; return how many messages that made."""
        now = self._clock()
        if 0 <= now - self._looked < LOOK_SECONDS:
            return 0
        self._looked = now
        tried = attempts.read(self._folder)
        with self._database.read() as connection:
            self._passed = canaries.latest(connection)
            changes = [] if tried is None else self._changes(connection, tried, now)
        if not changes:
            return 0
        with self._database.write() as connection:
            origin = Place(TOPIC, 0, applied.offsets(connection, TOPIC).get(0, -1) + 1)
            done = apply(connection, [AlertBatch(origin, tuple(changes))], ways=self._ways, at=now)
        return done.messages if isinstance(done, Applied) else 0

    def samples(self) -> Iterator[Sample]:
        """Yield how long the last canaries took, and when they came through."""
        for (name, way), one in list(self._passed.items()):
            labels, sent = {"input": name, "transport": way}, one.sent / 1000
            yield Sample("canary_seconds", max(0.0, one.arrived - sent), {**labels, "stage": "arrived"})
            yield Sample("canary_seconds", max(0.0, one.applied - sent), {**labels, "stage": "applied"})
            yield Sample("canary_last_success", one.applied, labels)

    def _changes(self, connection: Connection, tried: Sequence[Attempt], now: float) -> list[AlertChange]:
        still = _open_alerts(connection)
        lost = [] if now < self._patient else [one for one in tried if self._is_lost(one, now)]
        if not still and not lost:
            return []
        mute = silenced(silences.active(connection, now), canary.BROKEN, NOBODY, arrived=now)
        changes = list(self._over(tried, still, mute, now))
        for one in lost:
            self._told[one.input, one.way] = one.first
            known = still.get((one.input, one.way))
            if known is None or known.last_seen < one.first:
                changes.append(canary.broken(one, known, at=now, mute=mute))
        return changes

    def _is_lost(self, one: Attempt, now: float) -> bool:
        """Tell whether a way's present canary is late, and was not told of."""
        if (
            not one.first
            or now - one.first <= self._late
            or self._told.get((one.input, one.way)) == one.first
        ):
            return False
        passed = self._passed.get((one.input, one.way))
        return passed is None or passed.sent < int(one.first * 1000)

    def _over(
        self, tried: Sequence[Attempt], still: Mapping[Way, Alert], mute: Mute | None, now: float
    ) -> Iterator[AlertChange]:
        known = {(one.input, one.way): one for one in tried}
        for way, alert in still.items():
            passed = self._passed.get(way)
            if way not in known:
                yield canary.over(alert, "it is not tested any more.", at=now, mute=mute)
            elif passed and passed.sent >= int(alert.last_seen * 1000):
                said = (
                    f"delivers again since {to_iso(passed.applied)}; {alert.count:,} test events were late or lost, "
                    f"the first was due at {to_iso(alert.first_seen)}."
                )
                yield canary.over(alert, said, at=now, mute=mute)


def _open_alerts(connection: Connection) -> dict[Way, Alert]:
    found = [from_row(dict(row)) for row in connection.execute(_STILL_OPEN).mappings()]
    return {(one.group["input"], one.group["transport"]): one for one in found}
