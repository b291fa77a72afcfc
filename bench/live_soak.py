"""Hours of an even load: does memory stay flat, does any file or socket leak; and what an idle monitor takes."""

import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import NamedTuple

from common import ROOT, Report, Size, data, parser_of, sigmahq, spread
from live_load.client import Sender, Sent, Target
from live_load.corpora import from_corpora
from live_load.monitor import Monitor, monitor
from live_load.resources import Use, proportional, size, sockets, used
from live_load.settled import behind, settled
from live_load.stream import Stream

SEED = 20_261_123
RATE = 3_000
BODY = 250
WARM = 15.0
"""Seconds after the start in which nothing is counted as idle."""
PROMISED = (1_000, 0.03)
"""Megabytes in all, and share of a core, of an idle monitor."""


class Plan(NamedTuple):
    """Seconds of load, of idleness, and between two looks."""

    load: int
    idle: int
    look: float


PLANS: dict[Size, Plan] = {"tiny": Plan(6, 3, 1), "quick": Plan(120, 60, 10), "full": Plan(3_600, 60, 60)}


@dataclass
class Looks:
    """What was seen, and when (seconds since the load began). memory: bytes that are a role's own share (PSS)."""

    at: list[float] = field(default_factory=list)
    uses: list[dict[str, Use]] = field(default_factory=list)
    memory: list[dict[str, int]] = field(default_factory=list)
    sockets: list[int] = field(default_factory=list)
    lag: list[int] = field(default_factory=list)
    disk: list[int] = field(default_factory=list)

    def look(self, running: Monitor, at: float) -> None:
        """Look at all roles, and tell it in a line: a run that is broken off has said so much."""
        pids = {name: role.pid for name, role in running.roles().items()}
        self.at.append(at)
        self.uses.append(used(pids))
        self.memory.append({name: proportional(pid) for name, pid in pids.items()})
        self.sockets.append(sum(sockets(pid) for pid in pids.values()))
        self.lag.append(behind(running))
        self.disk.append(size(running.data))
        last = self.uses[-1]
        print(
            f"{at:6.0f} s: PSS {megabytes(self.memory[-1])}; files {sum(one.files for one in last.values())}, "
            f"sockets {self.sockets[-1]}, lag {self.lag[-1]}, disk {self.disk[-1] / 1e6:,.0f} MB",
            file=sys.stderr,
            flush=True,
        )


def main() -> None:
    """Measure and report."""
    parser = parser_of(__doc__ or "")
    parser.add_argument("--seconds", type=int, help="of load, instead of what the size says")
    given = parser.parse_args()
    chosen: Size = given.size
    plan = PLANS[chosen]._replace(**({"load": given.seconds} if given.seconds else {}))
    report = Report("Soak", given)
    with tempfile.TemporaryDirectory(dir=ROOT / "out") as name:
        folder = Path(name)
        more = f'[rules]\npaths = ["{sigmahq()}"]\n\n[canary]\nenabled = false\n'
        with monitor(folder, more=more) as running:
            idle(report, running, plan)
            looks, sent = loaded(running, plan)
            tell(report, looks, sent, settled(running, 120.0))
    report.finish()


def idle(report: Report, running: Monitor, plan: Plan) -> None:
    """Report what it takes when nothing comes."""
    time.sleep(min(WARM, plan.idle))
    pids = {name: role.pid for name, role in running.roles().items()}
    before, began = used(pids), time.monotonic()
    time.sleep(plan.idle)
    after, seconds = used(pids), time.monotonic() - began
    shares = {name: (after[name].cpu - before[name].cpu) / seconds for name in after if name in before}
    memory = {name: proportional(pid) for name, pid in pids.items()}
    rows = [
        [name, f"{after[name].resident / 1e6:,.0f}", f"{memory[name] / 1e6:,.0f}", f"{shares[name]:.1%}"]
        for name in shares
    ]
    resident = sum(one.resident for one in after.values())
    total = [
        "all",
        f"{resident / 1e6:,.0f}",
        f"{sum(memory.values()) / 1e6:,.0f}",
        f"{sum(shares.values()):.1%}",
    ]
    asked = ["asked", f"{PROMISED[0]:,}", "", f"{PROMISED[1]:.0%}"]
    report.note(f"Idle for {seconds:.0f} s, SigmaHQ's rules and our packs, before any event came:")
    report.table(["role", "resident, MB", "its own share (PSS), MB", "of a core"], [*rows, total, asked])
    report.show()


