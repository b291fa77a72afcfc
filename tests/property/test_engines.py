"""The fast engine, from bytes on, says what the obvious one says; whatever the batches, whatever is forgotten."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines import fast, found_by, slow, subject_of
from random_rules import SOURCES, Case
from tocsin import line
from tocsin.detect import engine, field, partition, sieve
from tocsin.detect.engine import Engine
from tocsin.line import Work
from tocsin.sources import json_decode

SEEDS = st.integers(0, 2**48)


def check(case: Case) -> None:
    # Of what the source's parser refuses, the line may make more: it decodes only the fields it wants.
    known = {row for row, record in enumerate(case.records) if subject_of(case.source, record)}
    found = {(row, name) for row, name in fast(case.rules, case.source, case.records) if row in known}
    wanted = slow(case.rules, case.source, case.records)
    for row, name in sorted(found ^ wanted)[:1]:
        rule = next(rule for rule in case.rules if rule.meta.id == name)
        raise AssertionError(f"{case.source.name} {rule.logsource} {rule.conditions} {case.records[row]!r}")


@settings(max_examples=80, deadline=None)
@given(seed=SEEDS)
def test_engines_agree(seed: int) -> None:
    check(Case(seed))


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=2, deadline=None)
@given(seed=SEEDS)
def test_engines_agree_on_every_source(name: str, seed: int) -> None:
    check(Case(seed, name))


@pytest.mark.long
@settings(max_examples=4_000, deadline=None)
@given(seed=SEEDS)
def test_engines_agree_at_length(seed: int) -> None:
    check(Case(seed, size=30))


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set every limit of what is remembered so low that it is passed all the time."""
    monkeypatch.setattr(field.Memo, "SHORT", 2)
    monkeypatch.setattr(field.Memo, "SEEN", 2)
    monkeypatch.setattr(field.Budget.__init__, "__defaults__", (400,))
    monkeypatch.setattr(partition._Verdicts, "LIMIT", 2)
    monkeypatch.setattr(partition, "MAX_CLASSES", 2)
    monkeypatch.setattr(engine, "MAX_PARTITIONS", 1)
    monkeypatch.setattr(sieve, "LIMIT", 2)
    monkeypatch.setattr(sieve, "MAX_PIVOTS", 1)
    monkeypatch.setattr(json_decode, "MAX_HINTS", 1)
    monkeypatch.setattr(line, "MAX_LANES", 1)
    monkeypatch.setattr(line, "WATCH", 3)


@pytest.mark.usefixtures("forgetful")
@pytest.mark.parametrize("name", ["", "generic_json", "windows_flat", "windows_winlogbeat", "syslog"])
def test_forgetting_changes_nothing(name: str) -> None:
    for seed in range(12):
        case = Case(seed, name)
        work = Work(Engine(case.rules))
        wanted = slow(case.rules, case.source, case.records)
        for _ in range(2):  # what was remembered of the first time is used and cleared in the second
            found = found_by(work, case.source, case.records)
            known = {(row, rule) for row, rule in found if subject_of(case.source, case.records[row])}
            assert known == wanted, (seed, case.source.name)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_how_records_are_cut_into_batches_changes_nothing(seed: int) -> None:
    case = Case(seed, size=25)
    whole = found_by(Work(Engine(case.rules)), case.source, case.records)
    work = Work(Engine(case.rules))
    random = Random(seed)  # noqa: S311 (not for secrets)
    pieces = set()
    start = 0
    while start < len(case.records):
        end = start + random.randint(1, 6)
        pieces |= {(start + row, name) for row, name in found_by(work, case.source, case.records[start:end])}
        start = end
    assert pieces == whole


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_the_order_of_records_changes_nothing(seed: int) -> None:
    case = Case(seed, size=25)
    places = list(range(len(case.records)))
    Random(seed).shuffle(places)  # noqa: S311 (not for secrets)
    shuffled = fast(case.rules, case.source, [case.records[place] for place in places])
    assert {(places[row], name) for row, name in shuffled} == fast(case.rules, case.source, case.records)
