"""JSON documents: each event once, whatever is around it and wherever the blocks end."""

import json
import time
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tocsin.intake import document
from tocsin.intake.document import MAX_DEPTH, objects
from tocsin.intake.lines import Loss, Record


def events(text: str | bytes, size: int = 1 << 20) -> list[Any]:
    """Return each event, decoded, and the reason of each loss."""
    content = text.encode() if isinstance(text, str) else text
    found = objects(iter([content[at : at + size] for at in range(0, len(content), size)]))
    return [orjson.loads(p.content) if isinstance(p, Record) else p.error.reason for p in found]


NOT = "not a JSON object"
CUT = "document cut short"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" \n\t", []),
        ("[]", []),
        ("{}", [{}]),
        ("[{}]", [{}]),
        ('{"a": 1}', [{"a": 1}]),
        ('{"a": {"b": [{"c": 1}]}}', [{"a": {"b": [{"c": 1}]}}]),
        ('[{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}]),
        ('[[{"a": 1}], [{"a": 2}]]', [{"a": 1}, {"a": 2}]),
        ('{"a": 1}{"a": 2}', [{"a": 1}, {"a": 2}]),
        ('{"a": 1},\n{"a": 2},\n', [{"a": 1}, {"a": 2}]),
        ('[{"a": 1}]\n[{"a": 2}]', [{"a": 1}, {"a": 2}]),
        ('{"Records": [{"a": 1}, {"a": {"b": {}}}, {"a": 3}]}', [{"a": 1}, {"a": {"b": {}}}, {"a": 3}]),
        ('{"value": [{"a": 1}], "@odata.nextLink": "x"}', [{"a": 1}]),
        ('{"kind": "List", "metadata": {"x": 1}, "items": [{"a": 1}]}', [{"a": 1}]),
        ('{"items": [{"a": 1}], "metadata": {"x": [{"y": 1}]}}', [{"a": 1}]),
        ('{"records": [{"a": 1}], "tags": [{"x": 1}], "value": [{"a": 2}]}', [{"a": 1}, {"a": 2}]),
        ('{"Records" : [ {"a": 1} ] } {"Records":[{"a": 2}]}', [{"a": 1}, {"a": 2}]),
        ('{"a": {"Records": [{"b": 1}]}}', [{"a": {"Records": [{"b": 1}]}}]),
        ('[{"Records": [{"b": 1}]}]', [{"Records": [{"b": 1}]}]),
        ('{"Records": [{"Records": [{"b": 1}]}]}', [{"Records": [{"b": 1}]}]),
        ('{"Records": []}', [{"Records": []}]),
        ('{"Records": [1, 2]}', [{"Records": [1, 2]}]),
        ('{"records": {"a": [{"b": 1}]}}', [{"records": {"a": [{"b": 1}]}}]),
        ('{"other": [{"a": 1}]}', [{"other": [{"a": 1}]}]),
        ('{"a": "\\"}{][\\\\"}', [{"a": '"}{][\\'}]),
        ('{"a": "Records", "b": [{"c": 1}]}', [{"a": "Records", "b": [{"c": 1}]}]),
        ('{"a": 1} x {"a": 2}', [{"a": 1}, NOT, {"a": 2}]),
        ('[1, {"a": 1}, "x", null]', [1, {"a": 1}, "x", None]),
        ('[1, x, {"a": 1}, tail]', [NOT, {"a": 1}, NOT]),
        ('"just a text"', [NOT]),
        ('{"a": 1} tail', [{"a": 1}, NOT]),
        ('{"a": 1', [CUT]),
        ('[{"a": 1}, {"a":', [{"a": 1}, CUT]),
        ('[{"a": 1}', [{"a": 1}, CUT]),
        ('{"Records": [{"a": 1}, {"b', [{"a": 1}, CUT]),
        ('{"a": "never ends', [CUT]),
        ('{"a": 1}}{"a": 2}', [{"a": 1}, {"a": 2}]),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1 << 20])
def test_events(text: str, found: list[Any], size: int) -> None:
    assert events(text, size) == found


VALUES = st.recursive(
    st.none() | st.integers(0, 9) | st.sampled_from(["", '"', "\\", "{", "}]", "Records", "é\n"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "Records", "items"]), inner, max_size=3)
    ),
    max_leaves=6,
)
EVENTS = st.lists(st.dictionaries(st.sampled_from(["a", "b", "x y"]), VALUES, max_size=3), max_size=4)


