"""Kill -9 of any role, the supervisor too, at random moments under load: what the client was told against what is there."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import count
from pathlib import Path
from random import Random
from typing import NamedTuple

from common import ROOT, Report, Size, options
from fuzzing.samples import SOURCES
from live_load import plants
from live_load.client import Sender, Sent, Target
from live_load.corpora import from_samples
from live_load.kills import Kill, under_load
from live_load.latency import Watch
from live_load.ledger import Answer, Verdict
from live_load.monitor import Monitor, monitor
from live_load.plants import Fault
from live_load.settled import settled, timed
from live_load.stored import alerts, counts, events
from live_load.stream import Body, Stream
from tocsin.control.database import Database
from tocsin.journal.local import LocalJournal
from tocsin.services.live.reconcile import Compared, compare_now
from tocsin.services.live.topics import topics_of
from tocsin.settings.tables import Journal
from tocsin.store.client import StoreClient

SEED = 20_261_123
RUN = 9
BODY = 50
RECOVERY = 5.0
"""Seconds that are promised."""
DRAIN = 180.0
RATE = 1_000


class Plan(NamedTuple):
    """kills: how many. every: one body in so many holds an attack; 200 of one rule an hour would be a flood."""

    kills: int
    every: int


PLANS: dict[Size, Plan] = {"tiny": Plan(2, 10), "quick": Plan(10, 30), "full": Plan(100, 120)}


class Outcome(NamedTuple):
    """What came of it. compared: of each partition, the ledger and the store."""

    verdict: Verdict
    wrong: dict[str, Fault]
    compared: dict[int, Compared]
    seconds: float


def main() -> None:
    """Kill, compare, report."""
    given = options(__doc__ or "")
    size: Size = given.size
    plan = PLANS[size]
    report = Report("Kills", given)
    with tempfile.TemporaryDirectory(dir=ROOT / "out") as name:
        folder = Path(name)
        with monitor(folder, more="[canary]\nenabled = false\n") as running:
            watch = Watch(running.data / "control.db", RUN, plan.every)
            sent, kills = killed(running, watch, plan)
            outcome = judged(running, sent, watch)
    tell(report, sent, watch, kills, outcome)
    report.finish()


def killed(running: Monitor, watch: Watch, plan: Plan) -> tuple[Sent, list[Kill]]:
    """Send, and kill meanwhile."""
    sender = Sender(Target("127.0.0.1", running.port, token=running.token), rate=RATE)
    bodies = watch.bodies(endless(Stream(from_samples(SOURCES), SEED, run=RUN)))
    random = Random(SEED)  # noqa: S311 (repeatable)
    return under_load(running, sender, bodies, random, count=plan.kills)


def endless(stream: Stream) -> Iterator[Body]:
    """Yield bodies dated as they are made."""
    return (stream.body(BODY, time.time()) for _ in count())


def judged(running: Monitor, sent: Sent, watch: Watch) -> Outcome:
    """Wait until nothing is on its way; what is missing then is lost."""
    began = time.monotonic()
    settled(running, DRAIN)
    must = {plant.user for plant in watch.plants if sent.ledger.of(plant.number)[Answer.ACKNOWLEDGED]}
    control = running.data / "control.db"
    timed(lambda: must <= counts(alerts(control)).keys(), DRAIN / 3)
    verdict = sent.ledger.check(events(running.data, RUN))
    while verdict.lost and time.monotonic() < began + DRAIN:
        verdict = sent.ledger.check(events(running.data, RUN))
    wrong = plants.faults(watch.plants, counts(alerts(control)), sent.ledger)
    return Outcome(verdict, wrong, compared(running), time.monotonic() - began)


def compared(running: Monitor) -> dict[int, Compared]:
    """Return the monitor's own books beside its store."""
    journal = LocalJournal(running.data / "journal", topics_of(Journal()))
    with closing(Database(f"sqlite:///{running.data / 'control.db'}")) as database:
        return compare_now(journal, database, StoreClient(running.data / "run" / "store.sock"), seconds=30.0)


def tell(report: Report, sent: Sent, watch: Watch, kills: Sequence[Kill], outcome: Outcome) -> None:
    """Report."""
    verdict, faults = outcome.verdict, list(outcome.wrong.values())
    report.note(
        f"{len(kills)} kills, 0.2 to 2 s after the last one was over, while {RATE:,} events/s are sent ({BODY} a request, "
        "none with an id); a request that was not answered is sent again. Default settings, our packs."
    )
    rows: list[list[object]] = [
        ["events acknowledged", f"{verdict.acknowledged:,}", ""],
        ["acknowledged and not stored", verdict.lost, 0],
        ["stored more often than sent", verdict.doubled, 0],
        ["stored, though refused or never sent", verdict.invented, 0],
        ["stored twice, as sent again for want of an answer", verdict.resent, f"at most {verdict.unanswered:,}: those in flight"],
        ["attacks planted", len(watch.plants), ""],
        ["alerts lost", faults.count(Fault.LOST), 0],
        ["alerts doubled", faults.count(Fault.DOUBLED), 0],
        ["alerts of nothing that was taken", faults.count(Fault.INVENTED), 0],
        ["rows by the ledger", f"{sum(one.expected for one in outcome.compared.values()):,}", ""],
        ["rows that the store has besides, or lacks", sum(abs(one.difference) for one in outcome.compared.values()), 0],
    ]  # fmt: skip
    report.table(["", "found", "asked"], rows)
    report.table(
        ["role", "kills", "ready again, s: p50", "max", f"over {RECOVERY:.0f} s", "longest silence, s"],
        [
            recovery(name, [kill for kill in kills if kill.role == name])
            for name in sorted({kill.role for kill in kills})
        ],
    )
    report.note(
        f"All was stored and told {outcome.seconds:.0f} s after the last sending (comparing included). "
        f"Not acknowledged at once: {dict(sent.ledger.reasons)}. Examples of what is wrong: {list(verdict.examples)}."
    )


def recovery(name: str, kills: Sequence[Kill]) -> list[object]:
    """Return a role's row."""
    times = sorted(kill.ready for kill in kills)
    late = sum(time > RECOVERY for time in times)
    return [
        name,
        len(times),
        f"{times[len(times) // 2]:.1f}",
        f"{times[-1]:.1f}",
        late,
        f"{max(kill.silence for kill in kills):.1f}",
    ]


if __name__ == "__main__":
    main()
