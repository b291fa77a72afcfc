"""What live correlation costs with many groups open; docs/adr/0008-live-correlation.md has the figures.

python bench/live_correlation.py [--groups 100000] [--correlations 200]
"""

import argparse
import time
from collections.abc import Callable
from typing import TypeVar

from tocsin.correlate.engine import Correlator
from tocsin.model.logsource import LogSource
from tocsin.model.observation import Observation
from tocsin.sigma.rule import Correlation, Kind, Meta, Rule, Threshold

_Made = TypeVar("_Made")
RULES = [Rule(Meta(id=name, title=name, name=name), LogSource(), ()) for name in ("a", "b")]
HOUR = 3_600


def main() -> None:
    """Measure and print a line each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--groups", type=int, default=100_000)
    parser.add_argument("--correlations", type=int, default=200)
    given = parser.parse_args()
    some = [_correlation("open", "a", HOUR)]
    others = [_correlation(f"idle-{number}", "b", HOUR) for number in range(given.correlations)]
    engine = Correlator(RULES, [*some, *others])
    count, chunk = given.groups, 1_000
    for at in range(0, count, chunk):
        engine.take(_seen(number, number / count * 10) for number in range(at, at + chunk))
        engine.advance(at / count * 10)
    print(f"{count:,} groups open, {given.correlations:,} more correlations")
    saved = _say("save, everything", engine.save, 1)
    print(f"  {len(saved.rows):,} rows, {sum(len(row.content) for row in saved.rows):,} bytes")
    _say("advance, nothing is due", lambda: engine.advance(11.0), 1_000)
    _say("save, nothing has changed", engine.save, 1_000)
    engine.take(_seen(number, 12.0) for number in range(0, count, count // 100))
    _say("advance, 100 groups have changed", lambda: engine.advance(12.0), 1)
    saved = _say("save, 100 groups have changed", engine.save, 1)
    print(f"  {len(saved.rows):,} rows, {sum(len(row.content) for row in saved.rows):,} bytes")
    other = Correlator(RULES, [*some, *others])
    rows = Correlator.save(_fresh(engine)).rows
    _say("restore", lambda: other.restore(rows), 1)
    _say("advance, all groups are due", lambda: engine.advance(HOUR + 100.0), 1)
    _say("save, all groups are over", engine.save, 1)


def _fresh(engine: Correlator) -> Correlator:
    for groups in engine.groups.values():
        groups.unsaved = None
    return engine


def _correlation(name: str, rule: str, span: int) -> Correlation:
    meta, bounds = Meta(id=name, title=name, name=name), Threshold((("gte", 5),))
    return Correlation(
        meta=meta,
        kind=Kind.EVENT_COUNT,
        rules=(rule,),
        group_by=("user",),
        timespan=span,
        threshold=bounds,
    )


def _seen(number: int, at: float) -> Observation:
    return Observation("a", at, f"0-{number}-{at}", {"user": f"user{number}"})


def _say(what: str, work: Callable[[], _Made], times: int) -> _Made:
    began = time.process_time()
    for _ in range(times):
        found = work()
    print(f"{what:48} {(time.process_time() - began) / times * 1000:10.3f} ms", flush=True)
    return found


if __name__ == "__main__":
    main()
