"""The engine says what naive.py says: in any order within the lateness, in any chunks, across restarts."""

from collections.abc import Iterable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tocsin.correlate import naive
from tocsin.correlate.engine import Correlator
from tocsin.correlate.reading import GroupKey
from tocsin.correlate.values import atom
from tocsin.model.logsource import LogSource
from tocsin.model.observation import Correlated, Observation
from tocsin.sigma.rule import Combination, Correlation, Kind, Meta, Rule, Threshold

BASE = ["a", "b", "c"]
RULES = [Rule(Meta(id=f"id-{name}", title=name, name=name), LogSource(), ()) for name in BASE]
OPS = ["lt", "lte", "gt", "gte", "eq", "neq"]
VALUES: list[Any] = ["x", "1", 1, True, 1.0, None, [1, "a"], {"k": [True]}, "é" * 400, "\0True", float("nan")]
NUMBERS: list[Any] = [0, 1, 2, 0.1, 0.2, "3", "0.5", "x", -1, True, None, 10**400, float("inf")]


def combinations_of(names: list[str]) -> st.SearchStrategy[Combination]:
    leaf = st.sampled_from(names).map(lambda name: Combination("rule", rule=name))
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            inner.map(lambda one: Combination("not", (one,))),
            st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)).map(
                lambda pair: Combination(pair[0], tuple(pair[1]))
            ),
        ),
        max_leaves=5,
    )


@st.composite
def correlations(draw: st.DrawFn, index: int, names: list[str]) -> Correlation:
    kind = draw(st.sampled_from(list(Kind)))
    rules = tuple(draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)))
    temporal = kind.value.startswith("temporal")
    threshold = combination = None
    shape = draw(st.sampled_from(["none", "bounds", "tree"])) if temporal else "bounds"
    if shape == "tree":
        combination = draw(combinations_of(list(rules)))
    elif shape == "bounds":
        rising = draw(st.booleans())
        ops = draw(st.lists(st.sampled_from(["gt", "gte"] if rising else OPS), min_size=1, max_size=2, unique=True))
        fields = ("n",) if kind.value != "value_count" else draw(st.sampled_from([("n",), ("n", "user")]))
        bounds = tuple((op, draw(st.sampled_from([0, 1, 2, 3, 1.5]))) for op in ops)
        percentile = draw(st.sampled_from([0, 25, 50, 90, 100]))
        threshold = Threshold(bounds, fields if kind.value.startswith("value") else (), percentile)
    group_by = draw(st.sampled_from([(), ("user",), ("user", "host"), ("who",)]))
    aliases = {"who": {rules[0]: "user"}} if group_by == ("who",) else {}
    name = f"correlation-{index}"
    return Correlation(
        Meta(id=f"id-{name}", title=name, name=name), kind, rules, group_by, draw(st.integers(1, 8)),
        threshold, combination, aliases, draw(st.booleans()),
    )  # fmt: skip


@st.composite
def rule_sets(draw: st.DrawFn) -> list[Correlation]:
    made: list[Correlation] = []
    for index in range(draw(st.integers(1, 3))):
        made.append(draw(correlations(index, BASE + [one.meta.name for one in made])))
    return draw(st.permutations(made))


values = st.fixed_dictionaries(
    {},
    optional={
        "user": st.sampled_from(VALUES[:3]) | st.sampled_from(VALUES),
        "who": st.sampled_from(VALUES[:3]),
        "host": st.sampled_from(["h", "i"]),
        "n": st.sampled_from(NUMBERS),
    },
)
times = st.integers(0, 40).map(lambda tick: tick / 2) | st.sampled_from([0.1, 0.3, 1.1, 8.1, 9.1, 1e9 + 0.1])
observations = st.lists(
    st.builds(
        Observation,
        st.sampled_from(["id-a", "id-b", "id-c", "id-other"]),
        times,
        st.integers(0, 60).map(str),
        values,
    ),
    max_size=60,
)


def content(alerts: Iterable[Correlated]) -> list[str]:
    return sorted(repr(replace(one, revision=1)) for one in alerts)


def key_of(alert: Correlated) -> tuple[str, GroupKey]:
    return alert.rule, tuple(atom(value) for value in alert.group.values())


def check_revisions(alerts: list[Correlated]) -> None:
    """Assert that of one rule and group one alert is open at a time, and that it only grows."""
    open_ones: dict[tuple[str, GroupKey], Correlated] = {}
    for one in alerts:
        before = open_ones.get(key_of(one))
        if one.revision == 1:
            assert one.closed or before is None
            if not one.closed:
                open_ones[key_of(one)] = one
            continue
        assert before is not None
        assert one.revision == before.revision + 1
        assert (one.first, one.total, one.value) >= (one.first, before.total, before.value)
        assert one.first <= before.first
        assert one.last >= before.last
        assert set(before.events) <= set(one.events)
        if one.closed:
            del open_ones[key_of(one)]
        else:
            open_ones[key_of(one)] = one
    assert not open_ones


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[float, list[list[Observation]]]:
    lateness = draw(st.sampled_from([0.0, 1.0, 5.0, 30.0]))
    found = draw(observations)
    jitter = [draw(st.floats(0, lateness)) if lateness else 0.0 for _ in found]
    order = sorted(range(len(found)), key=lambda at: found[at].time + jitter[at])
    arrived = [found[at] for at in order]
    chunks = []
    while arrived:
        size = draw(st.integers(1, 8))
        chunks.append(arrived[:size])
        arrived = arrived[size:]
    return lateness, chunks


@settings(max_examples=600, deadline=None)
@given(made=rule_sets(), arrived=arrivals(), restart=st.integers(0, 3))
def test_engine_says_what_the_definition_says(
    made: list[Correlation], arrived: tuple[float, list[list[Observation]]], restart: int
) -> None:
    lateness, chunks = arrived
    engine = Correlator(RULES, made, lateness=lateness)
    said: list[Correlated] = []
    for number, chunk in enumerate(chunks):
        said += engine.feed(chunk)
        if restart and number % restart == 0:
            state = engine.snapshot()
            engine = Correlator(RULES, made, lateness=lateness)
            engine.restore(state)
        if number % 3 == 0:
            said += engine.advance(engine.newest - lateness)
    said += engine.close()
    everything = [one for chunk in chunks for one in chunk]
    assert content(one for one in said if one.closed) == content(naive.correlate(RULES, made, everything))
    assert engine.late == engine.lost == engine.evicted == 0
    check_revisions(said)
    assert not any(one.groups for one in engine.groups.values())
