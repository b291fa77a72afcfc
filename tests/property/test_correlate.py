"""The engine says what naive.py says: in any order within the lateness, in any chunks, across restarts."""

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from kept_state import KeptState
from tocsin.correlate import naive
from tocsin.correlate.engine import Correlator
from tocsin.correlate.entry import MAX_IDS
from tocsin.correlate.reading import GroupKey
from tocsin.correlate.values import atom
from tocsin.model.logsource import LogSource
from tocsin.model.observation import Correlated, Observation
from tocsin.sigma.rule import Combination, Correlation, Kind, Meta, Rule, Threshold

BASE = ["a", "b", "c"]
RULES = [Rule(Meta(id=f"id-{name}", title=name, name=name), LogSource(), ()) for name in BASE]
OPS = ["lt", "lte", "gt", "gte", "eq", "neq"]
HOSTILE: list[Any] = [
    "1",
    1,
    True,
    1.0,
    None,
    [1, "a"],
    {"k": [True]},
    "é" * 400,
    "\0True",
    float("nan"),
    1 << 70,
]
NUMBERS: list[Any] = [0, 1, 2, 3, 0.1, 0.2, "3", "0.5", "1e2", "x", -1, True, None, 10**400, float("inf")]


class Case:
    """Everything that a seed and a size say: correlations, observations, and how they arrive.

    Hypothesis draws seed and size, not every detail: drawn one by one, hardly a case has an alert.
    """

    def __init__(self, seed: int, size: int) -> None:
        self.random = Random(seed)  # noqa: S311 -- not for secrets
        self.lateness = self.random.choice([0.0, 1.0, 3.0, 20.0])
        self.correlations: list[Correlation] = []
        for index in range(self.random.randint(1, 3)):
            self.correlations.append(self.correlation(index))
        self.random.shuffle(self.correlations)
        self.observations = self.some_observations(size)
        self.saves = self.random.choice([1, 1, 2])
        self.restarts = self.saves * self.random.choice([0, 0, 1, 2, 5])
        self.ticks = self.random.choice([0, 1, 3])

    def correlation(self, index: int) -> Correlation:
        random, name = self.random, f"correlation-{index}"
        kind = random.choice(list(Kind))
        earlier = [one.meta.name for one in self.correlations]
        rules = random.sample(BASE, random.randint(1, 3)) + random.sample(
            earlier, random.randint(0, len(earlier))
        )
        random.shuffle(rules)
        shape = (
            random.choice(["none", "bounds", "tree", "tree"])
            if kind.value.startswith("temporal")
            else "bounds"
        )
        group_by = random.choice([(), (), ("user",), ("user",), ("user", "host"), ("who",)])
        return Correlation(
            meta=Meta(id=f"id-{name}", title=name, name=name),
            kind=kind,
            rules=tuple(rules),
            group_by=group_by,
            timespan=random.randint(1, 6),
            threshold=self.threshold(kind) if shape == "bounds" else None,
            combination=self.tree(rules, depth=3) if shape == "tree" else None,
            aliases={"who": {rules[0]: "user"}} if group_by == ("who",) else {},
            generate=random.random() < 0.7,
        )

    def threshold(self, kind: Kind) -> Threshold:
        random = self.random
        ops = random.sample(random.choice([["gt", "gte"], OPS]), random.choice([1, 1, 2]))
        bounds = tuple((op, random.choice([0, 1, 2, 3, 4, 1.5])) for op in ops)
        several = kind is Kind.VALUE_COUNT and random.random() < 0.4
        fields = ("n", "user") if several else ("n",)
        return Threshold(bounds, fields if "value" in kind.value else (), random.choice([0, 25, 50, 90, 100]))

    def tree(self, rules: Sequence[str], depth: int) -> Combination:
        op = self.random.choice(["rule", "and", "or", "not"]) if depth else "rule"
        if op == "rule":
            return Combination("rule", rule=self.random.choice(rules))
        count = 1 if op == "not" else self.random.choice([2, 3])
        return Combination(op, tuple(self.tree(rules, depth - 1) for _ in range(count)))

    def some_observations(self, size: int) -> list[Observation]:
        random = self.random
        hostile, numbers = random.random() < 0.3, NUMBERS if random.random() < 0.5 else NUMBERS[:6]
        length = random.choice([5, 20, 60])
        step = random.choice([0.1, 0.5, 1.0])
        found: list[Observation] = []
        for number in range(size):
            people: list[Any] = HOSTILE if hostile and random.random() < 0.3 else ["x", "x", "y"]
            values: dict[str, Any] = {"n": random.choice(numbers), "host": random.choice("hhi")}
            values |= {name: random.choice(people) for name in ("user", "who") if random.random() < 0.9}
            time = round(random.randint(0, int(length / step)) * step, 1)
            event = str(random.choice([number, number, random.randint(0, size)]))
            if found and random.random() < 0.2:
                time, event = found[-1].time, found[-1].event  # one event, several rules
            rule = random.choice(["id-a", "id-a", "id-b", "id-c", "id-z"])
            found.append(Observation(rule, time, event, values, about_of(event)))
        return found

    def arrivals(self) -> list[list[Observation]]:
        random = self.random
        late = [
            (one.time + random.uniform(0, self.lateness), at, one) for at, one in enumerate(self.observations)
        ]
        order = [one for _, _, one in sorted(late, key=lambda each: each[:2])]
        largest = random.choice([1, 4, 100])
        chunks = []
        while order:
            cut = random.randint(1, largest)
            chunks.append(order[:cut])
            order = order[cut:]
        return chunks


