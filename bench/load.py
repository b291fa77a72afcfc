"""Loading SigmaHQ, all folders: parse and compile from nothing, and from the cache."""

import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

import yaml

from common import Report, Size, fresh, options, sigmahq, spread
from tocsin.detect.engine import Engine
from tocsin.line import settle
from tocsin.model.event import ABSENT
from tocsin.ports.source import Route
from tocsin.sigma import loader
from tocsin.sigma.cache import load_cached
from tocsin.sigma.loader import Collection
from tocsin.sigma.rule import Rule
from tocsin.sources import catalog

RUNS: dict[Size, int] = {"tiny": 1, "quick": 3, "full": 5}


T = TypeVar("T")


class Loaded(NamedTuple):
    """Of one process: seconds by step."""

    parse: float
    compile: float
    partitions: int

    @property
    def total(self) -> float:
        """Parse and compile."""
        return self.parse + self.compile


def main() -> None:
    """Measure in fresh processes and report, with what was not loaded and why."""
    given = options(__doc__ or "")
    report = Report("Loading the rules (SigmaHQ)", given)
    size: Size = given.size
    paths = (sigmahq("rules/cloud"),) if size == "tiny" else (sigmahq("."),)
    runs = range(RUNS[size])
    yaml_alone = [fresh(only_yaml, paths) for _ in runs]
    with tempfile.TemporaryDirectory() as empty:
        cold = [fresh(from_nothing, paths) for _ in runs]
        fresh(from_cache, paths, empty)
        cached = [fresh(from_cache, paths, empty) for _ in runs]
    collection = loader.load(paths)
    report.note(
        f"{collection.files:,} files give {len(collection.rules):,} rules, {len(collection.correlations)} "
        f"correlations and {len(collection.filters)} filters. Processor seconds (one core, nothing waits but for the disk), imports left out, "
        f"{len(runs)} fresh processes each: median (lowest-highest)."
    )
    report.table(
        ["", "parse", "compile all", "together", "target"],
        [
            ["from nothing", *_seconds(cold), "3"],
            ["from the cache", *_seconds(cached), "0.5"],
            ["for comparison: the C YAML loader alone", spread(yaml_alone, 2), "", "", ""],
        ],
    )
    report.note(
        f"To compile all is to make one partition for each of the {cold[0].partitions} log sources that the rules "
        "name, and to run an event through each. A hunt compiles only the partitions of the events that it meets."
    )
    _tell_skipped(report, collection)
    report.finish()


def _seconds(runs: list[Loaded]) -> list[str]:
    return [spread([get(one) for one in runs], 2) for get in (_parse, _compile, _total)]


def _parse(one: Loaded) -> float:
    return one.parse


def _compile(one: Loaded) -> float:
    return one.compile


def _total(one: Loaded) -> float:
    return one.total


def _tell_skipped(report: Report, collection: Collection) -> None:
    reasons = Counter(("wrong", error.message) for error in collection.errors)
    reasons.update(("needs configuration", error.message) for error in collection.waiting)
    lost = sum(reasons.values())
    report.note(f"Not loaded: {lost} documents.")
    if reasons:
        report.table(
            ["documents", "", "why"], [[count, kind, why] for (kind, why), count in reasons.most_common()]
        )


def only_yaml(paths: tuple[Path, ...]) -> float:
    """Read every file with the C YAML loader and do nothing else."""
    files = loader.rule_files(paths)
    return timed(lambda: [list(yaml.load_all(file.read_bytes(), yaml.CSafeLoader)) for file in files])[0]


def from_nothing(paths: tuple[Path, ...]) -> Loaded:
    """Parse and compile without a cache."""
    return loaded(lambda: loader.load(paths))


def from_cache(paths: tuple[Path, ...], place: str) -> Loaded:
    """Load by way of a cache in a given place, and compile."""
    os.environ["XDG_CACHE_HOME"] = place
    return loaded(lambda: load_cached(paths, {}))


def loaded(load: Callable[[], Collection]) -> Loaded:
    """Time a way to load, and then the compilation."""
    parse, collection = timed(load)
    seconds, partitions = timed(lambda: compile_all(collection.rules))
    return Loaded(parse, seconds, partitions)


def timed(task: Callable[[], T]) -> tuple[float, T]:
    """Return the processor seconds that a task takes, and what it returns."""
    started = time.process_time()
    result = task()
    return time.process_time() - started, result


def compile_all(rules: list[Rule]) -> int:
    """Compile a partition for each log source that rules name; returns how many there are."""
    settle()
    engine = Engine(rules)
    source = catalog()["generic_json"]
    named = {rule.logsource for rule in rules}
    for logsource in named:
        partition = engine.partition(source, Route((logsource,)), {})
        partition.evaluate([[ABSENT] for _ in partition.fields], 1)
    return len(named)


if __name__ == "__main__":
    main()
