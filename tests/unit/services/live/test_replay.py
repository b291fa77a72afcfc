"""Live = replay: the same closed alerts by rule, group and member events, in order or shuffled within the lateness."""

from contextlib import closing
from pathlib import Path
from random import Random
from typing import NamedTuple

import orjson
import pytest

from databases import empty_url, opened
from live_rules import live_rules
from tocsin.alert.flood import MAX_ALERTS, joined
from tocsin.alert.merge import merged
from tocsin.alert.stage import Alerting
from tocsin.control.alerts import Ways
from tocsin.correlate.engine import Correlator
from tocsin.errors import ConfigError
from tocsin.journal.local import LocalJournal
from tocsin.model import received
from tocsin.model.alert import Alert
from tocsin.model.canary import Marker
from tocsin.model.received import Context, EventId, Received
from tocsin.ports.journal import Frame, Topic
from tocsin.services.hunt.run import Hunt
from tocsin.services.hunt.setup import Options
from tocsin.services.live.frame import FrameWork
from tocsin.services.live.hub import HubCycle, Stages
from tocsin.services.live.replay import everything, outcomes, replay
from tocsin.services.live.rules import LiveRules
from tocsin.services.live.topics import COLUMNS, EVENTS, HUB, SIGNALS, STORE, WORKER
from tocsin.services.live.worker import Worker

START = 1_795_000_000.0
LATENESS = 60.0
PARTITIONS = 3
HOURS = 2
ACTORS = [f"actor{number}" for number in range(6)]


class Doc(NamedTuple):
    """An event, when it happened and when it arrives."""

    number: int
    time: float
    arrived: float
    record: bytes


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> LiveRules:
    return live_rules(tmp_path_factory.mktemp("rules"))


def docs(random: Random) -> list[Doc]:
    """Return events of some hours: bursts of failed log-ins, and now and then a repository made public."""
    found = []
    for number in range(400):
        time = round(START + random.random() * HOURS * 3_600, 3)
        fields = {
            "@timestamp": round(time * 1000),
            "_document_id": f"d{number}",
            "actor": random.choice(ACTORS),
            "actor_ip": f"192.0.2.{random.randrange(50)}",
        }
        if number % 8 == 0:
            fields |= {"action": "repo.access", "visibility": "public", "repo": f"o/{number % 3}"}
        else:
            fields |= {"action": "org.login_failed"}
        found.append(Doc(number, time, time, orjson.dumps(fields)))
    return sorted(found, key=lambda one: one.time)


def shuffled(some: list[Doc], random: Random) -> list[Doc]:
    """Return the same in the order in which they arrive late, none as late as the lateness."""
    late = [one._replace(arrived=one.time + random.random() * LATENESS * 0.9) for one in some]
    return sorted(late, key=lambda one: one.arrived)


def fill(
    journal: LocalJournal, some: list[Doc], random: Random, partitions: int, size: int
) -> dict[str, str]:
    """Write events as intake does, cut at random; return id -> document."""
    names: dict[str, str] = {}
    lanes: list[list[Doc]] = [[] for _ in range(partitions)]
    for one in some:
        lanes[random.randrange(partitions)].append(one)
    for partition, lane in enumerate(lanes):
        frames: list[Frame] = []
        while lane:
            # What is in one frame arrived within a moment: later ones wait for the next.
            cut = [one for one in lane[: random.randint(1, size)] if one.arrived < lane[0].arrived + 3]
            lane = lane[len(cut) :]
            for index, one in enumerate(cut):
                names[str(EventId(partition, len(frames), index))] = f"d{one.number}"
            frames.append(frame([one.record for one in cut], cut[-1].arrived))
        frames += [frame([], START + HOURS * 3_600 + 1_000 * number) for number in (1, 2)]
        with closing(journal.appender(EVENTS, partition)) as appender:
            appender.append(frames).result()
    return names


def frame(records: list[bytes], arrived: float) -> Frame:
    payload, meta = received.dump(Received(Context("web", "github_audit"), records))
    return Frame(payload, len(records), round(arrived * 1e9), None, meta)


