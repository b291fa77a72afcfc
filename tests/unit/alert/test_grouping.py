"""Which alert a match belongs to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.alert.grouping import HORIZON, MICROSECOND, Grouping, fingerprint, moment_of
from tocsin.errors import ConfigError
from tocsin.model.match import Entities

NOON = 1_795_000_000.0


def test_a_group_is_made_of_the_kinds_that_are_there() -> None:
    entities = Entities(user=("eve",), ip=("192.0.2.1",), repo=("shop",))
    assert Grouping().group(entities) == {"user": ("eve",), "repo": ("shop",)}


def test_addresses_count_only_when_there_is_nothing_else() -> None:
    assert Grouping().group(Entities(ip=("192.0.2.1",))) == {"ip": ("192.0.2.1",)}
    assert Grouping().group(Entities()) == {}


def test_a_known_user_counts_as_the_person_and_others_as_themselves() -> None:
    github = Entities(user=("ada-l", "zoe"), repo=("shop",), person=("Ada",))
    okta = Entities(user=("ada@example.com", "zoe"), repo=("shop",), person=("Ada",))
    one = Grouping().group(github, (("ada-l", "Ada"),))
    assert one == {"person": ("Ada",), "user": ("zoe",), "repo": ("shop",)}
    assert Grouping().group(okta, (("ada@example.com", "Ada"),)) == one
    alone = Grouping().group(Entities(user=("ada-l",), person=("Ada",)), (("ada-l", "Ada"),))
    assert alone == {"person": ("Ada",)}


def test_fingerprints_of_users_whom_nobody_knows_are_as_they_were() -> None:
    group = Grouping().group(Entities(user=("eve",), host=("web1",)))
    assert fingerprint("rule-1", group) == "b110a67be22646f20affcba45a8d28bb"


@pytest.mark.parametrize("settings", [{"by": ("user", "colour")}, {"window": 0.5}, {"window": HORIZON + 1}])
def test_a_grouping_that_cannot_be_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="alert"):
        Grouping(**settings)  # type: ignore[arg-type]


@given(st.floats(0, 4e9), st.floats(0, 3_599))
def test_windows_stand_still_on_the_clock(moment: float, later: float) -> None:
    begins = Grouping().begin(moment)
    assert begins <= moment * MICROSECOND + 1 < begins + 3_601 * MICROSECOND
    assert Grouping().begin(begins / MICROSECOND + later) == begins


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (None, NOON),
        (NOON - 5, NOON - 5),
        (NOON + 1, NOON),
        (0.0, NOON),
        (NOON - HORIZON, NOON - HORIZON),
        (NOON - HORIZON - 1, NOON),
        (float("nan"), NOON),
        (float("inf"), NOON),
    ],
)
def test_hostile_times_cannot_make_windows(time: float | None, expected: float) -> None:
    assert moment_of(time, NOON) == expected


names = st.text(max_size=3)
groups = st.dictionaries(names, names | st.tuples(names, names) | st.integers() | st.none(), max_size=3)


@given(st.lists(st.tuples(names, groups), min_size=2, max_size=2, unique_by=repr))
def test_other_groups_have_other_fingerprints(both: list[tuple[str, dict[str, object]]]) -> None:
    one, other = (fingerprint(*each) for each in both)
    assert (one == other) == (both[0] == both[1])


def test_the_order_of_names_does_not_count() -> None:
    assert fingerprint("r", {"user": "a", "host": "b"}) == fingerprint("r", {"host": "b", "user": "a"})


def test_long_values_that_begin_alike_are_kept_apart() -> None:
    assert fingerprint("r", {"user": "x" * 9_999 + "a"}) != fingerprint("r", {"user": "x" * 9_999 + "b"})


def test_any_value_has_a_fingerprint() -> None:
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    found = {fingerprint("r", {"user": value}) for value in ("\ud800", b"x", float("nan"), nested, 10**5_000)}
    assert {len(one) for one in found} == {32}
