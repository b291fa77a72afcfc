"""Signals in, changes of alerts out."""

from typing import Any

import pytest

from tocsin.alert.bounds import MAX_EVENTS, MAX_FIELDS, MAX_GROUP, MAX_TAGS, MAX_TEXT
from tocsin.alert.grouping import Grouping
from tocsin.alert.stage import Alerting
from tocsin.alert.why import MAX_WHY
from tocsin.errors import ConfigError
from tocsin.model.alert import AlertBatch, AlertChange, Grows, Mute, Muted
from tocsin.model.hidden import HIDDEN
from tocsin.model.match import Entities, Match, MatchedField, RuleRef
from tocsin.model.observation import Correlated
from tocsin.model.place import Place
from tocsin.model.silence import Silence

NOON = 1_795_000_000.0
HERE = Place("signals", 2, 7)
KEY = RuleRef("r1", "Deploy key added", "medium", ("attack.t1098",))
GUESS = RuleRef("c1", "Password guessing", "high")


def match(
    rule: RuleRef = KEY, *, user: str = "eve", time: float | None = NOON, event: str = "e1", **other: object
) -> Match:
    made = {
        "fields": (MatchedField("action", "public_key.create"),),
        "entities": Entities(user=(user,), ip=("192.0.2.1",)),
    }
    fixed = {"source": "github_audit", "event": {}, "attack": (), "file": "", "line": 0}
    return Match(time=time, rule=rule, event_id=event, **{**fixed, **made, **other})  # type: ignore[arg-type]


def guesses(revision: int = 1, **other: object) -> Correlated:
    made = {"group": {"user.name": "root", "port": 22}, "first": NOON - 120, "last": NOON + 60, "value": 12.0}
    fixed = {"events": ("e1", "e2"), "total": 12}
    return Correlated(rule="c1", revision=revision, **{**made, **fixed, **other})  # type: ignore[arg-type]


def changes(*matches: Match, correlated: tuple[Correlated, ...] = (), **settings: object) -> AlertBatch:
    stage = Alerting({"c1": GUESS}, kinds={"user.name": "user"}, **settings)  # type: ignore[arg-type]
    return stage(HERE, NOON + 60, matches, correlated)


def only(batch: AlertBatch) -> AlertChange:
    assert len(batch.changes) == 1
    return batch.changes[0]


def test_a_match_becomes_a_change() -> None:
    one = only(changes(match()))
    assert (one.rule, one.group, one.grows, one.count, one.events) == (
        KEY,
        {"user": "eve"},
        Grows.ADD,
        1,
        ("e1",),
    )
    assert (one.first_seen, one.last_seen, one.arrived) == (NOON, NOON, NOON + 60)
    assert one.why == "Deploy key added: action is public_key.create."
    assert changes(match()).origin == HERE


def test_matches_of_one_rule_and_group_and_window_are_one_change() -> None:
    some = [match(event=f"e{number}", time=NOON + number) for number in range(5)]
    one = only(changes(*some))
    assert (one.count, one.first_seen, one.last_seen) == (5, NOON, NOON + 4)
    assert one.events == ("e0", "e1", "e2", "e3", "e4")
    assert len(changes(match(), match(user="bob"), match(GUESS), match(time=NOON - 7_200)).changes) == 4


def test_a_rotated_address_is_no_other_alert() -> None:
    some = [match(entities=Entities(user=("eve",), ip=(f"192.0.2.{number}",))) for number in range(9)]
    assert only(changes(*some)).entities.ip == tuple(f"192.0.2.{number}" for number in range(9))


def test_accounts_of_one_person_make_one_alert() -> None:
    def of(user: str) -> Match:
        known = Entities(user=(user,), person=("Ada",))
        return match(event=user, entities=known, people=((user, "Ada"),))

    one = only(changes(of("ada-l"), of("ada@example.com")))
    assert (one.group, one.count) == ({"person": "Ada"}, 2)
    assert one.entities == Entities(user=("ada-l", "ada@example.com"), person=("Ada",))


def test_a_rule_may_have_a_grouping_of_its_own() -> None:
    by_address = {"r1": Grouping(by=("ip",), window=60)}
    made = changes(match(), match(user="bob"), match(time=NOON - 60), groupings=by_address)
    assert [one.group for one in made.changes] == [{"ip": "192.0.2.1"}, {"ip": "192.0.2.1"}]


@pytest.mark.parametrize("time", [None, 0.0, NOON + 10**6, float("nan")])
def test_without_a_time_that_can_be_the_arrival_counts(time: float | None) -> None:
    assert only(changes(match(time=time))).first_seen == NOON + 60


def test_a_correlation_becomes_a_state_of_its_series() -> None:
    one = only(changes(correlated=(guesses(3, closed=True),)))
    assert (one.grows, one.series, one.ended, one.count, one.value) == (Grows.REPLACE, 3, True, 12, 12.0)
    assert one.group == {"user.name": "root", "port": "22"}
    assert one.entities == Entities(user=("root",))
    assert one.why == "Password guessing: 12 events within 3 minutes, user.name is root, port is 22."


