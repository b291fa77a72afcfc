"""The hub role: signals -> correlation, alerts, and what is told of them. The only writer of the control database."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from tocsin.alert.messages import Telling
from tocsin.app.beside import Beside
from tocsin.app.layout import patiently
from tocsin.app.life import Life
from tocsin.control.database import Database
from tocsin.control.migrate import upgrade
from tocsin.line import settle
from tocsin.notify.lane import Outlet
from tocsin.notify.opening import open_notifier
from tocsin.notify.sender import Sender
from tocsin.services.control_place import control_url
from tocsin.services.live.hub import CycleReport, HubCycle, Stages
from tocsin.services.live.lag import Lag
from tocsin.services.live.reconcile import Reconciler
from tocsin.services.live.rules import load_rules
from tocsin.services.live.stages import stages_of
from tocsin.services.live.topics import HUB, SIGNALS
from tocsin.services.live.vigil import Vigil
from tocsin.services.live.watch import Watch
from tocsin.settings.tables import Settings
from tocsin.store.client import StoreClient
from tocsin.telemetry.status import Sample

REST_SECONDS = 0.1
"""Between two cycles: what comes meanwhile is one transaction. Its cost, not that of events, is what an idle hub pays."""
WATCH_SECONDS = 1.0
"""How often the hub looks at itself."""
STORE_SECONDS = 30.0
"""How long the store may take to count for the ledger."""
GRACE = 5.0
"""Seconds in which deliveries that are under way may end."""


@dataclass(slots=True)
class Totals:
    """What the cycles of this process did."""

    last: CycleReport = field(default_factory=CycleReport)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, report: CycleReport) -> None:
        """Count a cycle."""
        if report.frames:
            self.last = report
        for name, count in _counted(report):
            self.counts[name] = self.counts.get(name, 0) + count


def run(life: Life) -> None:
    """Apply signals until told to stop."""
    settings = life.settings
    database = Database(control_url(settings))
    upgrade(database)
    sender = Sender(database, _outlets(settings))
    stages = _stages(life)
    journal = life.layout.open_journal(settings)
    cycle = patiently(lambda: HubCycle(database, journal, stages))
    settle()
    totals = Totals()
    vigil = Vigil(database, stages.ways, float(settings.canary.late), life.layout.run)
    lag = Lag(journal, HUB, SIGNALS)
    store = StoreClient(life.layout.store_socket, timeout=STORE_SECONDS)
    watch = Watch(database, Reconciler(journal, database, store))
    life.samples = lambda: chain(
        _samples(totals, sender), vigil.samples(), watch.samples(), lag.samples(), cycle.sources.samples()
    )
    life.problems = lambda: chain(
        _problems(cycle), watch.problems(), lag.problems(), cycle.sources.problems()
    )
    sender.start()
    try:
        with Beside("watch", watch.step, WATCH_SECONDS) as beside:
            life.be_ready()
            while not life.stopping.is_set():
                life.beat()
                report = cycle.step()
                totals.add(report)
                if vigil.look() + report.messages:
                    sender.wake()
                sender.check()
                beside.check()
                if not report.more:
                    life.stopping.wait(REST_SECONDS)
    finally:
        life.hush()
        sender.stop(GRACE)
        cycle.close()
        database.close()


def _stages(life: Life) -> Stages:
    settings = life.settings
    rules = load_rules(life.snapshot, settings, life.layout.snapshots)
    return stages_of(rules, settings.alerts, Telling(settings.routes, float(settings.alerts.mute)))


def _outlets(settings: Settings) -> dict[str, Outlet]:
    return {
        name: Outlet(open_notifier(name, one), float(one.timeout), one.per_minute, float(one.give_up_after))
        for name, one in settings.channels.items()
    }


def _counted(report: CycleReport) -> Iterator[tuple[str, int]]:
    for name in ("frames", "events", "matches", "observations", "correlated", "messages", "joined"):
        yield f"hub_{name}_total", getattr(report, name)
    yield "hub_alerts_begun_total", len(report.begun)
    yield "hub_alerts_changed_total", len(report.changed)


def _problems(cycle: HubCycle) -> Iterator[str]:
    if cycle.missed:
        yield (
            f"{cycle.missed:,} frames of signals were deleted before this control database saw them: it is older than "
            "the journal, and alerts of that time are lost"
        )


def _samples(totals: Totals, sender: Sender) -> Iterator[Sample]:
    for name, count in list(totals.counts.items()):
        yield Sample(name, count, kind="counter")
    yield Sample("hub_lag_seconds", totals.last.lag)
    for channel, counts in sender.counts.items():
        for name in ("sent", "retried", "dead"):
            yield Sample(f"notify_{name}_total", getattr(counts, name), {"channel": channel}, "counter")
        yield Sample("notify_seconds", counts.seconds, {"channel": channel})
