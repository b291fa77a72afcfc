"""What the Correlator does beside saying the right alerts: when, how often, within limits, with hostile input."""

from typing import Any

import pytest

from kept_state import KeptState
from tocsin.correlate.engine import Correlator
from tocsin.correlate.entry import MAX_IDS, MAX_NAMES
from tocsin.correlate.groups import Limits
from tocsin.errors import DataError
from tocsin.model.event import ABSENT
from tocsin.model.logsource import LogSource
from tocsin.model.match import Entities
from tocsin.model.observation import Correlated, Observation
from tocsin.sigma.rule import Combination, Correlation, Kind, Meta, Rule, Threshold

RULES = [Rule(Meta(id=f"id-{name}", title=name, name=name), LogSource(), ()) for name in "ab"]


def count(number: int = 2, **changes: Any) -> Correlation:
    fields: dict[str, Any] = {
        "meta": Meta(id="c", title="c", name="counted"),
        "kind": Kind.EVENT_COUNT,
        "rules": ("a",),
        "group_by": (),
        "timespan": 10,
        "threshold": Threshold((("gte", number),)),
    }
    return Correlation(**(fields | changes))


def absent(**changes: Any) -> Correlation:
    tree = Combination(
        "and", (Combination("rule", rule="a"), Combination("not", (Combination("rule", rule="b"),)))
    )
    fixed = {"kind": Kind.TEMPORAL, "rules": ("a", "b"), "threshold": None, "combination": tree}
    return count(**(fixed | changes))


def seen(time: float, rule: str = "a", event: str = "", **values: Any) -> Observation:
    return Observation(f"id-{rule}", time, event or f"{rule}{time}", values)


def brief(alerts: list[Correlated]) -> list[tuple[int, int, bool]]:
    return [(one.revision, one.total, one.closed) for one in alerts]


# --- when ----------------------------------------------------------------------------------------------


def test_fires_at_once_grows_and_closes_a_timespan_after_the_last_event() -> None:
    engine = Correlator(RULES, [count()])
    assert engine.feed([seen(0)]) == []
    assert brief(engine.feed([seen(1)])) == [(1, 2, False)]
    assert brief(engine.feed([seen(5)])) == [(2, 3, False)]
    assert engine.advance(15) == []
    assert brief(engine.advance(15.1)) == [(3, 3, True)]
    assert engine.close() == []


def test_absence_is_told_only_when_the_window_is_over() -> None:
    engine = Correlator(RULES, [absent()])
    assert engine.feed([seen(0)]) == []
    assert engine.advance(10) == []
    assert brief(engine.advance(10.1)) == [(1, 1, True)]


def test_lateness_holds_the_end_back_but_not_the_beginning() -> None:
    engine = Correlator(RULES, [count()], lateness=60)
    assert brief(engine.feed([seen(100), seen(101)])) == [(1, 2, False)]
    assert brief(engine.feed([seen(99)])) == [(2, 3, False)]
    assert engine.feed([seen(170, "b")]) == []
    assert brief(engine.advance(112)) == [(3, 3, True)]


def test_a_flood_is_not_a_flood_of_revisions() -> None:
    engine = Correlator(RULES, [count()])
    said = [
        alert for number in range(1000) for alert in engine.feed([seen(number / 1000, event=f"{number:03}")])
    ]
    assert len(said) < 70
    assert [one.revision for one in said] == list(range(1, len(said) + 1))


def test_a_later_alert_of_the_group_waits_until_the_open_one_is_over() -> None:
    engine = Correlator(RULES, [count()], lateness=100)
    assert brief(engine.feed([seen(0), seen(1)])) == [(1, 2, False)]
    assert engine.feed([seen(50), seen(51), seen(52)]) == []
    assert brief(engine.advance(12)) == [(2, 2, True), (1, 3, False)]


def test_an_alert_found_before_the_open_one_is_told_when_it_is_complete() -> None:
    engine = Correlator(RULES, [count()], lateness=100)
    assert brief(engine.feed([seen(50), seen(51)])) == [(1, 2, False)]
    assert engine.feed([seen(0), seen(1), seen(2)]) == []
    assert brief(engine.advance(13)) == [(1, 3, True)]
    assert brief(engine.close()) == [(2, 2, True)]


def test_after_close_a_new_input_begins() -> None:
    engine = Correlator(RULES, [count()])
    engine.feed([seen(1000), seen(1001)])
    engine.close()
    assert brief(engine.feed([seen(0), seen(1)])) == [(1, 2, False)]
    assert engine.late == 0


