"""The cases of tests/fixtures, through both engines: each event alone, and all in one batch."""

from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from engines import fast, load, slow
from tocsin.ports.source import Kind
from tocsin.sources import catalog

FIXTURES = Path(__file__).parents[2] / "fixtures"
FILES = ("logic", "modifiers", "values", "keywords", "lists")
CASES: list[tuple[str, dict[str, Any]]] = [
    (f"{name}/{case['name']}", case)
    for name in FILES
    for case in yaml.load((FIXTURES / f"{name}.yml").read_bytes(), Loader=yaml.CSafeLoader)
]
KEYS = {"name", "rule", "also", "source", "placeholders", "match", "no_match"}


def record_of(event: Any) -> bytes:
    """An event as a map is written as JSON; a text is the record itself."""
    return event.encode() if isinstance(event, str) else orjson.dumps(event)


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES])
def test_case(case: dict[str, Any]) -> None:
    rules = load([case["rule"], *case.get("also", [])], case.get("placeholders"))
    source = catalog()[case.get("source", "generic_json")]
    records = [record_of(event) for key in ("match", "no_match") for event in case.get(key, [])]
    wanted = [number < len(case.get("match", [])) for number in range(len(records))]
    for engine in (fast, slow):
        together = engine(rules, source, records)
        assert [(row, rules[0].meta.id) in together for row in range(len(records))] == wanted, engine
        alone = [bool(engine(rules[:1], source, [record])) for record in records]
        assert alone == wanted, engine


def test_cases_are_many_well_formed_and_named_once() -> None:
    assert len(CASES) == len({name for name, _ in CASES}) >= 150
    for name, case in CASES:
        events = [*case.get("match", []), *case.get("no_match", [])]
        assert set(case) <= KEYS, name
        assert events, name
        source = catalog()[case.get("source", "generic_json")]
        assert source.kind is Kind.JSON or all(isinstance(event, str) for event in events), name
