"""What the hub's cycle sustains, with a real journal; docs/adr/0008-live-correlation.md has the figures.

    python bench/hub.py [--url postgresql://user@host/empty_database] [--frames 2000]

Every transaction is durable when it ends. Without a URL: SQLite in a temporary folder.
"""

import argparse
import cProfile
import pstats
import tempfile
import time
from contextlib import closing
from pathlib import Path

from tocsin.alert.flood import MAX_ALERTS, joined
from tocsin.alert.merge import merged
from tocsin.alert.stage import Alerting
from tocsin.control.alerts import Ways
from tocsin.control.database import Database
from tocsin.control.migrate import upgrade
from tocsin.correlate.engine import Correlator
from tocsin.journal.local import LocalJournal
from tocsin.model.logsource import LogSource
from tocsin.model.match import Entities, Match, MatchedField, RuleRef
from tocsin.model.observation import Observation
from tocsin.model.place import Place
from tocsin.model.signals import Count, Signals, dump
from tocsin.ports.journal import Frame, Topic
from tocsin.services.live.hub import HubCycle, Stages
from tocsin.sigma.rule import Correlation, Kind, Meta, Rule, Threshold

START = 1_795_000_000.0
PARTITIONS = 2
EVENTS = 500
RULES = [Rule(Meta(id="failed", title="failed", name="failed"), LogSource(), ())]
OFTEN = Correlation(
    meta=Meta(id="often", title="Often", name="often"),
    kind=Kind.EVENT_COUNT,
    rules=("failed",),
    group_by=("user",),
    timespan=600,
    threshold=Threshold((("gte", 10),)),
)
FEW = {"matches": 1, "observations": 5}
MANY = {"matches": 50, "observations": 100}
LOADS = {"a match in 500 events": FEW, "a match in ten events": MANY, "the same, ever new names": MANY}


def main() -> None:
    """Measure and print a line each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url")
    parser.add_argument("--frames", type=int, default=2_000)
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    for name, load in LOADS.items():
        with tempfile.TemporaryDirectory() as folder:
            url = given.url or f"sqlite:///{folder}/control.db"
            journal = LocalJournal(Path(folder) / "journal", [Topic("signals", PARTITIONS, ("hub",))])
            people = 1 << 40 if "new names" in name else 1_000
            _fill(journal, given.frames // (10 if load is MANY else 1), people, **load)
            with closing(Database(url)) as database:
                upgrade(database)
                profile = cProfile.Profile()
                if given.profile:
                    profile.enable()
                _run(name, database, journal)
                profile.disable()
                if given.profile:
                    pstats.Stats(profile).sort_stats("tottime").print_stats(25)
        if given.url:
            return


def _run(name: str, database: Database, journal: LocalJournal) -> None:
    stages = Stages(
        Alerting({"often": RuleRef("often", "Often", "high")}, kinds={"user": "user"}),
        Correlator(RULES, [OFTEN], lateness=60.0),
        Ways(merged, lambda _before, _after: (), joined, MAX_ALERTS),
    )
    frames = matches = observations = cycles = begun = 0
    began, cpu = time.perf_counter(), time.process_time()
    with closing(HubCycle(database, journal, stages)) as hub:
        while (report := hub.step()).frames:
            cycles += 1
            frames, matches = frames + report.frames, matches + report.matches
            observations, begun = observations + report.observations, begun + len(report.begun)
    seconds = time.perf_counter() - began
    print(
        f"{name:28} {frames / seconds:8,.0f} frames/s {matches / seconds:8,.0f} matches/s "
        f"{observations / seconds:8,.0f} observations/s {cycles / seconds:6,.1f} cycles/s; "
        f"{begun:,} alerts, {(time.process_time() - cpu) / seconds:.0%} of a core",
        flush=True,
    )


def _fill(journal: LocalJournal, frames: int, people: int, *, matches: int, observations: int) -> None:
    for partition in range(PARTITIONS):
        with closing(journal.appender("signals", partition)) as appender:
            for at in range(0, frames // PARTITIONS, 100):
                some = [_frame(partition, at + n, people, matches, observations) for n in range(100)]
                appender.append(some).result(60)


def _frame(partition: int, offset: int, people: int, matches: int, observations: int) -> Frame:
    arrived = START + offset / 10
    made = Signals(
        input="hosts",
        received=EVENTS,
        arrived=arrived,
        rules="r",
        counts=(Count("linux_auth", EVENTS, 0, arrived - 1, arrived),),
        matches=tuple(_match(partition, offset, n, people, arrived) for n in range(matches)),
        observations=tuple(
            Observation(
                "failed",
                arrived - 1,
                f"{partition}-{offset}-{n}",
                {"user": f"user{(offset * 1_000 + n * 7) % people}"},
            )
            for n in range(observations)
        ),
    )
    return Frame(dump(made), EVENTS, int(arrived * 1e9), Place("events", partition, offset))


def _match(partition: int, offset: int, number: int, people: int, arrived: float) -> Match:
    rule = RuleRef(f"rule-{number % 20}", "Deploy key added", "medium", ("attack.t1098",))
    fields = (MatchedField("action", "public_key.create"), MatchedField("actor", "user"))
    about = Entities(user=(f"user{(offset * 1_000 + number) % people}",), ip=("192.0.2.1",))
    event = {"action": "public_key.create", "actor": "user", "at": arrived, "repo": "shop"}
    name = f"{partition}-{offset}-{number}"
    return Match(arrived - 1, rule, "github_audit", name, event, fields, about, ("T1098",), "", 0)


if __name__ == "__main__":
    main()
