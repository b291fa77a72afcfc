"""Small events: parse, normalise and detect, on one core, with our packs and with SigmaHQ."""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from common import (
    CORE,
    Report,
    Size,
    cpu_of,
    data,
    forget_values,
    fresh,
    one_of_each,
    options,
    rules_of,
    run,
    sigmahq,
    spread,
)
from events import made
from tocsin.detect.engine import Engine
from tocsin.intake.files import Progress, Unit, read
from tocsin.intake.lines import Record
from tocsin.intake.paths import find_files
from tocsin.line import Work, settle
from tocsin.ports.source import Source
from tocsin.services.packs import BUILT_IN
from tocsin.sources import catalog
from tocsin.sources.recognise import sort_out

RUNS: dict[Size, int] = {"tiny": 1, "quick": 2, "full": 5}
EVENTS: dict[Size, int] = {"tiny": 200, "quick": 20_000, "full": 100_000}
TARGETS = {"linux_auth": 80_000, "web_access": 80_000, "cloudtrail": 50_000, "kubernetes_audit": 50_000}
CORPORA = ("host-logs", "web-logs", "cloudtrail", "k8s-audit/traces", "network", "crowdsec-hub/logs")
FEW = 100
"""Sources with fewer records in the corpora than this are not measured."""
RULES: dict[str, tuple[Path, ...]] = {"our packs": (BUILT_IN,), "SigmaHQ": ()}


class Figures(NamedTuple):
    """Of one process: events a second by pass."""

    events: int
    size: float
    first: float
    second: float
    bare: float


def main() -> None:
    """Measure each kind in fresh processes and report."""
    given = options(__doc__ or "")
    report = Report("Small events", given)
    size: Size = given.size
    rows = [
        _row(name, rules, [fresh(generated, name, rules, EVENTS[size]) for _ in range(RUNS[size])])
        for name in TARGETS
        for rules in RULES
    ]
    report.note(
        f"Made-up events with a fixed seed ({EVENTS[size]:,} of each kind), through the whole of `work`: parse, "
        f"normalise into {len(CORE)} columns, detect. Processor time on one core, {RUNS[size]} fresh "
        "processes: median (lowest-highest), events/s. First: values never seen before, partitions compiled. "
        "Second: the same events again. Without columns: the second pass as a hunt does it."
    )
    head = ["source", "rules", "bytes", "first pass", "second pass", "second, without columns", "target"]
    report.table(head, rows)
    report.note("The corpora's own files, each source's records once through a compiled engine (SigmaHQ):")
    found = fresh(recorded, 50 if size == "tiny" else 100_000)
    report.table(
        ["source", "events", "bytes", "first pass", "second pass", "second, without columns"],
        [[name, f"{one.events:,}", *_cells([one])] for name, one in found.items()],
    )
    report.finish()


def _row(name: str, rules: str, runs: Sequence[Figures]) -> list[str]:
    return [name, rules, *_cells(runs), f"{TARGETS[name]:,}"]


def _cells(runs: Sequence[Figures]) -> list[str]:
    rates = [[one.first for one in runs], [one.second for one in runs], [one.bare for one in runs]]
    return [f"{runs[0].size:,.0f}", *map(spread, rates)]


def generated(name: str, rules: str, count: int) -> Figures:
    """Measure made-up events of a source."""
    return measured(catalog()[name], list(made(name, count)), RULES[rules] or (sigmahq(),))


def measured(source: Source, records: Sequence[bytes], rules: Iterable[Path]) -> Figures:
    """Measure a first and a second pass with columns, and one without."""
    engine = Engine(rules_of(*rules))
    work, bare = Work(engine, CORE), Work(engine)
    for record in one_of_each(source, records):
        work(source, [record])
        bare(source, [record])
    forget_values(engine)
    settle()
    seconds = [cpu_of(partial(run, one, source, records)) for one in (work, work, bare)]
    bytes_each = sum(map(len, records)) / len(records)
    return Figures(len(records), bytes_each, *(len(records) / taken for taken in seconds))


def recorded(limit: int) -> dict[str, Figures]:
    """Measure what the corpora hold, by source."""
    paths = find_files(str(data() / "corpus" / folder) for folder in CORPORA)
    sources = list(catalog().values())
    pieces = [piece for path in paths for _, piece in read(Unit(path), sources, Progress())]
    records = [piece.content for piece in pieces if isinstance(piece, Record)][: limit * 10]
    return {
        source.name: measured(source, [records[row] for row in rows[:limit]], (sigmahq(),))
        for source, rows in sort_out(records)
        if source and len(rows) >= FEW
    }


if __name__ == "__main__":
    main()
