"""Who and what an event is about, also where hostile events put something else."""

import dataclasses
from typing import Any

import pytest

from tocsin.normalise.entities import MAX_EACH, entities
from tocsin.sources import catalog


def users(value: Any) -> tuple[str, ...]:
    return entities(catalog()["cloudtrail"], {"userIdentity": {"userName": value}}).user


def nested(levels: int) -> Any:
    inner: Any = "ana"
    for _ in range(levels):
        inner = [inner]
    return inner


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("ana", ("ana",)),
        (["bob", "ana", "bob"], ("ana", "bob")),
        ("-", ()),
        (7, ()),
        (None, ()),
        ({"a": "b"}, ()),
        ("x" * 257, ()),
        (nested(100_000), ("ana",)),
        ([f"{number:02}" for number in range(99)], tuple(f"{number:02}" for number in range(MAX_EACH))),
    ],
)
def test_names(value: Any, found: tuple[str, ...]) -> None:
    assert users(value) == found


def test_what_was_read_before_is_not_mixed_up() -> None:
    one = catalog()["cloudtrail"]
    other = dataclasses.replace(one, normalised={"host.name": one.normalised["user.name"]})
    for _ in range(2):
        assert users("ana") == ("ana",)
        assert users(["ana", True, 1]) == ("ana",)
        assert (users(1), users(True), users("1")) == ((), (), ("1",))
        found = entities(other, {"userIdentity": {"userName": "ana"}})
        assert (found.user, found.host) == ((), ("ana",))