def loaded(running: Monitor, plan: Plan) -> tuple[Looks, Sent]:
    """Send for so long, and look meanwhile."""
    looks = Looks()
    sender = Sender(Target("127.0.0.1", running.port, token=running.token), rate=RATE)
    stream = Stream(from_corpora(data() / "corpus"), SEED)
    thread = threading.Thread(
        target=lambda: sender.run(stream.body(BODY, time.time()) for _ in count()), daemon=True
    )
    began = time.monotonic()
    looks.look(running, 0.0)
    thread.start()
    try:
        while time.monotonic() < began + plan.load:
            time.sleep(
                max(0.0, min(began + (len(looks.at)) * plan.look, began + plan.load) - time.monotonic())
            )
            looks.look(running, time.monotonic() - began)
    finally:
        sender.stop()
        thread.join(60.0)
    return looks, sender.sent


def tell(report: Report, looks: Looks, sent: Sent, drained: float) -> None:
    """Report."""
    seconds = looks.at[-1]
    report.note(
        f"{RATE:,} events/s for {seconds:,.0f} s, {BODY} a request over HTTP, from the shared corpora; {sent.events:,} acknowledged "
        f"({sent.events / seconds:,.0f}/s; not at once: {dict(sent.ledger.reasons)}), answer p50 {sent.wait(0.5) * 1e3:,.0f} ms, "
        f"p99 {sent.wait(0.99) * 1e3:,.0f} ms. Lag in frames: {spread(looks.lag[len(looks.lag) // 3 :])}; nothing waited "
        f"{drained:.0f} s after the end. A slope is of a straight line through the last two thirds."
    )
    names = list(looks.uses[-1])
    report.table(
        [
            "role",
            "resident, MB: begin",
            "a third",
            "end",
            "PSS at the end, MB",
            "slope, MB an hour",
            "open files: begin",
            "a third",
            "end",
        ],
        [role_row(looks, name) for name in names],
    )
    third = len(looks.at) // 3
    report.table(
        ["", "begin", "a third", "end", "slope an hour"],
        [
            [
                "sockets of all roles",
                looks.sockets[0],
                looks.sockets[third],
                looks.sockets[-1],
                f"{slope(looks.at[third:], looks.sockets[third:]):+.1f}",
            ],
            [
                "disk, MB",
                *(f"{looks.disk[at] / 1e6:,.0f}" for at in (0, third, -1)),
                f"{slope(looks.at[third:], looks.disk[third:]) / 1e6:+,.0f}",
            ],
        ],
    )


def role_row(looks: Looks, name: str) -> list[object]:
    """Return what one role had."""
    third = len(looks.at) // 3
    found = [one.get(name, Use(0, 0, 0)) for one in looks.uses]
    grown = slope(looks.at[third:], [one.resident for one in found[third:]]) / 1e6
    three = [found[at] for at in (0, third, -1)]
    own = looks.memory[-1].get(name, 0) / 1e6
    resident = [f"{one.resident / 1e6:,.0f}" for one in three]
    return [name, *resident, f"{own:,.0f}", f"{grown:+.1f}", *(one.files for one in three)]


def slope(times: Sequence[float], values: Sequence[float]) -> float:
    """Return how much it grows an hour: least squares."""
    if len(times) < 2:
        return 0.0
    middle, mean = sum(times) / len(times), sum(values) / len(values)
    spread_of = sum((at - middle) ** 2 for at in times)
    return (
        sum((at - middle) * (value - mean) for at, value in zip(times, values, strict=True))
        / spread_of
        * 3_600
    )


def megabytes(of: Mapping[str, int]) -> str:
    """Write each role's, and the sum."""
    return (
        f"{sum(of.values()) / 1e6:,.0f} MB ("
        + ", ".join(f"{name} {value / 1e6:,.0f}" for name, value in of.items())
        + ")"
    )


if __name__ == "__main__":
    main()
