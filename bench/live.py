"""The live monitor from end to end: how much it takes, how late its alerts are, what it needs, beside what else one would build."""

import json
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from common import Report, Size, data, options, rules_of, sigmahq, spread
from live_load.client import Sender, Sent, Target
from live_load.corpora import Corpora, from_corpora
from live_load.floor import postgresql, rsyslog
from live_load.latency import Watch
from live_load.monitor import Monitor, NotReadyError, monitor, wait_for
from live_load.prepared import Prepared, prepare
from live_load.resources import Use, size, used
from live_load.stream import Stream, digest
from tocsin.detect.engine import Engine
from tocsin.line import Work
from tocsin.sources.recognise import sort_out
from tocsin.telemetry import status

SEED = 20_261_123
BODY = 500
PLANT_EVERY = 10
"""One body in so many holds an attack."""
DRAIN = 120.0
SETTLED = 30
"""Frames: ticks of a second or two are always under way."""


class Plan(NamedTuple):
    """How much is measured: events a second, and seconds."""

    rate: int
    seconds: int


PLANS: dict[Size, Plan] = {"tiny": Plan(500, 4), "quick": Plan(10_000, 60), "full": Plan(10_000, 600)}


@dataclass
class Samples:
    """Second by second: how many frames wait for worker, store and hub; what each role takes."""

    lag: list[int] = field(default_factory=list)
    uses: list[dict[str, Use]] = field(default_factory=list)