def test_a_moment_found_out_of_order_is_handed_on_before_it_is_late() -> None:
    inner = count(1, timespan=1)
    outer = count(2, meta=Meta(id="d", title="d"), rules=("counted",), timespan=5)
    engine = Correlator(RULES, [inner, outer], lateness=20)
    for time in (30, 26, 49):
        engine.feed([seen(time)])
    (alert,) = engine.close()
    assert (alert.rule, alert.first, alert.last) == ("d", 26, 30)


# --- what is asked of the caller -----------------------------------------------------------------------


def test_needs_the_fields_of_each_rule_by_id_or_name_through_aliases() -> None:
    one = count(
        kind=Kind.VALUE_COUNT,
        rules=("a", "id-b"),
        group_by=("address", "host"),
        threshold=Threshold((("gte", 2),), ("user",)),
        aliases={"address": {"id-a": "src", "b": "dst"}},
    )
    engine = Correlator(RULES, [one])
    assert engine.needs == {"id-a": ("src", "host", "user"), "id-b": ("dst", "host", "user")}


def test_silent_unless_one_correlation_generates() -> None:
    other = count(meta=Meta(id="d", title="d"), rules=("a", "b"), generate=True)
    assert Correlator(RULES, [count()]).silent == {"id-a"}
    assert Correlator(RULES, [count(), other]).silent == frozenset()


def test_rules_of_no_correlation_are_ignored() -> None:
    engine = Correlator(RULES, [count()])
    assert engine.feed([seen(0, "b"), Observation("unknown", 1.0, "e", {})]) == []
    assert engine.needs == {"id-a": ()}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (count(rules=("nobody",)), "refers to the rule `nobody`"),
        (count(10**9), "counts further than"),
        (absent(rules=("a",)), "names `b`, which `rules` does not"),
        (count(kind=Kind.TEMPORAL, threshold=None, combination=Combination("not", (Combination("rule", rule="a"),))),
         "only says what must not happen"),
        (count(kind=Kind.TEMPORAL, threshold=None, combination=Combination("and", (
            Combination("rule", rule="a"), Combination("not", (Combination("rule", rule="a"),))))),
         "can never be true"),
    ],
)  # fmt: skip
def test_what_could_never_fire_is_refused_and_the_rest_works(wrong: Correlation, message: str) -> None:
    good = count(meta=Meta(id="good", title="good"))
    engine = Correlator(RULES, [wrong, good])
    (error,) = engine.errors
    assert message in error.message
    assert brief(engine.feed([seen(0), seen(1)])) == [(1, 2, False)]


def test_a_condition_with_too_many_alternatives_is_refused() -> None:
    names = [f"r{number}" for number in range(20)]
    rules = [Rule(Meta(id=name, title=name), LogSource(), ()) for name in names]
    pairs = [Combination("or", tuple(Combination("rule", rule=name) for name in names[at : at + 2]))
             for at in range(0, 20, 2)]  # fmt: skip
    one = count(
        kind=Kind.TEMPORAL, rules=tuple(names), threshold=None, combination=Combination("and", tuple(pairs))
    )
    (error,) = Correlator(rules, [one]).errors
    assert "alternatives" in error.message


# --- late, hostile, too much ---------------------------------------------------------------------------


def test_late_observations_count_while_their_window_is_open() -> None:
    engine = Correlator(RULES, [count()])
    engine.feed([seen(0)])
    engine.feed([seen(8)])
    assert brief(engine.feed([seen(3)])) == [(2, 3, False)]
    assert engine.feed([seen(-50)]) == []
    assert (engine.late, engine.lost) == (2, 1)


@pytest.mark.parametrize("time", [float("nan"), float("inf"), float("-inf")])
def test_times_that_are_none_are_counted_and_move_nothing(time: float) -> None:
    engine = Correlator(RULES, [count()])
    assert engine.feed([seen(time), seen(0), seen(1)])[0].total == 2
    assert engine.lost == 1


def test_the_same_observation_twice_counts_once() -> None:
    engine = Correlator(RULES, [count()])
    assert engine.feed([seen(0), seen(0)]) == []
    assert engine.feed([seen(0)]) == []


def test_an_alert_names_its_first_hundred_events_and_counts_all() -> None:
    engine = Correlator(RULES, [count()])
    (alert,) = engine.feed(seen(number / 1000, event=f"{number:04}") for number in range(500))
    assert alert.events == tuple(f"{number:04}" for number in range(MAX_IDS))
    assert (alert.total, alert.value) == (500, 500)


