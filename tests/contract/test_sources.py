"""Every source folder keeps the same promises; adding a folder adds its cases here by itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tocsin.sources
from tocsin.errors import DataError
from tocsin.model.event import ABSENT, Fields, first, get
from tocsin.normalise import identity
from tocsin.ports.source import ANYWHERE, Kind, Route, Source
from tocsin.sources import catalog
from tocsin.sources.moment import to_epoch, to_iso

HERE = Path(tocsin.sources.__file__).parent
SAMPLES = sorted(HERE.glob("*/samples/*"))


def folder_of(source: Source) -> Path:
    return HERE / source.name


def routed(source: Source, fields: Fields) -> Route:
    return source.route(tuple(get(fields, path) for path in source.route_by))


def plain(value: Any) -> Any:
    return None if value is ABSENT else value


def describe(source: Source, record: bytes) -> dict[str, Any]:
    try:
        fields = source.parse(record)
    except DataError as error:
        return {"error": error.reason}
    normalised = {name: first(fields, paths) for name, paths in source.normalised.items()}
    when = to_epoch(first(fields, source.time))
    return {
        "time": None if when is None else to_iso(when),
        "id": plain(first(fields, source.id)),
        "logsources": [str(declared) for declared in routed(source, fields).logsources],
        "normalised": {name: value for name, value in normalised.items() if value is not ABSENT},
        "fields": fields,
    }


@pytest.mark.parametrize("source", catalog().values(), ids=lambda source: source.name)
def test_folder_is_complete(source: Source) -> None:
    assert source.accounts in {"", *identity.KINDS}
    folder = folder_of(source)
    assert (folder / "README.md").read_text().startswith("# ")
    assert list(folder.glob("samples/*"))
    assert source.normalised
    assert source.time


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parent.parent.name}/{path.name}")
def test_sample_gives_the_golden_events(sample: Path, update_golden: bool) -> None:
    source = catalog()[sample.parent.parent.name]
    lines = [line for line in sample.read_bytes().splitlines() if line.strip()]
    got = [describe(source, line) for line in lines]
    golden = sample.parent.parent / "golden" / f"{sample.name}.golden"
    text = b"".join(orjson.dumps(one, option=orjson.OPT_SORT_KEYS) + b"\n" for one in got)
    if update_golden:
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(text)
    assert golden.read_bytes() == text


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parent.parent.name}/{path.name}")
def test_sample_is_recognised_as_its_own_source(sample: Path) -> None:
    lines = [line for line in sample.read_bytes().splitlines() if line.strip()]
    names = [best(line) for line in lines]
    right = sum(name == sample.parent.parent.name for name in names)
    assert right >= 0.9 * len(names), names


def best(line: bytes) -> str:
    try:
        decoded = orjson.loads(line)
    except orjson.JSONDecodeError:
        decoded = None
    fields = decoded if isinstance(decoded, dict) else None
    scores = {name: source.recognise(line, fields) for name, source in catalog().items()}
    return max(scores, key=lambda name: scores[name])


@pytest.mark.parametrize("source", catalog().values(), ids=lambda source: source.name)
@settings(max_examples=60, deadline=None)
@given(record=st.binary(max_size=300))
def test_parse_is_total(source: Source, record: bytes) -> None:
    check_total(source, record)


@pytest.mark.parametrize("source", catalog().values(), ids=lambda source: source.name)
@settings(max_examples=60, deadline=None)
@given(choice=st.integers(0, 10**6), cut=st.integers(0, 2000), junk=st.binary(max_size=8))
def test_parse_is_total_near_real_records(source: Source, choice: int, cut: int, junk: bytes) -> None:
    lines = [
        line
        for path in sorted(folder_of(source).glob("samples/*"))
        for line in path.read_bytes().splitlines()
    ]
    line = lines[choice % len(lines)]
    check_total(source, line[: cut % (len(line) + 1)] + junk + line[cut % (len(line) + 1) + len(junk) :])


def check_total(source: Source, record: bytes) -> None:
    try:
        fields = source.parse(record)
    except DataError as error:
        assert error.reason
        assert len(error.reason) < 60
        return
    assert all(type(name) is str for name in fields)
    if source.kind is Kind.LINE and source.maps != ANYWHERE:  # decoding looks its fields up as plain keys
        assert {name for name, value in fields.items() if isinstance(value, dict)} <= set(source.maps)
    assert isinstance(routed(source, fields), Route)
    assert 0 <= source.recognise(record, fields) <= 100
    orjson.dumps(fields, option=orjson.OPT_NON_STR_KEYS)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats(allow_nan=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("source", catalog().values(), ids=lambda source: source.name)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_hostile_values_in_known_places(source: Source, data: st.DataObject) -> None:
    route = data.draw(st.tuples(*(JSON for _ in source.route_by)))
    assert isinstance(source.route(tuple(route)), Route)
    known = [path for paths in source.normalised.values() for path in paths] + list(source.time)
    fields: Fields = {}
    for path in data.draw(st.lists(st.sampled_from(known), max_size=6)):
        fields[path.split(".")[0]] = data.draw(JSON)
    assert 0 <= source.recognise(orjson.dumps(fields), fields) <= 100
    assert source.normalised
    to_epoch(first(fields, source.time))


def objects() -> Iterator[Fields]:
    for sample in SAMPLES:
        for line in sample.read_bytes().splitlines():
            try:
                record = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue
            if isinstance(record, dict):
                yield record


OBJECTS = list(objects())


@settings(max_examples=600, deadline=None)
@given(data=st.data(), choice=st.integers(0, len(OBJECTS) - 1))
def test_what_a_source_claims_has_one_of_its_marks(data: st.DataObject, choice: int) -> None:
    lost = data.draw(st.sets(st.sampled_from(sorted(OBJECTS[choice]) or [""])))
    fields = {name: value for name, value in OBJECTS[choice].items() if name not in lost}
    record = orjson.dumps(fields)
    for source in catalog().values():
        if source.name != "generic_json" and source.recognise(record, fields) > 0:
            assert any((mark if mark[0] == '"' else f'"{mark}":').encode() in record for mark in source.marks)
