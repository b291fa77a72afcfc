"""Runs tests/fixtures/correlation.yml: on the engine, in several orders of arrival, and on the definition."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import asdict

from tocsin.correlate import naive
from tocsin.correlate.engine import Correlator
from tocsin.model.observation import Correlated, Observation
from tocsin.sigma.loader import Collection, finish, read_text
from tocsin.sigma.rule import Correlation, Rule

FILE = Path(__file__).parents[2] / "fixtures" / "correlation.yml"
CASES: list[dict[str, Any]] = yaml.safe_load(FILE.read_text())
Way = Callable[[Collection, list[Observation]], list[Correlated]]


def documents(case: dict[str, Any]) -> list[dict[str, Any]]:
    detection = {"logsource": {"category": "test"}, "detection": {"sel": {"a": "b"}, "condition": "sel"}}
    base = [{"title": name, "name": name, **detection} for name in ("failed", "success", "other")]
    sections = case.get("correlations") or {"correlation": case["correlation"]}
    return base + [{"title": name, "name": name, "correlation": one} for name, one in sections.items()]


def collection_of(case: dict[str, Any]) -> Collection:
    collection = Collection()
    for one in read_text(yaml.safe_dump_all(documents(case)).encode(), {}, path=case["name"]):
        assert isinstance(one, Rule | Correlation), one
        collection.add(one)
    finish(collection)
    assert not collection.errors
    return collection


def observations_of(case: dict[str, Any], collection: Collection) -> list[Observation]:
    ids = {rule.meta.name: rule.meta.id for rule in collection.rules}
    found = []
    for number, (time, rule, fields, *own) in enumerate(case["observations"], 1):
        found.append(Observation(ids[rule], float(time), own[0] if own else f"e{number}", fields))
    return found


def at_once(collection: Collection, observations: list[Observation]) -> list[Correlated]:
    engine = Correlator(collection.rules, collection.correlations)
    assert not engine.errors
    return engine.feed(observations) + engine.close()


def one_by_one(collection: Collection, observations: list[Observation]) -> list[Correlated]:
    engine = Correlator(collection.rules, collection.correlations)
    ordered = sorted(observations, key=lambda one: (one.time, one.event))
    return [alert for one in ordered for alert in engine.feed([one])] + engine.close()


def backwards(collection: Collection, observations: list[Observation]) -> list[Correlated]:
    engine = Correlator(collection.rules, collection.correlations, lateness=1000.0)
    ordered = sorted(observations, key=lambda one: (one.time, one.event), reverse=True)
    return [alert for one in ordered for alert in engine.feed([one])] + engine.close()


def defined(collection: Collection, observations: list[Observation]) -> list[Correlated]:
    return naive.correlate(collection.rules, collection.correlations, observations)


@pytest.mark.parametrize("way", [at_once, one_by_one, backwards, defined])
@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(case: dict[str, Any], way: Way) -> None:
    collection = collection_of(case)
    names = {one.meta.id: one.meta.name for one in collection.correlations}
    closed = [one for one in way(collection, observations_of(case, collection)) if one.closed]
    found = [asdict(one) | {"rule": names[one.rule], "events": list(one.events)} for one in closed]
    found.sort(key=lambda one: (one["last"], one["rule"]))
    asked = [
        {name: alert[name] for name in wanted} for alert, wanted in zip(found, case["alerts"], strict=True)
    ]
    assert asked == case["alerts"]


@pytest.mark.parametrize("case", [case for case in CASES if "silent" in case], ids=lambda case: case["name"])
def test_silent(case: dict[str, Any]) -> None:
    collection = collection_of(case)
    names = {rule.meta.id: rule.meta.name for rule in collection.rules}
    engine = Correlator(collection.rules, collection.correlations)
    assert {names[one] for one in engine.silent} == set(case["silent"])


def test_names_are_unique_and_there_are_enough() -> None:
    names = {case["name"] for case in CASES}
    assert len(names) == len(CASES) >= 30
