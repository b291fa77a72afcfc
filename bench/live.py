"""The live monitor from end to end: how much it takes, how late its alerts are, what it needs, beside what else one would build."""

import json
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from common import Report, Size, data, options, rules_of, sigmahq, spread
from live_load.client import Sender, Sent, Target
from live_load.corpora import Corpora, from_corpora
from live_load.floor import postgresql, rsyslog
from live_load.latency import Watch
from live_load.monitor import Monitor, monitor
from live_load.prepared import Prepared, prepare
from live_load.resources import Use, size, used
from live_load.settled import behind, settled, timed
from live_load.stream import Stream, digest
from tocsin.detect.engine import Engine
from tocsin.line import Work
from tocsin.sources.recognise import sort_out

SEED = 20_261_123
BODY = 500
PLANTS = 80
"""Attacks in a run, at most: 200 alerts of one rule an hour would be a flood."""
LATE = 3
"""Sending ends after so many times the seconds that it should have taken."""


class Plan(NamedTuple):
    """Events a second, and seconds. drain: seconds that are waited for what was sent. floor: events for the floors."""

    rate: int
    seconds: int
    drain: float
    floor: int


PLANS: dict[Size, Plan] = {
    "tiny": Plan(500, 4, 30.0, 2_000),
    "quick": Plan(10_000, 20, 30.0, 100_000),
    "full": Plan(10_000, 600, 300.0, 1_000_000),
}


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
            sent, samples, _ = measured(running, load, 1, plan)
            drained = settled(running, plan.drain)
            tell_rate(report, plan, sent, samples, drained)
            tell_resources(report, running, samples, sent, load)
            report.show()
            half = plan._replace(rate=plan.rate // 2, seconds=max(plan.seconds // 4, 4))
            slow = prepared(folder / "half", corpora, loud, 2, half)
            _, _, watch = measured(running, slow, 2, half)
            tell_latency(report, half, watch)
            report.show()
        tell_floors(report, load.first(plan.floor))
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
    tried = Stream(corpora, SEED, run=run, loud=loud)
    tried.body(2_000, time.time())
    began = time.time()
    tried.body(8_000, began)
    ready = time.time() + bodies * BODY / 8_000 * 1.2 * (time.time() - began)
    made = prepare(path, stream, bodies, BODY, lambda number: ready + number * BODY / plan.rate)
    time.sleep(max(0.0, ready - time.time()))
    return made


def measured(running: Monitor, load: Prepared, run: int, plan: Plan) -> tuple[Sent, Samples, Watch]:
    """Send it all at a rate, with attacks, and look at the monitor meanwhile. What is not sent in time is not sent."""
    every = max(len(load.ends) // PLANTS, 1)
    watch, samples, stop = Watch(running.data / "control.db", run, every), Samples(), threading.Event()
    sender = Sender(Target("127.0.0.1", running.port, token=running.token), rate=plan.rate)
    sampler, late = (
        threading.Thread(target=sample, args=(running, samples, stop)),
        threading.Timer(LATE * plan.seconds, sender.stop),
    )
    threads = [sampler, watch.watch()]
    sampler.start()
    late.start()
    try:
        sent = sender.run(watch.bodies(load.bodies()))
        timed(lambda: len(watch.seen) >= len(watch.plants), plan.drain)
    finally:
        late.cancel()
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
                f"{sent.seconds:.0f}",
                f"{sent.wait(0.5) * 1e3:,.0f}",
                f"{sent.wait(0.99) * 1e3:,.0f}",
                spread(last),
                f"{drained:.1f}",
            ]
        ],
    )
    report.note(
        f"The client took {sent.busy / sent.seconds:.0%} of a core. Not acknowledged at once: {dict(sent.ledger.reasons)}. "
        f"Lag minute by minute, medians: {', '.join(f'{one:,}' for one in by_minute(samples.lag))} frames."
    )


def by_minute(lag: Sequence[int]) -> list[int]:
    """Return the medians of a second-by-second figure."""
    minutes = [sorted(lag[at : at + 60]) for at in range(0, len(lag), 60)]
    return [one[len(one) // 2] for one in minutes]


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
    raw = load.size * sent.events / load.events
    disk = size(running.data / "store") / raw
    report.note(
        f"Disk of the store: {disk:.0%} of the {raw / 1e6:,.0f} MB that were sent ({sent.events:,} events), before parts have merged."
    )


def tell_latency(report: Report, plan: Plan, watch: Watch) -> None:
    """Report how late alerts are."""
    waits = watch.waits()
    report.note(
        f"From sending to alert stored at {plan.rate:,} events/s, of {len(watch.plants)} attacks: "
        f"{', '.join(f'p{share:.0%} {at(waits, share):.2f} s'.replace('%', '') for share in (0.5, 0.95, 0.99))}; "
        f"{len(watch.plants) - len(waits)} had none after {plan.drain:.0f} s."
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