Way = Callable[[Case], tuple[list[Correlated], Correlator]]


def about_of(event: str) -> tuple[str, ...]:
    """Return whom and what an event is about: always the same, whichever rules match it."""
    number = int(event)
    return (f"source:s{number % 2}", "user:all", f"user:u{number % 7}", *(["host:h"] if number % 3 else []))


def check_about(one: Correlated) -> None:
    """Assert that an alert names whom and what its events are about, and what all of them are."""
    if one.total > MAX_IDS or not one.closed:
        return
    names = [set(about_of(event)) for event in one.events]
    said = {f"{kind}:{name}" for kind in ("user", "host") for name in getattr(one.entities, kind)}
    shared = {f"{kind}:{name}" for kind in ("user", "host") for name in getattr(one.shared, kind)}
    assert said | {f"source:{name}" for name in one.sources} == set().union(*names)
    assert shared == {name for name in set.intersection(*names) if not name.startswith("source:")}


def content(alerts: Iterable[Correlated]) -> list[str]:
    return sorted(repr(replace(one, revision=1)) for one in alerts if one.closed)


def key_of(alert: Correlated) -> tuple[str, GroupKey]:
    return alert.rule, tuple(atom(value) for value in alert.group.values())


def check_revisions(alerts: Iterable[Correlated]) -> None:
    """Assert that of one rule and group one alert is open at a time, and that it only grows."""
    opened: dict[tuple[str, GroupKey], Correlated] = {}
    for one in alerts:
        check_about(one)
        before = opened.get(key_of(one))
        if one.revision == 1:
            assert one.closed or before is None
        else:
            assert before is not None
            assert one.revision == before.revision + 1
            assert one.total >= before.total
            assert one.value >= before.value
            assert one.first <= before.first
            assert one.last >= before.last
            assert set(before.events) <= set(one.events)
            assert set(before.entities.user) <= set(one.entities.user)
            assert set(before.shared.user) >= set(one.shared.user)
        if not one.closed:
            opened[key_of(one)] = one
        elif one.revision > 1:
            del opened[key_of(one)]
    assert not opened


def run(case: Case) -> tuple[list[Correlated], Correlator]:
    engine = Correlator(RULES, case.correlations, lateness=case.lateness)
    said: list[Correlated] = []
    state = KeptState()
    for number, chunk in enumerate(case.arrivals()):
        said += engine.feed(chunk)
        if case.restarts and number % case.saves == 0:
            state.save(engine)
            if number % case.restarts == 0:
                engine = again(case, state)
        if case.ticks and number % case.ticks == 0:
            said += engine.advance(engine.newest - case.lateness)
    return said + engine.close(), engine


def again(case: Case, state: KeptState) -> Correlator:
    """Return a correlator with the state, of which all is kept: not a row less or more than if it saved it anew."""
    engine = Correlator(RULES, case.correlations, lateness=case.lateness)
    assert engine.restore(state) == set()
    everything = Correlator(RULES, case.correlations, lateness=case.lateness)
    everything.restore(state)
    for groups in everything.groups.values():
        groups.unsaved = None
    whole = KeptState()
    whole.save(everything)
    assert whole.rows == state.rows
    return engine


def live(case: Case) -> tuple[list[Correlated], Correlator]:
    """Hand the watermark in, as ticks do: it is not later than anything that is still to come."""
    engine = Correlator(RULES, case.correlations)
    said: list[Correlated] = []
    state, chunks = KeptState(), case.arrivals()
    for number, chunk in enumerate(chunks):
        engine.take(chunk)
        if case.random.random() < 0.7:
            rest = [one.time for later in chunks[number + 1 :] for one in later]
            said += engine.advance(min(rest, default=0.0) - case.random.choice([0.0, 0.0, 1.0]))
            state.save(engine)
            if case.random.random() < 0.2:
                engine = again(case, state)
    return said + engine.close(), engine


def check(case: Case, way: Way = run) -> None:
    said, engine = way(case)
    assert content(said) == content(naive.correlate(RULES, case.correlations, case.observations))
    assert engine.late == engine.lost == engine.evicted == 0
    check_revisions(said)
    assert not any(one.groups for one in engine.groups.values())


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(0, 120))
def test_engine_says_what_the_definition_says(seed: int, size: int) -> None:
    check(Case(seed, size))


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(0, 120))
def test_live_it_says_what_the_definition_says(seed: int, size: int) -> None:
    check(Case(seed, size), live)


@pytest.mark.long
@pytest.mark.parametrize("way", [run, live])
def test_engine_says_what_the_definition_says_in_thousands_of_cases(way: Way) -> None:
    for seed in range(5000):
        check(Case(seed, size=20 + seed % 100), way)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(0, 120))
def test_late_observations_break_nothing(seed: int, size: int) -> None:
    case = Case(seed, size)
    case.random.shuffle(case.observations)
    engine = Correlator(RULES, case.correlations)
    said = [alert for one in case.observations for alert in engine.feed([one])] + engine.close()
    assert all(one.total >= len(one.events) > 0 and one.first <= one.last for one in said)
    assert 0 <= engine.lost <= engine.late <= size
    assert not any(one.groups for one in engine.groups.values())