def test_a_series_has_one_fingerprint_however_it_grows() -> None:
    made = changes(
        correlated=(guesses(), guesses(2, first=NOON - 150), guesses(group={"user.name": "eve", "port": 22}))
    )
    assert [one.fingerprint == made.changes[0].fingerprint for one in made.changes] == [True, True, False]


def silence(**other: object) -> Silence:
    made = {"owner": "alice", "reason": "a drill", "until": NOON + 61, "rules": frozenset({"r1"})}
    return Silence("s1", **{**made, **other})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "silent"),
    [
        (silence(), True),
        (silence(until=NOON + 60), False),
        (silence(rules=frozenset({"r2"})), False),
        (silence(levels=frozenset({"medium", "low"})), True),
        (silence(levels=frozenset({"critical"})), False),
        (silence(rules=frozenset(), entities=frozenset({("user", "eve")})), True),
        (silence(entities=frozenset({("user", "bob")})), False),
        (silence(entities=frozenset({("colour", "eve")})), False),
    ],
)
def test_silences(one: Silence, silent: bool) -> None:
    expected = Mute(Muted.SILENCED, "s1") if silent else None
    assert only(changes(match(), silences=[one])).mute == expected


SPRAY: dict[str, Any] = {
    "entities": Entities(user=("ann", "bob"), ip=("192.0.2.1",), person=("Ann Other",)),
    "shared": Entities(ip=("192.0.2.1",)),
    "sources": ("linux_auth", "okta"),
}


def test_a_correlation_names_what_its_events_name() -> None:
    one = only(changes(correlated=(guesses(**SPRAY),)))
    assert (one.entities, one.sources) == (SPRAY["entities"], SPRAY["sources"])


def test_a_group_stands_for_a_kind_that_no_event_names() -> None:
    assert only(changes(correlated=(guesses(),))).entities == Entities(user=("root",))
    assert only(changes(correlated=(guesses(entities=Entities(host=("h",))),))).entities == Entities(
        user=("root",), host=("h",)
    )


@pytest.mark.parametrize(
    ("entity", "silent"),
    [
        (("ip", "192.0.2.1"), True),
        (("user", "ann"), False),
        (("person", "Ann Other"), False),
        # No event has named a user here that all share: what they are grouped by is one.
        (("user", "root"), True),
    ],
)
def test_a_correlation_is_silenced_if_all_of_its_events_are(entity: tuple[str, str], silent: bool) -> None:
    one = silence(rules=frozenset(), entities=frozenset({entity}))
    found = only(changes(correlated=(guesses(**SPRAY),), silences=[one]))
    assert found.mute == (Mute(Muted.SILENCED, "s1") if silent else None)


def test_one_match_that_nobody_silenced_is_enough() -> None:
    eve = silence(entities=frozenset({("ip", "192.0.2.1")}))
    other = match(entities=Entities(user=("eve",), ip=("192.0.2.9",)))
    assert only(changes(match(), other, silences=[eve])).mute is None


@pytest.mark.parametrize("wrong", [{"owner": " "}, {"reason": ""}, {"rules": frozenset()}])
def test_a_silence_of_everything_or_of_nobody_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="silence s1"):
        silence(**wrong)


def hostile() -> str:
    return "\x00\x1b[2J\u202e\ud800" + "A" * 100_000


def nested() -> list[object]:
    made: list[object] = []
    for _ in range(100_000):
        made = [made]
    return made


def test_hostile_values_are_bounded_and_plain() -> None:
    text = hostile()
    fields = tuple(
        MatchedField(text, value)
        for value in (text, 2**70, nested(), {"a": text}, None, 1.5, True, b"x") * 20
    )
    rule = RuleRef(text, text, "high", (text,) * 500)
    names = tuple(f"{number}{text}" for number in range(500))
    one = only(changes(match(rule, fields=fields, entities=Entities(user=names, host=names), event=text)))
    assert (len(one.fields), len(one.rule.tags)) == (MAX_FIELDS, MAX_TAGS)
    assert len(one.why) <= MAX_WHY
    texts = [
        one.rule.id,
        one.rule.title,
        *one.rule.tags,
        *one.group.values(),
        *one.events,
        *one.entities.user,
    ]
    texts += [field.name for field in one.fields] + [
        field.value for field in one.fields if isinstance(field.value, str)
    ]
    assert max(map(len, texts)) == MAX_TEXT
    assert not any(HIDDEN.search(shown) for shown in [*texts, one.why])
    assert {type(field.value) for field in one.fields} == {str, type(None), float, bool}


def test_hostile_groups_are_bounded_and_plain() -> None:
    group = {f"{number}{hostile()}": hostile() for number in range(100)}
    one = only(
        changes(correlated=(guesses(group=group, events=(hostile(),) * 99 + tuple(map(str, range(99)))),))
    )
    assert (len(one.group), len(one.events)) == (MAX_GROUP, MAX_EVENTS)
    assert not any(HIDDEN.search(shown) for shown in [*one.group, *one.group.values(), *one.events, one.why])
    assert max(map(len, [*one.group, *one.group.values(), *one.events])) == MAX_TEXT