def test_hostile_group_values_are_kept_apart_and_small() -> None:
    deep: list[Any] = []
    for _ in range(10_000):
        deep = [deep]
    values: list[Any] = [
        "x" * 10**6, "x" * 10**6 + "y", 1, True, "1", "\0True", None, [1], ["1"], {"a": 1}, deep, "\ud800",
        1 << 80, float("inf"), b"x", "",
    ]  # fmt: skip
    engine = Correlator(RULES, [count(group_by=("user",))])
    said = engine.feed(seen(tick, user=value) for value in values for tick in (0, 1, 2)) + engine.close()
    closed = [one for one in said if one.closed]
    assert len(closed) == len(values)
    assert all(one.total == 3 for one in closed)
    assert all(len(repr(one.group)) < 400 for one in closed)


def test_missing_and_null_are_one_group() -> None:
    engine = Correlator(RULES, [count(group_by=("user",))])
    (alert,) = engine.feed([seen(0), seen(1, user=None), seen(2, user=ABSENT)])
    assert alert.group == {"user": None}
    assert alert.total == 3


def test_event_ids_of_any_length_are_cut() -> None:
    engine = Correlator(RULES, [count()])
    (alert,) = engine.feed([seen(0, event="x" * 10**6), seen(1, event="\ud800")])
    assert all(len(event) <= 300 for event in alert.events)


def test_the_oldest_groups_go_when_there_are_too_many() -> None:
    engine = Correlator(RULES, [count(group_by=("user",), timespan=10**6)], limits=Limits(groups=100))
    engine.feed(seen(float(number), user=str(number)) for number in range(1000))
    assert len(engine.groups["c"].groups) == 100
    assert engine.evicted == 900
    assert engine.feed([seen(1000.0, user="999")])[0].group == {"user": "999"}


def test_an_evicted_group_closes_what_it_had_open() -> None:
    engine = Correlator(RULES, [count(group_by=("user",))], limits=Limits(groups=1))
    assert brief(engine.feed([seen(0, user="x"), seen(1, user="x")])) == [(1, 2, False)]
    assert brief(engine.feed([seen(2, user="y")])) == [(2, 2, True)]


@pytest.mark.parametrize(
    "one", [count(5), absent(), count(kind=Kind.VALUE_AVG, threshold=Threshold((("gt", 1),), ("n",)))]
)
def test_a_window_holds_so_many_and_no_more(one: Correlation) -> None:
    engine = Correlator(RULES, [one], limits=Limits(window=50), lateness=10.0)
    engine.feed(seen(number / 1000, event=f"{number:04}", n=1) for number in range(5000))
    (group,) = engine.groups["c"].groups.values()
    assert len(group.entries) <= 4 * 50 + 1
    engine.close()
    assert engine.evicted > 0


def test_all_groups_together_hold_so_many_and_no_more() -> None:
    engine = Correlator(RULES, [count(500, group_by=("user",), timespan=10**6)], limits=Limits(total=10_000))
    engine.feed(seen(float(number), user=str(number % 100), event=str(number)) for number in range(40_000))
    assert sum(len(group.entries) for group in engine.groups["c"].groups.values()) <= 10_000 + 4096
    assert engine.evicted > 0


def test_memory_of_groups_that_are_over_is_given_back() -> None:
    engine = Correlator(RULES, [count(group_by=("user",)), absent(meta=Meta(id="d", title="d"))])
    for number in range(2000):
        engine.feed([seen(float(number), user=str(number))])
    assert all(len(one.groups) <= 12 for one in engine.groups.values())


# --- live: ticks move the watermark ---------------------------------------------------------------------


def test_what_is_taken_is_told_at_the_next_advance() -> None:
    engine = Correlator(RULES, [count()])
    engine.take([seen(1), seen(0)])
    engine.take([seen(5)])
    assert brief(engine.advance(0)) == [(1, 3, False)]
    assert brief(engine.advance(15.1)) == [(2, 3, True)]


@pytest.mark.parametrize("hostile", [-(10.0**12), 0.0, 10.0**12])
def test_hostile_dates_move_no_watermark(hostile: float) -> None:
    engine = Correlator(RULES, [count()])
    engine.take([seen(100), seen(101), seen(hostile)])
    assert brief(engine.advance(101)) == [(1, 2, False)]
    assert engine.watermark == 101
    engine.take([seen(102)])
    assert brief(engine.advance(112.5)) == [(2, 3, True)]


def test_a_watermark_never_goes_back() -> None:
    engine = Correlator(RULES, [count()])
    engine.advance(100)
    engine.advance(50)
    assert engine.watermark == 100


