"""What the hub looks at now and then beside its work: the ledger and the store, refused records, dead letters."""

import time
from collections.abc import Callable, Iterator

from tocsin.control import ledger, outbox
from tocsin.control.database import Database
from tocsin.errors import DeliveryError
from tocsin.services.live.reconcile import Reconciler, difference_told
from tocsin.services.live.refusals import Refusals
from tocsin.telemetry.log import logger
from tocsin.telemetry.status import Sample

LOOK_SECONDS = 10.0
"""How often refused records and dead letters are looked at."""


class Watch:
    """For a thread of its own: `step` again and again. What it found may be read from any thread."""

    def __init__(
        self, database: Database, reconciler: Reconciler, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database, self._reconciler, self._clock = database, reconciler, clock
        self._refusals = Refusals()
        self._states: dict[str, int] = {}
        self._inputs: list[ledger.OfInput] = []
        self._due = self._again = 0.0

    def step(self) -> None:
        """Look. A store that does not answer is asked again a little later."""
        if self._clock() >= self._due:
            self._due = self._clock() + LOOK_SECONDS
            with self._database.read() as connection:
                self._states = dict(outbox.states(connection))
                self._inputs = ledger.inputs(connection)
                self._refusals.look(ledger.sources(connection))
        if self._clock() < self._again:
            return
        try:
            compared = self._reconciler.step()
        except DeliveryError as error:
            self._again = self._clock() + LOOK_SECONDS
            logger().warning("the ledger cannot be compared with the store now", error=str(error))
            return
        for one in compared:
            if one.difference:
                logger().error(
                    "ledger and store differ", difference=one.difference, said=difference_told(one)
                )

    def problems(self) -> Iterator[str]:
        """Yield what a person should know."""
        yield from self._reconciler.problems()
        yield from self._refusals.problems()
        if dead := self._states.get("dead", 0):
            yield f"{dead:,} messages were given up; `tocsin outbox list` says why, `tocsin outbox replay` sends them"

    def samples(self) -> Iterator[Sample]:
        """Yield it as metrics."""
        yield from self._reconciler.samples()
        for state, count in self._states.items():
            yield Sample("outbox_messages", count, {"state": state})
        for one in self._inputs:
            labels = {"input": one.input}
            yield Sample("input_clamped_total", one.clamped, labels, "counter")
            yield Sample("input_timeless_total", one.timeless, labels, "counter")
            yield Sample("input_cut_total", one.cut, labels, "counter")
            yield Sample("input_redacted_total", one.redacted, labels, "counter")
