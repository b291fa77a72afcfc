"""What a body holds, and how deeply it nests: against slow, obvious versions."""

import gzip
import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.intake.inputs.http.records import read_records
from tocsin.intake.web.checks import MAX_RECORD
from tocsin.intake.web.depth import is_deeper
from tocsin.intake.web.refusing import Refused
from tocsin.intake.web.unpack import CODINGS, FREE_BYTES, MAX_MEMBERS, unpack
from tocsin.ports.input import Refusal

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)
OBJECTS = st.dictionaries(st.text(max_size=4), VALUES, max_size=4)

SHAPES: list[tuple[bytes, list[bytes]]] = [
    (b"{}", [b"{}"]),
    (b"\xef\xbb\xbf{}\r\n", [b"{}"]),
    (b' \n {"a":\n 1}\n ', [b'{"a":\n 1}']),
    (b'{"a": {"b": 1}\n, "c": 2}', [b'{"a": {"b": 1}\n, "c": 2}']),
    (b'{"a":1}\r\n\r\n{"b":2}\r\n', [b'{"a":1}', b'{"b":2}']),
    (b'{"a":1\n{"b":2}', [b'{"a":1', b'{"b":2}']),
    (b'{"a":1}\nnot json\n{"b"', [b'{"a":1}', b"not json", b'{"b"']),
    (b'{"a":"\xff"}\n{}', [b'{"a":"\xff"}', b"{}"]),
    (b"one line", [b"one line"]),
    (b"  indented\n\tline  ", [b"  indented", b"\tline  "]),
    (b'[{"a": 1 }, {"b":\n2} ]', [b'{"a": 1 }', b'{"b":\n2}']),
    (b'\n[{"a":"]"}]\n', [b'{"a":"]"}']),
    (b"type=USER acct=1\x1dUID=0", [b"type=USER acct=1\x1dUID=0"]),
    (b"[error] one\n[error] two", [b"[error] one", b"[error] two"]),
    (b"[2026-11-23 10:00:00] one\n", [b"[2026-11-23 10:00:00] one"]),
    (b'{"Records": [{"a":1}, {"b":[2]}]}', [b'{"a":1}', b'{"b":[2]}']),
    (b'{"records":\n[{"a":1}]\n}', [b'{"a":1}']),
    (b'{"kind":"EventList","apiVersion":"v1","items":[{"a":1},{}]}', [b'{"a":1}', b"{}"]),
    (b'{"Records":[{"a":1}],"more":1}', [b'{"Records":[{"a":1}],"more":1}']),
    (b'{"Records":[1]}', [b'{"Records":[1]}']),
    (b'{"Records":{"a":1}}', [b'{"Records":{"a":1}}']),
    (b'GET /\0 HTTP/1.1\n{"a":1}', [b"GET /\0 HTTP/1.1", b'{"a":1}']),
    (b"\x1b[1mcolour\x1b[0m\n", [b"\x1b[1mcolour\x1b[0m"]),
]


@pytest.mark.parametrize(("body", "expected"), SHAPES)
def test_records_of_a_body(body: bytes, expected: list[bytes]) -> None:
    assert read_records(body, depth=64) == expected


REFUSED = [
    (b'{\n"a":1\n}\n{\n"b":2\n}', "bad_json"),
    (b"[{},]", "bad_json"),
    (b'[{"a":1}] x', "bad_json"),
    (b"[{}, 1]", "not_objects"),
    (b"[[{}]]", "not_objects"),
    (b" [ ] ", "empty"),
    (b"\xef\xbb\xbf", "empty"),
    (b" " * 5000 + b"\n", "empty"),
    (b"\0", "not_text"),
    ('{"a": 1}'.encode("utf-16"), "not_text"),
    (b"\x0b\n", "empty"),
    (b"x" * MAX_RECORD + b"x", "record_too_large"),
    (b"a" + b"\n" * 250_001 + b"{}", "too_many_records"),
    (b"[" + b"{}," * 250_001 + b"{}]", "too_many_records"),
    (b"[" + b"1," * 250_001 + b"1]", "bad_json"),
    (b'[{"a":' + b"[" * 90 + b"]" * 90 + b"}]", "too_deep"),
    (b"[" + b'{"a":' * 100_000, "too_deep"),
]


@pytest.mark.parametrize(("body", "code"), REFUSED, ids=[code for _, code in REFUSED])
def test_bodies_that_are_refused(body: bytes, code: str) -> None:
    with pytest.raises(Refused) as caught:
        read_records(body, depth=64)
    assert json.loads(caught.value.answer.body)["error"]["code"] == code


def test_many_commas_are_not_many_records() -> None:
    body = b"[" + b'{"a":"' + b"," * 300_000 + b'"}]'
    assert read_records(body, depth=64) == [body[1:-1]]


