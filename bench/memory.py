"""Memory of a process with all SigmaHQ rules while ever new events go through."""

import itertools
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from common import BATCH, Report, Size, fresh, options, rules_of, sigmahq
from events import made
from tocsin.detect.engine import Engine
from tocsin.line import Work, settle
from tocsin.sources import catalog

MARKS: dict[Size, tuple[int, ...]] = {
    "tiny": (0, 2_000, 4_000),
    "quick": (0, 100_000, 300_000, 1_000_000),
    "full": (0, 100_000, 300_000, 1_000_000, 2_000_000, 3_000_000, 5_000_000, 7_000_000, 10_000_000),
}
MIX = (
    "windows_flat",
    "windows_flat",
    "linux_auth",
    "windows_flat",
    "cloudtrail",
    "kubernetes_audit",
    "web_access",
)


class Mark(NamedTuple):
    """How big the process was after so many events."""

    events: int
    resident: int
    highest: int
    seconds: float
    counters: dict[str, int]


def main() -> None:
    """Measure one long-lived process and report."""
    given = options(__doc__ or "")
    report = Report("Memory", given)
    size: Size = given.size
    marks = fresh(grow, MARKS[size])
    report.note(
        "All folders of SigmaHQ; made-up Windows events (three of seven), sshd lines, CloudTrail, Kubernetes audit and "
        f"access log lines in turn, {BATCH:,} at a time. Their values are ever new (ids, hashes, addresses, paths, "
        "command lines), so that memos fill as fast as they can. The process makes its events itself. "
        "Targets: at most 400 MB after 1 M events, and flat from there to 10 M."
    )
    report.table(
        [
            "events",
            "resident, MB",
            "highest so far, MB",
            "partitions",
            "values not in a memo",
            "memos emptied",
        ],
        [
            [
                f"{one.events:,}",
                f"{one.resident / 1024:,.0f}",
                f"{one.highest / 1024:,.0f}",
                one.counters["partitions"],
                _share(one.counters),
                one.counters["emptied"],
            ]
            for one in marks
        ],
    )
    last = marks[-1]
    report.note(f"{last.events / last.seconds:,.0f} events/s on the clock, making them included.")
    report.finish()


def _share(counters: dict[str, int]) -> str:
    looked = counters["looked_up"]
    return f"{counters['missed'] / looked:.1%}" if looked else ""


def grow(marks: tuple[int, ...]) -> list[Mark]:
    """Run ever new events; look at the process's size at each mark."""
    engine = Engine(rules_of(sigmahq(".")))
    work = Work(engine)
    settle()
    started = time.perf_counter()
    found = []
    stream = batches()
    done = 0
    for mark in marks:
        while done < mark:
            name, records = next(stream)
            work(catalog()[name], records)
            done += len(records)
        seconds = time.perf_counter() - started
        found.append(Mark(done, status("VmRSS"), status("VmHWM"), seconds, engine.counters()))
    return found


def batches() -> Iterator[tuple[str, list[bytes]]]:
    """Yield (source, records) without end."""
    streams = {name: made(name, sys.maxsize) for name in MIX}
    for name in itertools.cycle(MIX):
        yield name, list(itertools.islice(streams[name], BATCH))


def status(name: str) -> int:
    """Return a number of kilobytes from what the system says of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name + ":")).split()[1])


if __name__ == "__main__":
    main()
