"""What an event holds is made plain once, so that it comes through every output and from every process alike."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.report.encode import MAX_DEPTH
from tocsin.services.matching.plain import plain, plain_fields


def nested(levels: int, inner: Any = 1) -> Any:
    for _ in range(levels):
        inner = [inner]
    return inner


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (1, 1),
        ("é\0\u202e", "é\0\u202e"),
        (2**64 - 1, 2**64 - 1),
        (-(2**63), -(2**63)),
        (2**64, "18446744073709551616"),
        (-(2**63) - 1, "-9223372036854775809"),
        (1 << 5_000, hex(1 << 5_000)),
        ("a\ud800b", "a?b"),
        ({"\udc00": ["\udc00", 2**70]}, {"?": ["?", "1180591620717411303424"]}),
        (float("inf"), float("inf")),
        ([True, None, 1.5], [True, None, 1.5]),
        (nested(MAX_DEPTH), nested(MAX_DEPTH)),
        (nested(MAX_DEPTH + 1), nested(MAX_DEPTH, "(nested deeper)")),
        (nested(100_000), nested(MAX_DEPTH, "(nested deeper)")),
    ],
)
def test_values(value: Any, found: Any) -> None:
    assert plain(value) == found
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(plain(value))) == found


def test_what_is_plain_already_is_not_copied() -> None:
    fields = {"a": {"b": [1, "é"]}}
    assert plain_fields(fields) is fields


ODD = st.recursive(
    st.none()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(), max_size=3)
    | st.sampled_from(["\ud800", 2**80]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3) | st.just("\ud800"), inner, max_size=3)
    ),
)


@given(value=ODD)
def test_any_value_can_be_sent_and_is_plain_after_once(value: Any) -> None:
    made = plain(value)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(made)) == made
    assert plain(made) is made
