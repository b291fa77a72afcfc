"""One record, one JSON object: what is merely odd is mended, what is no JSON is refused with a reason."""

import pytest

from tocsin.errors import DataError
from tocsin.sources.json_record import MAX_BYTES, parse_object


@pytest.mark.parametrize(
    ("record", "fields"),
    [
        (b"{}", {}),
        (b' {"a": 1} ', {"a": 1}),
        (b'{"a":"\xff\xfe"}', {"a": "\ufffd\ufffd"}),
        (b'{"\xff":1}', {"\ufffd": 1}),
        (rb'{"a":"x\ud800y\udc00"}', {"a": "x\ufffdy\ufffd"}),
        (rb'{"a":"\ud83d\ude00\ud83d"}', {"a": "\U0001f600\ufffd"}),
        (rb'{"a":"\\ud800","b":"\ud800"}', {"a": "\\ud800", "b": "\ufffd"}),
        (b'{"a":1e400,"b":-1e400,"c":1.5}', {"a": "1e400", "b": "-1e400", "c": 1.5}),
        (
            b'{"a":1e400,"b":18446744073709551615,"c":18446744073709551616}',
            {"a": "1e400", "b": 2**64 - 1, "c": 2.0**64},
        ),
        (b'{"a":' + b"9" * 5000 + b"}", {"a": "9" * 5000}),
        (b'{"a":1,"a":2}', {"a": 2}),
        (b'{"a":"x\ty\x01"}', {"a": "x\ty\x01"}),
    ],
)
def test_objects(record: bytes, fields: dict[str, object]) -> None:
    found = parse_object(record)
    assert found == fields
    assert list(map(type, found.values())) == list(map(type, fields.values()))


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b'{"a":1}{"b":2}', "not JSON"),
        (b'{"a":01}', "not JSON"),
        (b'{"a":1e400', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"a":1e400,"b":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "not JSON"),
        (b"[1]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'"' + b"a" * MAX_BYTES + b'"', "record too long"),
    ],
)
def test_refused(record: bytes, reason: str) -> None:
    with pytest.raises(DataError) as caught:
        parse_object(record)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("text", "value"),
    [(b"NaN", "NaN"), (b"-Infinity", "-Infinity"), (b"1e400", "1e400"), (b"7", 7), (b"1e2", 100.0)],
)
def test_odd_numbers_hide_no_event(text: bytes, value: object) -> None:
    record = b'{"actor":"ana","odd":NaN,"number":' + text + b"}"
    assert parse_object(record) == {"actor": "ana", "odd": "NaN", "number": value}
