"""Frames of signals for tests: by a seed, always the same; over several partitions, out of order within the lateness."""

from random import Random

from tocsin.alert.flood import MAX_ALERTS, joined
from tocsin.alert.merge import merged
from tocsin.alert.stage import Alerting
from tocsin.alert.telling import telling
from tocsin.control.alerts import Ways
from tocsin.correlate.engine import Correlator
from tocsin.journal.local import LocalJournal
from tocsin.model.alert import Alert, Told
from tocsin.model.logsource import LogSource
from tocsin.model.match import Entities, Match, MatchedField, RuleRef
from tocsin.model.message import Message
from tocsin.model.observation import Observation
from tocsin.model.place import Place
from tocsin.model.signals import Count, Refused, Signals, dump
from tocsin.ports.journal import Frame
from tocsin.services.live.hub import Stages
from tocsin.sigma.rule import Combination, Correlation, Kind, Meta, Rule, Threshold

START = 1_795_000_000.0
LATENESS = 5.0
PARTITIONS = 3
RULES = [Rule(Meta(id=f"id-{name}", title=name, name=name), LogSource(), ()) for name in "abc"]


def _correlation(name: str, kind: Kind, *rules: str, **other: object) -> Correlation:
    made: dict[str, object] = {"group_by": ("user",), "timespan": 4, "generate": True, **other}
    return Correlation(meta=Meta(id=name, title=name, name=name), kind=kind, rules=rules, **made)  # type: ignore[arg-type]


_UNEXCUSED = Combination(
    "and", (Combination("rule", rule="a"), Combination("not", (Combination("rule", rule="b"),)))
)
CORRELATIONS = [
    _correlation("often", Kind.EVENT_COUNT, "a", threshold=Threshold((("gte", 3),))),
    _correlation("many-hosts", Kind.VALUE_COUNT, "a", "b", threshold=Threshold((("gte", 2),), ("host",))),
    _correlation("unexcused", Kind.TEMPORAL, "a", "b", combination=_UNEXCUSED),
    _correlation("exactly", Kind.EVENT_COUNT, "c", threshold=Threshold((("eq", 2),))),
    _correlation("then", Kind.TEMPORAL_ORDERED, "often", "c", timespan=6),
    _correlation(
        "all", Kind.EVENT_COUNT, "a", "b", "c", group_by=(), threshold=Threshold((("gte", 300),)), timespan=60
    ),
]
REFS = {one.meta.id: RuleRef(one.meta.id, one.meta.title, "high") for one in CORRELATIONS}


def stages(limit: int = MAX_ALERTS) -> Stages:
    """Return what a hub begins with."""
    correlator = Correlator(RULES, CORRELATIONS, lateness=LATENESS)
    assert not correlator.errors
    return Stages(Alerting(REFS, kinds={"user": "user"}), correlator, Ways(merged, tell, joined, limit))


def tell(before: Alert | None, after: Alert) -> list[Message]:
    """Tell the one on call of what is new."""
    told = telling(before, after)
    if not isinstance(told, Told):
        return []
    return [Message(f"{after.id}:{told.name}", "oncall", {"alert": after.id}, after.id)]


def observation(rule: str, time: float, event: str, user: str = "ann", host: str = "h1") -> Observation:
    """Return an observation of a rule by its short name."""
    number = sum(event.encode())
    about = (f"source:s{number % 2}", f"user:u{number % 5}", f"person:p{number % 3}")
    return Observation(f"id-{rule}", time, event, {"user": user, "host": host}, about)


def match(number: int, time: float, event: str) -> Match:
    """Return a match of one of a few rules about one of a few users."""
    rule = RuleRef(f"rule-{number % 3}", f"Rule {number % 3}", ("low", "high", "medium")[number % 3])
    fields, about = (MatchedField("action", "key.create"),), Entities(user=(f"user{number % 5}",))
    return Match(time, rule, "linux_auth", event, {"action": "key.create"}, fields, about, (), "", 0)


def streams(seed: int, ticks: int, size: int = 4) -> list[list[Signals]]:
    """Return the frames of each partition; each ends with ticks that end all that is open."""
    random = Random(seed)  # noqa: S311
    made: list[list[Signals]] = [[] for _ in range(PARTITIONS)]
    for tick in range(ticks):
        for partition, frames in enumerate(made):
            if random.random() < 0.8:
                frames.append(_frame(random, partition, len(frames), START + tick, size))
    for frames in made:
        frames += [Signals("", 0, START + ticks + 1_000 * number, "r") for number in (1, 2)]
    return made


def _frame(random: Random, partition: int, offset: int, arrived: float, size: int) -> Signals:
    count = random.randrange(size)
    arrived += random.random()
    matches, observations, refused = [], [], random.randrange(3)
    for index in range(count):
        event, time = f"{partition}-{offset}-{index}", round(arrived - random.random() * LATENESS * 0.99, 3)
        if random.random() < 0.4:
            matches.append(match(random.randrange(30), time, event))
        for rule in random.sample("abc", random.choice((0, 1, 1, 2))):
            user, host = random.choice(("ann", "bob", "cy")), random.choice(("h1", "h2"))
            observations.append(observation(rule, time, event, user, host))
    counts = (Count("linux_auth", count, refused, arrived - 1, arrived), Count("", 0, random.randrange(2)))
    reasons = (Refused("linux_auth", "no line", refused, f"{partition}-{offset}-0"),) if refused else ()
    return Signals(
        input=random.choice(("hosts", "scm")),
        received=sum(one.events + one.refused for one in counts),
        arrived=arrived,
        rules="r",
        counts=counts,
        refused=reasons,
        matches=tuple(matches),
        observations=tuple(observations),
        clamped=random.randrange(2),
        redacted=random.randrange(3),
    )


def append(journal: LocalJournal, partition: int, frames: list[Signals], first: int = 0) -> None:
    """Append frames as a worker does, made of the frames of events from `first` on."""
    appender = journal.appender("signals", partition)
    try:
        appender.append(
            [
                Frame(dump(one), one.received, int(one.arrived * 1e9), Place("events", partition, first + at))
                for at, one in enumerate(frames)
            ]
        ).result(60)
    finally:
        appender.close()
