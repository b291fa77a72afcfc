"""Projected columns hold what model.event.first finds in the whole object; no row is lost on the way."""

from typing import Any

import msgspec
import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from random_rules import SOURCES, Case
from tocsin.detect.engine import Engine
from tocsin.line import Work
from tocsin.model.event import ABSENT, first
from tocsin.sources.projection import Projection

KEYS = ["a", "b", "c", "a.b", "b.c", "a.b.c", "*", "", "é", "f0"]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(-2, 2)
    | st.sampled_from(["", "x", "é", "\0", "1"])
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)
EVENTS = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5)
PATHS = st.lists(st.sampled_from(KEYS), min_size=1, max_size=4).map(".".join)
WANTED = st.lists(st.lists(PATHS, min_size=1, max_size=3).map(tuple), max_size=8)


def typed(value: Any) -> Any:
    """Tell 1, 1.0 and true apart, at any depth."""
    if isinstance(value, list):
        return [typed(inner) for inner in value]
    if isinstance(value, dict):
        return {key: typed(inner) for key, inner in value.items()}
    return type(value), value


@settings(max_examples=80, deadline=None)
@given(events=st.lists(EVENTS, max_size=5), wanted=WANTED)
def test_columns_hold_what_first_finds(events: list[dict[str, Any]], wanted: list[tuple[str, ...]]) -> None:
    projection = Projection(wanted)
    columns = projection.columns([projection.decode(orjson.dumps(event)) for event in events])
    for paths, column in zip(wanted, columns, strict=True):
        assert [typed(value) for value in column] == [typed(first(event, paths)) for event in events], paths


@settings(max_examples=60, deadline=None)
@given(
    record=st.binary(max_size=40) | st.text('{}[]:,"ab\\ue1.-', max_size=30).map(str.encode), wanted=WANTED
)
def test_what_is_decoded_is_an_object(record: bytes, wanted: list[tuple[str, ...]]) -> None:
    projection = Projection(wanted)
    try:
        decoded = projection.decode(record)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return
    assert record.strip()[:1] == b"{"
    assert all(len(column) == 1 for column in projection.columns([decoded]))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**48), name=st.sampled_from(SOURCES))
def test_every_row_is_kept_or_refused(seed: int, name: str) -> None:
    case = Case(seed, name, size=30)
    outcome = Work(Engine(case.rules), normalised=["user.name", "host.name"])(case.source, case.records)
    refused = [row for row, _ in outcome.refused]
    assert sorted(outcome.rows + refused) == list(range(len(case.records)))
    assert all(len(column) == len(outcome.rows) == outcome.events for column in outcome.columns.values())
    for place, row in enumerate(outcome.rows):
        check_columns(case, row, {name: column[place] for name, column in outcome.columns.items()})


def check_columns(case: Case, row: int, found: dict[str, Any]) -> None:
    from engines import subject_of

    subject = subject_of(case.source, case.records[row])
    if subject is None:
        return
    for name, value in found.items():
        wanted = first(subject.fields, tuple(case.source.normalised.get(name, (name,))))
        same = (value is ABSENT and wanted is ABSENT) or close(value, wanted)
        assert same, (name, value, wanted, case.records[row])


def close(value: Any, wanted: Any) -> bool:
    """Whole numbers beyond 64 bits come as they are, where the parser has made floats of them."""
    return bool(value == wanted) or orjson.dumps(wanted) == orjson.dumps(_floats(value))


def _floats(value: Any) -> Any:
    if isinstance(value, list):
        return [_floats(inner) for inner in value]
    if isinstance(value, dict):
        return {key: _floats(inner) for key, inner in value.items()}
    return float(value) if isinstance(value, int) and not -(2**63) <= value < 2**64 else value