def test_an_observation_older_than_the_watermark_is_late_though_it_is_the_newest() -> None:
    engine = Correlator(RULES, [count()])
    engine.advance(100)
    engine.take([seen(95), seen(50)])
    assert (engine.late, engine.lost) == (2, 1)


# --- state ---------------------------------------------------------------------------------------------


def test_a_restart_loses_nothing() -> None:
    engine, state = Correlator(RULES, [count()]), KeptState()
    engine.feed([seen(0), seen(1)])
    state.save(engine)
    other = Correlator(RULES, [count()])
    other.restore(state)
    assert brief(other.feed([seen(2)])) == [(2, 3, False)]
    assert brief(other.close()) == [(3, 3, True)]


def test_only_groups_that_have_changed_are_written() -> None:
    engine, state = Correlator(RULES, [count(group_by=("user",))]), KeptState()
    engine.feed(seen(0, user=f"u{number}") for number in range(500))
    assert state.save(engine) == 501
    engine.feed([seen(1, user="u7"), seen(1, user="u8")])
    assert state.save(engine) == 3
    assert state.save(engine) == 1
    engine.advance(30)
    assert state.save(engine) == 1
    assert len(state.rows) == 1


@pytest.mark.parametrize("one", [count(10**4), absent()], ids=["sliding", "judged"])
def test_a_group_of_many_entries_is_not_written_whole(one: Correlation) -> None:
    engine, state = Correlator(RULES, [one], lateness=100.0), KeptState()
    engine.feed(seen(number / 1000, event=f"{number:05}") for number in range(9_000))
    assert state.save(engine) > 60
    size = sum(map(len, state.rows.values()))
    engine.feed([seen(9.5), seen(9.6)])
    before = dict(state.rows)
    assert state.save(engine) <= 3
    assert sum(len(row) for key, row in state.rows.items() if before.get(key) != row) < size / 20
    engine.feed([seen(4.5, event="between")])
    state.save(engine)
    other = Correlator(RULES, [one], lateness=100.0)
    other.restore(state)
    (group,) = engine.groups["c"].groups.values()
    (same,) = other.groups["c"].groups.values()
    assert same.entries == group.entries
    assert same.pages == group.pages


@pytest.mark.parametrize("damage", [b"", b"x", b"x" * 100, b"\x91\x07", b"\xc1"])
def test_damaged_state_is_refused_and_changes_nothing(damage: bytes) -> None:
    engine, state = Correlator(RULES, [count()]), KeptState()
    engine.feed([seen(0), seen(1)])
    state.save(engine)
    for wrong in state.rows:
        broken = [row if row[:3] != wrong else row._replace(content=damage) for row in state]
        with pytest.raises(DataError, match="snapshot"):
            engine.restore(broken)
    with pytest.raises(DataError, match="first row"):
        engine.restore(row for row in state if row.name)
    assert brief(engine.feed([seen(2)])) == [(2, 3, False)]


def test_a_missing_page_is_noticed() -> None:
    engine, state = Correlator(RULES, [count(10**4)]), KeptState()
    engine.feed(seen(number / 1000, event=f"{number:05}") for number in range(500))
    state.save(engine)
    with pytest.raises(DataError, match="page is missing"):
        engine.restore(row for row in state if row.page != 1)


def test_a_changed_correlation_begins_from_nothing_and_its_rows_are_nobodys() -> None:
    engine, state = Correlator(RULES, [count()]), KeptState()
    engine.feed([seen(0), seen(1)])
    state.save(engine)
    other = Correlator(RULES, [count(3)])
    assert other.restore(state) == {row.name for row in state} - {""}
    assert not other.groups["c"].groups
    assert other.newest == 1


def test_an_alert_names_so_many_of_a_kind_and_keeps_those_that_came_first() -> None:
    many = 3 * MAX_NAMES
    some = [
        Observation("id-a", float(at), f"{at:04}", {}, (f"source:s{at % 2}", f"user:{at:04}", "ip:192.0.2.1"))
        for at in range(many)
    ]
    last = Observation("id-b", float(many), "last", {}, ("source:other", "host:victim"))
    engine = Correlator(RULES, [count(rules=("a", "b"), timespan=many)])
    (*_, one) = engine.feed([*some, last]) + engine.close()
    assert one.entities.user == tuple(f"{at:04}" for at in range(MAX_NAMES))
    assert (one.entities.ip, one.entities.host) == (("192.0.2.1",), ("victim",))
    assert one.sources == ("s0", "s1", "other")
    assert one.shared == Entities()