@settings(max_examples=60, deadline=None)
@given(
    wanted=EVENTS,
    shape=st.sampled_from(["list", "lines", "joined", "Records", "items"]),
    indent=st.sampled_from([None, 0, 2]),
)
@example(wanted=[{"a": {"Records": [{"a": 1}]}}], shape="list", indent=None)
def test_what_is_written_is_read_at_every_cut(wanted: list[Any], shape: str, indent: int | None) -> None:
    if shape == "list":
        text = json.dumps(wanted, indent=indent)
    elif shape in {"lines", "joined"}:
        text = ("\n" if shape == "lines" else "").join(json.dumps(event, indent=indent) for event in wanted)
    else:
        wanted = wanted or [{}]
        text = json.dumps({"owner": "x", shape: wanted, "more": {"y": 1}}, indent=indent)
    content = text.encode()
    assert events(content) == wanted
    for size in (1, 2, 5):
        assert events(content, size) == wanted
    for cut in range(0, len(content), max(len(content) // 20, 1)):
        found = objects(iter([content[:cut], content[cut:]]))
        assert [orjson.loads(piece.content) for piece in found if isinstance(piece, Record)] == wanted


@given(content=st.text('{}[]":,\\ \n1aRecords', max_size=60).map(str.encode), size=st.integers(1, 60))
def test_any_text_is_read_alike_at_every_cut(content: bytes, size: int) -> None:
    whole = [(type(piece), piece.line) for piece in objects(iter([content]))]
    blocks = [content[at : at + size] for at in range(0, len(content), size)]
    assert [(type(piece), piece.line) for piece in objects(iter(blocks))] == whole


def test_lines_are_those_on_which_events_begin() -> None:
    text = b'\n[\n  {\n"a": 1\n}, {"b": 2},\n\n {"c":\n3} ]\n{"d": 4}'
    for size in (1, 4, 100):
        found = list(objects(iter([text[at : at + size] for at in range(0, len(text), size)])))
        assert [(piece.line, piece.part) for piece in found if isinstance(piece, Record)] == [
            (3, 1),
            (5, 1),
            (7, 1),
            (9, 1),
        ]


def test_events_of_one_line_are_numbered() -> None:
    found = list(objects(iter([b'[{"a":1},{"a":2}', b',{"a":3}]'])))
    assert [(piece.line, piece.part) for piece in found if isinstance(piece, Record)] == [
        (1, 1),
        (1, 2),
        (1, 3),
    ]


def test_an_event_over_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MAX_RECORD", 100)
    text = b'{"a":1}\n{"b":"' + b"x" * 1_000 + b'"}\n{"c":3}\n'
    found = list(objects(iter([text[at : at + 50] for at in range(0, len(text), 50)])))
    assert b'{"a":1}' in [piece.content for piece in found if isinstance(piece, Record)]
    assert found[1].line == 2
    assert isinstance(found[1], Loss)
    assert found[1].error.reason == "record too long"


def test_endless_brackets_take_no_memory() -> None:
    reader = objects(iter([b"[" * 100_000] * 50))
    found = list(reader)
    assert [piece.error.reason for piece in found if isinstance(piece, Loss)] == ["nests too deep"]
    assert events("[" * MAX_DEPTH + "{}" + "]" * MAX_DEPTH) == ["nests too deep"]


def test_endless_rubbish_is_told_a_few_times() -> None:
    found = events('{"a":1} x ' * 5_000)
    assert found.count({"a": 1}) == 5_000
    assert found.count(NOT) == document.MAX_TOLD + 1


def test_the_time_is_linear() -> None:
    def seconds(times: int) -> float:
        block = b'{"a":1},' * 20_000
        began = time.process_time()
        assert sum(1 for _ in objects(iter([b"[", *[block] * times]))) == 20_000 * times + 1
        return time.process_time() - began

    one = min(seconds(1) for _ in range(3))
    assert seconds(4) < 16 * one + 0.2  # generous: four would do
    assert one < 3


def test_an_event_over_the_limit_is_skipped_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MAX_RECORD", 100)
    inner = '{"evil": 1}, [{"evil": 2}], "]}", {"Records": [{"evil": 3}]}'
    huge = '{"b": [' + ('"' + "x" * 300 + '", ' + inner + ", ") * 5 + "0]}"
    for text in (
        f'[{{"a": 1}}, {huge}, {{"c": 3}}]',
        f'{{"a": 1}}\n{huge}\n{{"c": 3}}',
        f'{{"x": {{}}, "Records": [{{"a": 1}}, {huge}, {{"c": 3}}], "y": [{{"z": 1}}]}}',
    ):
        for size in (7, 50, 64):
            assert events(text, size) == [{"a": 1}, "record too long", {"c": 3}]


def test_an_event_that_nests_too_deep_is_skipped_as_a_whole() -> None:
    deep = '{"a": ' + "[" * MAX_DEPTH + '{"evil": "]"}' + "]" * MAX_DEPTH + "}"
    for size in (7, 1_001, 1 << 20):
        assert events(f'[{{"a": 1}}, {deep}, {{"c": 3}}]', size) == [{"a": 1}, "nests too deep", {"c": 3}]
    assert events("[" * MAX_DEPTH * 2 + "]" * MAX_DEPTH * 2 + '{"c": 3}') == ["nests too deep", {"c": 3}]


@pytest.mark.parametrize("filler", [b"\\", b"x", b"["])
@pytest.mark.parametrize("start", [b'{"a": "', b'[{"a": 1}, "', b"[", b'{"a":'])
def test_hostile_filler_takes_little_time_and_memory(start: bytes, filler: bytes) -> None:
    block = filler * ((1 << 20) // len(filler))
    began = time.process_time()
    found = list(objects(iter([start, *[block] * 30])))
    assert len(found) <= 5
    assert time.process_time() - began < 2e-6 * (30 << 20)
