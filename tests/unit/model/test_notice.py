"""The payload is what its page says, and whatever else stands in its place is no crash."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import DataError
from tocsin.model.notice import Content, Notice, notice, payload

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "notifications.md"
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
KEYS = st.sampled_from([*Notice.__struct_fields__, *Content.__struct_fields__])


def test_the_page_shows_every_field_and_no_other() -> None:
    shown = re.search(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert shown
    example = json.loads(shown[1])
    assert set(example) == set(Notice.__struct_fields__)
    assert set(example["data"]) == set(Content.__struct_fields__)
    assert json.loads(json.dumps(payload(notice(example)))) == example


def test_a_field_of_a_later_version_is_passed_over() -> None:
    example = {
        "type": "alert.new",
        "timestamp": "",
        "later": 1,
        "data": {
            "id": "a",
            "because": "",
            "thread": "a",
            "rule": {"id": "", "title": "", "level": ""},
            "level": "high",
            "why": "",
            "later": 1,
        },
    }
    assert notice(example).data.id == "a"


@given(VALUES | st.dictionaries(KEYS, VALUES | st.dictionaries(KEYS, VALUES)))
def test_whatever_stands_there(value: Any) -> None:
    with pytest.raises(DataError):
        notice(value)