def journal_of(folder: Path, partitions: int = PARTITIONS) -> LocalJournal:
    topics = [(EVENTS, WORKER), (COLUMNS, STORE), (SIGNALS, HUB)]
    return LocalJournal(folder, [Topic(name, partitions, (consumer,)) for name, consumer in topics])


def work_of(rules: LiveRules) -> FrameWork:
    return FrameWork(rules, lambda records: (records, 0), Marker(bytes(32)))


def stages(rules: LiveRules) -> Stages:
    setup = rules.setup
    correlator = Correlator(setup.rules, setup.correlations, lateness=LATENESS)
    ways = Ways(merged, lambda *_: [], joined, MAX_ALERTS)
    return Stages(Alerting(rules.references), correlator, ways)


def live(journal: LocalJournal, rules: LiveRules, folder: Path, random: Random) -> list[Alert]:
    """Run workers and the hub, which is restarted now and then, in turns."""
    with opened(empty_url("sqlite", folder, None)) as database:
        hub = HubCycle(database, journal, stages(rules))
        with Worker(journal, range(PARTITIONS), work_of(rules), folder, folder / "dead") as worker:
            while True:
                made = worker.step()
                for outlet in (outlet for lane in worker.lanes for outlet in (lane.columns, lane.signals)):
                    outlet.drain()
                applied = hub.step()
                if not (made or applied.frames or applied.skipped):
                    break
                if random.random() < 0.3:
                    hub.close()
                    hub = HubCycle(database, journal, stages(rules))
        hub.close()
        return everything(database)


@pytest.mark.parametrize("seed", range(4))
def test_live_and_replayed_in_order_and_shuffled(seed: int, rules: LiveRules, tmp_path: Path) -> None:
    random = Random(seed)  # noqa: S311
    happened = docs(random)
    journal = journal_of(tmp_path / "live")
    names = fill(journal, shuffled(happened, random), random, PARTITIONS, 20)
    made = live(journal, rules, tmp_path, random)
    again = replay(journal, work_of(rules), stages(rules))
    assert outcomes(again) == outcomes(made)
    assert {one.rule.level for one in made} == {"high"}
    assert len(made) > 20

    ordered = journal_of(tmp_path / "ordered", 1)
    other = fill(ordered, happened, random, 1, 500)
    in_order = outcomes(replay(ordered, work_of(rules), stages(rules)), other.__getitem__)
    assert in_order == outcomes(made, names.__getitem__)


def test_a_hunt_says_the_same_of_correlations(rules: LiveRules, tmp_path: Path) -> None:
    random = Random(5)  # noqa: S311
    happened = docs(random)
    journal = journal_of(tmp_path / "live")
    fill(journal, shuffled(happened, random), random, PARTITIONS, 20)
    of_correlations = [one for one in live(journal, rules, tmp_path, random) if one.series]
    (tmp_path / "audit.ndjson").write_bytes(b"\n".join(one.record for one in happened))
    paths = (str(tmp_path / "audit.ndjson"),)
    hunted = Hunt(
        Options(paths=paths, rules=(Path(rules.setup.collection.correlations[0].meta.path),))
    ).matches()
    found = [one for one in hunted if one.source == "correlation"]
    assert len(found) > 10
    assert len({one.entities for one in found}) > 10
    assert sorted(
        (one.time, one.event["count"], one.entities, one.event["sources"]) for one in found
    ) == sorted((one.first_seen, one.count, one.entities, list(one.sources)) for one in of_correlations)


def test_a_journal_without_frames(rules: LiveRules, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no frames"):
        replay(journal_of(tmp_path), work_of(rules), stages(rules))


def test_only_what_arrived_since(rules: LiveRules, tmp_path: Path) -> None:
    random = Random(9)  # noqa: S311
    journal = journal_of(tmp_path)
    fill(journal, docs(random), random, PARTITIONS, 5)
    all_of_it = replay(journal, work_of(rules), stages(rules))
    later = replay(journal, work_of(rules), stages(rules), since=START + 3_600)
    assert 0 < len(later) < len(all_of_it)
    assert min(one.first_arrival for one in later) >= START + 3_600
