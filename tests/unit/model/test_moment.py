"""Times of any kind are read, or are none: never an error."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.moment import to_epoch, to_iso


@pytest.mark.parametrize("scale", [1, 10**3, 10**6, 10**9])
def test_numbers_of_any_unit(scale: int) -> None:
    assert to_epoch(1_795_000_000 * scale) == 1_795_000_000
    assert to_epoch(float(1_795_000_000 * scale)) == 1_795_000_000


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-23T07:21:26+99:99",
        "2026-11-23T07:21:26+24:00",
        "2026-11-23T07:21:26-01:60",
        10**20,
        -(10**400),
        int("9" * 400),
        math.inf,
        -math.inf,
        math.nan,
        True,
        None,
        [],
        "9" * 400,
        "x",
        "",
    ],
)
def test_what_is_no_time(value: Any) -> None:
    assert to_epoch(value) is None


@given(
    st.one_of(
        st.integers(), st.integers(-(10**500), 10**500), st.floats(), st.text(), st.booleans(), st.none(),
        st.from_regex(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:?\d\d)?"), st.from_regex(r"\d{5,30}(\.\d+)?"),
    )
)  # fmt: skip
def test_any_value_is_a_time_or_none(value: Any) -> None:
    found = to_epoch(value)
    assert found is None or (math.isfinite(found) and to_iso(found))
