"""SigmaHQ over the shared OTRF recordings as one stream, on one core, beside `orjson.loads` alone."""

import statistics
from collections.abc import Sequence
from typing import NamedTuple

import orjson

from common import (
    Report,
    Size,
    cpu_of,
    forget_values,
    fresh,
    one_of_each,
    options,
    otrf_files,
    rules_of,
    run,
    sigmahq,
    spread,
)
from tocsin.detect.engine import Engine
from tocsin.line import Work, settle
from tocsin.ports.source import Source
from tocsin.sources import catalog

RUNS: dict[Size, int] = {"tiny": 1, "quick": 3, "full": 7}
TARGETS = {
    "first pass, partitions compiled on the way": 0.55,
    "first pass, partitions compiled": 0.55,
    "second pass": 0.90,
}
ALONE = "`orjson.loads` alone"


class Base(NamedTuple):
    """`orjson.loads` over some lines: measured before and after what is compared with it."""

    lines: Sequence[bytes]
    seconds: list[float]

    def measure(self) -> None:
        """Decode every line once more."""
        self.seconds.append(cpu_of(lambda: decode(self.lines)))

    @property
    def middle(self) -> float:
        """The median of what was measured."""
        return statistics.median(self.seconds)


def decode(lines: Sequence[bytes]) -> None:
    """Only decode."""
    loads = orjson.loads
    for line in lines:
        loads(line)


class Figures(NamedTuple):
    """Of one process: what was done -> (events a second, share of orjson), and other facts."""

    rates: dict[str, tuple[float, float]]
    facts: dict[str, float]


def main() -> None:
    """Measure in fresh processes and report."""
    given = options(__doc__ or "")
    report = Report("Recordings of attacks on Windows (OTRF)", given)
    size: Size = given.size
    runs = [fresh(passes, size) for _ in range(RUNS[size])]
    halves = [fresh(unseen, size, half) for _ in range(RUNS[size]) for half in (0, 1)]
    facts = runs[0].facts
    report.note(
        f"{facts['events']:,.0f} distinct events of {facts['bytes']:,.0f} bytes on average, in the order of the "
        f"recordings; {facts['rules']:,.0f} rules (SigmaHQ `rules/`); {facts['signals']:,.0f} matches. "
        f"Processor time of one process on one core, {RUNS[size]} fresh processes: median (lowest-highest). "
        "Loading rules is left out, decoding JSON is in. Share: `orjson.loads` alone over the same lines in the "
        "same process, measured before and after."
    )
    rows = [_line(name, [one.rates[name] for one in runs]) for name in runs[0].rates]
    rows += [_line(name, [one.rates[name] for one in halves]) for name in halves[0].rates if name != ALONE]
    report.table(["", "events/s", "share of orjson", "target"], rows)
    compiling = spread([one.facts["compile"] for one in runs], 2)
    report.note(
        f"Compiling the partitions of the {facts['kinds']:,.0f} kinds of event takes {compiling} s. "
        "For the rows that say so one event of each kind came before, and what was remembered of values was "
        'dropped again. "Never seen before": every second recording is run first, then the others are measured.'
    )
    report.finish()


def _line(name: str, pairs: Sequence[tuple[float, float]]) -> list[str]:
    target = TARGETS.get(name)
    return [
        name,
        spread([rate for rate, _ in pairs]),
        spread([share for _, share in pairs], 2),
        f"{target:.2f}" if target else "",
    ]


def lines_of(size: Size) -> list[list[bytes]]:
    """Return the lines of each recording."""
    files = list(otrf_files().values())
    return [lines[:50] for lines in files] if size == "tiny" else files


def prepared() -> tuple[Source, Engine, Work]:
    """Load SigmaHQ."""
    engine = Engine(rules_of(sigmahq()))
    return catalog()["windows_flat"], engine, Work(engine)


def passes(size: Size) -> Figures:
    """Measure the first, second and third pass, with partitions to compile and without."""
    lines = [line for recording in lines_of(size) for line in recording]
    base = Base(lines, [])
    source, engine, work = prepared()
    kinds = one_of_each(source, lines)
    settle()
    base.measure()
    seconds = {}
    lazy = Work(Engine(engine.rules))
    seconds["first pass, partitions compiled on the way"] = cpu_of(lambda: run(lazy, source, lines))
    base.measure()
    compiling = cpu_of(lambda: [run(work, source, [record]) for record in kinds])
    forget_values(engine)
    settle()
    signals = [0]

    def count() -> None:
        signals[0] = run(work, source, lines)

    for name in ("first pass, partitions compiled", "second pass", "third pass"):
        seconds[name] = cpu_of(count)
        base.measure()
    facts = {
        "events": len(lines),
        "bytes": sum(map(len, lines)) / len(lines),
        "rules": len(engine.rules),
        "kinds": len(kinds),
        "compile": compiling,
        "signals": signals[0],
    }
    return Figures(rates(seconds, base), facts)


def unseen(size: Size, half: int) -> Figures:
    """Measure one half of the recordings after a warm-up on the other."""
    recordings = lines_of(size)
    warm = [line for number, lines in enumerate(recordings) if number % 2 != half for line in lines]
    measured = [line for number, lines in enumerate(recordings) if number % 2 == half for line in lines]
    base = Base(measured, [])
    source, _, work = prepared()
    settle()
    run(work, source, warm)
    base.measure()
    seconds = {"never seen before, after others": cpu_of(lambda: run(work, source, measured))}
    base.measure()
    return Figures(rates(seconds, base), {})


def rates(seconds: dict[str, float], base: Base) -> dict[str, tuple[float, float]]:
    """Turn seconds into (events a second, share of the base)."""
    events = len(base.lines)
    found = {name: (events / taken, base.middle / taken) for name, taken in seconds.items()}
    return {ALONE: (events / base.middle, 1.0), **found}


if __name__ == "__main__":
    main()