def main() -> None:
    """Measure and report."""
    given = options(__doc__ or "")
    chosen: Size = given.size
    plan = PLANS[chosen]
    corpora = from_corpora(data() / "corpus")
    loud = loud_of(corpora)
    report = Report("The live monitor", given)
    report.note(
        f"Events made from real ones, SHA-256 of the first 5,000: `{digest(Stream(corpora, SEED, loud=loud))[:16]}…`; "
        f"{BODY} a request over HTTP, NDJSON, bodies made beforehand; SigmaHQ's rules and our packs; all roles, the "
        "client and the floors share the machine's processors."
    )
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        rules = json.dumps(str(sigmahq()))
        with monitor(folder, more=f"[rules]\npaths = [{rules}]\n\n[canary]\nenabled = false\n") as running:
            load = prepared(folder / "load", corpora, loud, 1, plan)
            sent, samples, _ = measured(running, load, 1, plan.rate)
            drained = timed(lambda: behind(running) <= SETTLED)
            tell_rate(report, plan, sent, samples, drained)
            tell_resources(report, running, samples, sent, load)
            half = Plan(plan.rate // 2, max(plan.seconds // 4, 4))
            slow = prepared(folder / "half", corpora, loud, 2, half)
            _, _, watch = measured(running, slow, 2, half.rate)
            tell_latency(report, half, watch)
        tell_floors(report, load)
    report.finish()


def loud_of(corpora: Corpora) -> frozenset[bytes]:
    """Return the records that some rule matches."""
    work = Work(
        Engine(rules_of(sigmahq(), Path(__file__).parents[1] / "src" / "tocsin" / "content" / "rules"))
    )
    found = set()
    for records in corpora.values():
        for source, rows in sort_out(records):
            if source:
                chosen = [records[row] for row in rows]
                found |= {chosen[signal.row] for signal in work(source, chosen).signals}
    return frozenset(found)


def prepared(path: Path, corpora: Corpora, loud: frozenset[bytes], run: int, plan: Plan) -> Prepared:
    """Make the bodies of a plan, dated as if it began when they are ready."""
    bodies = plan.rate * plan.seconds // BODY
    stream = Stream(corpora, SEED, run=run, loud=loud)
    began = time.time()
    Stream(corpora, SEED, run=run, loud=loud).body(2_000, began)
    ready = time.time() + bodies * BODY / 2_000 * (time.time() - began)
    made = prepare(path, stream, bodies, BODY, lambda number: ready + number * BODY / plan.rate)
    time.sleep(max(0.0, ready - time.time()))
    return made


def measured(running: Monitor, load: Prepared, run: int, rate: int) -> tuple[Sent, Samples, Watch]:
    """Send it all at a rate, with attacks, and look at the monitor meanwhile."""
    watch, samples, stop = Watch(running.data / "control.db", run, PLANT_EVERY), Samples(), threading.Event()
    sampler = threading.Thread(target=sample, args=(running, samples, stop))
    threads = [sampler, watch.watch()]
    sampler.start()
    try:
        target = Target("127.0.0.1", running.port, token=running.token)
        sent = Sender(target, rate=rate).run(watch.bodies(load.bodies()))
        timed(lambda: len(watch.seen) >= len(watch.plants))
    finally:
        stop.set()
        watch.stop()
        for thread in threads:
            thread.join()
    return sent, samples, watch


def sample(running: Monitor, samples: Samples, stop: threading.Event) -> None:
    """Look each second."""
    while not stop.wait(1.0):
        samples.lag.append(behind(running))
        samples.uses.append(used({name: role.pid for name, role in running.roles().items()}))


def behind(running: Monitor) -> int:
    """Return how many frames worker, store and hub have still to pass, as they say themselves."""
    found = (sample for role in status.read(running.data / "run") for sample in role.samples)
    return round(sum(one.value for one in found if one.name == "consumer_lag_frames"))


def timed(true: Callable[[], bool]) -> float:
    """Return after how many seconds something is true; DRAIN if it is not until then."""
    began = time.monotonic()
    try:
        wait_for(true, "", DRAIN)
    except NotReadyError:
        return DRAIN
    return time.monotonic() - began


def tell_rate(report: Report, plan: Plan, sent: Sent, samples: Samples, drained: float) -> None:
    """Report what was taken."""
    last = samples.lag[-300:] or [0]
    report.table(
        [
            "asked, events/s",
            "acknowledged, events/s",
            "s",
            "answer p50, ms",
            "p99, ms",
            "lag, frames",
            "drained after, s",
        ],
        [
            [
                f"{plan.rate:,}",
                f"{sent.rate:,.0f}",
                plan.seconds,
                f"{sent.wait(0.5) * 1e3:,.0f}",
                f"{sent.wait(0.99) * 1e3:,.0f}",
                spread(last),
                f"{drained:.1f}",
            ]
        ],
    )
    report.note(
        f"The client took {sent.busy / sent.seconds:.0%} of a core. Not acknowledged at once: {dict(sent.ledger.reasons)}."
    )


def tell_resources(report: Report, running: Monitor, samples: Samples, sent: Sent, load: Prepared) -> None:
    """Report what the roles took."""
    rows = []
    for name in samples.uses[-1] if samples.uses else ():
        uses = [one[name] for one in samples.uses if name in one]
        cpu = (uses[-1].cpu - uses[0].cpu) / max(len(uses) - 1, 1)
        rows.append(
            [
                name,
                f"{cpu:.0%}",
                f"{max(one.resident for one in uses) / 1e6:,.0f}",
                max(one.files for one in uses),
            ]
        )
    report.table(["role", "of a core", "resident at most, MB", "open files"], rows)
    disk = size(running.data / "store") / load.size
    report.note(
        f"Disk of the store: {disk:.0%} of the {load.size / 1e6:,.0f} MB that were sent ({sent.events:,} events)."
    )


def tell_latency(report: Report, plan: Plan, watch: Watch) -> None:
    """Report how late alerts are."""
    waits = watch.waits()
    report.note(
        f"From sending to alert stored at {plan.rate:,} events/s, of {len(watch.plants)} attacks: "
        f"{', '.join(f'p{share:.0%} {at(waits, share):.2f} s'.replace('%', '') for share in (0.5, 0.95, 0.99))}; "
        f"{len(watch.plants) - len(waits)} had none after {DRAIN:.0f} s."
    )


def at(waits: Sequence[float], share: float) -> float:
    """Return what so much of all waits do not exceed."""
    return waits[min(int(share * len(waits)), len(waits) - 1)] if waits else float("nan")


def tell_floors(report: Report, load: Prepared) -> None:
    """Report what else one would build, as fast as it can, with the same events."""
    floors = [found for found in (rsyslog(load), postgresql(load)) if found]
    report.table(
        ["beside it, as fast as it can", "events/s", "disk for each byte"],
        [[floor.name, f"{floor.rate:,.0f}", f"{floor.disk:.0%}"] for floor in floors],
    )


if __name__ == "__main__":
    main()
