"""JSON of anything."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from tocsin.model.hidden import HIDDEN
from tocsin.report.encode import text

_TEXT = some.text(some.characters(codec=None, categories=("L", "C", "N", "P", "Z", "S")))
_VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | _TEXT,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=10,
)


@given(_VALUES)
def test_any_value_is_valid_json_with_nothing_hidden(value: Any) -> None:
    made = text(value)
    json.loads(made)
    assert not HIDDEN.search(made)


def test_a_character_beyond_the_first_plane_is_escaped_as_two_units() -> None:
    assert text("\U000e0041") == '"\\udb40\\udc41"'
    assert json.loads(text("a\U000e0041\u202eb")) == "a\U000e0041\u202eb"
    assert text("é") == '"é"'
