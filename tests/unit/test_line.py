"""The line under hostile routes: values that come ever new make neither lanes nor partitions without end."""

from typing import Any

import pytest

from engines import fast, found_by, load, slow
from tocsin import line
from tocsin.detect.engine import Engine
from tocsin.line import Work
from tocsin.model.event import ABSENT
from tocsin.sources import catalog

JSON = catalog()["generic_json"]
RULES: list[dict[str, Any]] = [
    {"logsource": {"service": "web"}, "detection": {"sel": {"user": "root"}, "condition": "sel"}},
    {"logsource": {}, "detection": {"sel": {"service|startswith": "s7"}, "condition": "sel"}},
    {"logsource": {}, "detection": {"sel": ["rootkit"], "condition": "sel"}},
]


def test_ever_new_services_share_what_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "MAX_LANES", 20)
    rules = load(RULES)
    work = Work(Engine(rules))
    records = [b'{"service":"s%d","user":"root","m":"a rootkit"}' % number for number in range(700)]
    records += [b'{"service":"web","user":"root"}']
    assert found_by(work, JSON, records) == slow(rules, JSON, records)
    assert len(work._lanes) == 20
    assert len(work._general) <= 2
    assert work.engine.counters()["partitions"] <= 22


def test_equal_lists_are_not_the_same_route() -> None:
    rules = load([{"detection": {"sel": {"service": "true"}, "condition": "sel"}}])
    one, other = (b'{"x":{"service":"q"},"service":[%s]}' % value for value in (b"1", b"true"))
    for records in ([one, other], [other, one], [one, other, one]):
        assert fast(rules, JSON, records) == slow(rules, JSON, records)


def test_nothing_is_lost_between_refused_and_kept() -> None:
    work = Work(Engine(load(RULES)), normalised=["user.name"])
    records = [b"{}", b"{", b"[]", b'{"user":"a"}', b"", b"null", b'{"user":1e400}', b'{"user":"\xff"}']
    outcome = work(JSON, records)
    assert sorted([*outcome.rows, *(row for row, _ in outcome.refused)]) == list(range(len(records)))
    assert [row for row, _ in outcome.refused] == [1, 2, 4, 5]
    assert outcome.events == len(outcome.columns["user.name"]) == 4


def test_times_outside_are_let_go() -> None:
    rules = load(RULES)
    work = Work(Engine(rules), keep=lambda times: [time == "now" for time in times])
    records = [
        b'{"@timestamp":"%s","service":"web","user":"root","m":"rootkit"}' % when
        for when in (b"then", b"now")
    ]
    outcome = work(JSON, records)
    assert outcome.events == 1
    assert {signal.row for signal in outcome.signals} == {1}
    assert len(outcome.signals) == 2


def test_an_events_own_time_is_a_column() -> None:
    work = Work(Engine(load(RULES)), normalised=["user.name", "@timestamp"])
    outcome = work(JSON, [b'{"ts":"2026-01-02T03:04:05Z","user":"a"}', b"{}"])
    assert outcome.columns["@timestamp"] == ["2026-01-02T03:04:05Z", ABSENT]


@pytest.mark.parametrize(
    ("source", "record", "detection"),
    [
        ("journald", b'{"__REALTIME_TIMESTAMP":"1","k":{"pod":{"name":"x"}}}', {"k.pod.name": "x"}),
        ("journald", b'{"__REALTIME_TIMESTAMP":"1","k":[{"pod":"y"},{"pod":"x"}]}', {"k.pod": "x"}),
        ("journald", b'{"__REALTIME_TIMESTAMP":"1","k.pod":"x","k":{"pod":"y"}}', {"k.pod": "x"}),
        ("generic_json", b'{"a":1234567890123.12345}', ["123.1235"]),
        ("generic_json", b'{"a":"x\ty"}', {"a": "x\ty"}),
    ],
)
def test_both_engines_find(source: str, record: bytes, detection: object) -> None:
    rules = load([{"detection": {"sel": detection, "condition": "sel"}}])
    found = fast(rules, catalog()[source], [record])
    assert found == slow(rules, catalog()[source], [record])
    assert len(found) == 1