@settings(max_examples=30, deadline=None)
@given(st.lists(OBJECTS, min_size=1, max_size=5), st.sampled_from([None, 1]), st.booleans())
def test_arrays_and_lines_hold_what_was_put_in(made: list[Any], indent: int | None, ascii_only: bool) -> None:
    array = json.dumps(made, indent=indent, ensure_ascii=ascii_only)
    lines = "\n".join(json.dumps(one, ensure_ascii=ascii_only) for one in made)
    for text in (array, lines):
        found = read_records(text.encode("utf-8", "surrogatepass"), depth=64)
        assert [json.loads(one.decode("utf-8", "surrogatepass")) for one in found] == made


@given(st.one_of(st.binary(), st.text(alphabet='{}[]",:\\ \n1a').map(str.encode)))
def test_any_body_gives_records_or_a_refusal(body: bytes) -> None:
    try:
        found = read_records(body, depth=5)
    except Refused:
        return
    assert found
    assert all(one and not one.isspace() and one in body for one in found)


def depth_of(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max((depth_of(one) for one in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((depth_of(one) for one in value), default=0)
    return 0


@given(VALUES, st.integers(1, 6))
def test_depth_agrees_with_the_obvious_one(value: Any, limit: int) -> None:
    assert is_deeper(json.dumps(value).encode(), limit) == (depth_of(value) > limit)


@pytest.mark.parametrize(
    ("record", "deeper"),
    [
        (b'{"a":"' + b"{[" * 99 + b'"}', False),
        (b'{"a":"\\"' + b"{[" * 99 + b'\\\\"}', False),
        (b"{[" * 99, True),
        (b"text {[ " * 99, False),
        (b"[" * (8 << 20), True),
        (b"[" + b"[]," * (2 << 20) + b"[]]", False),
    ],
    ids=range(6),
)
def test_depth_of_what_is_hard(record: bytes, deeper: bool) -> None:
    assert is_deeper(record, 64) == deeper


PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": zstandard.compress,
}


@given(st.sampled_from(list(PACK)), st.lists(st.binary(max_size=3000), min_size=1, max_size=4))
def test_unpacking_gives_what_was_packed(coding: str, parts: list[bytes]) -> None:
    packed = [PACK[coding](part) for part in (parts if coding != "deflate" else parts[:1])]
    whole = b"".join(parts if coding != "deflate" else parts[:1])
    assert unpack(b"".join(packed), coding, most=1 << 20, ratio=200, take=always) == whole
    with pytest.raises(Refused):
        unpack(b"".join(packed)[:-1], coding, most=1 << 20, ratio=200, take=always)


def always(_: int) -> bool:
    return True


@given(
    st.sampled_from(CODINGS[:-1]), st.binary(), st.sampled_from([b"", *(f(b"x" * 99) for f in PACK.values())])
)
def test_any_bytes_unpack_or_are_refused(coding: str, noise: bytes, begin: bytes) -> None:
    for body in (noise, begin + noise, begin[:20] + noise):
        try:
            unpack(body, coding, most=10_000, ratio=200, take=always)
        except Refused as refused:
            assert refused.why in {Refusal.MALFORMED, Refusal.BOMB}


def test_bounds_of_unpacking() -> None:
    body = gzip.compress(b"x" * (FREE_BYTES + 1))
    assert (
        len(unpack(gzip.compress(b"x" * FREE_BYTES), "gzip", most=64 << 20, ratio=2, take=always))
        == FREE_BYTES
    )
    with pytest.raises(Refused) as caught:
        unpack(body, "gzip", most=64 << 20, ratio=2, take=always)
    assert caught.value.why is Refusal.BOMB
    with pytest.raises(Refused) as caught:
        unpack(body, "gzip", most=64 << 20, ratio=10_000, take=lambda _: False)
    assert caught.value.why is Refusal.BUSY


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_members_have_a_bound(coding: str) -> None:
    with pytest.raises(Refused):
        unpack(PACK[coding](b"") * (MAX_MEMBERS + 1), coding, most=1000, ratio=2, take=always)


def wide(log: int) -> zstandard.ZstdCompressionParameters:
    return zstandard.ZstdCompressionParameters(window_log=log, compression_level=1, write_content_size=False)


def test_a_zstd_window_has_a_bound() -> None:
    # Frames that say how large their content is need no window of their own.
    packer = zstandard.ZstdCompressor(compression_params=wide(27)).compressobj()
    packed = packer.compress(b"x" * 100) + packer.flush()
    with pytest.raises(Refused):
        unpack(packed, "zstd", most=1 << 20, ratio=200, take=always)
