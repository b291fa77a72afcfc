"""Keys of an endless stream."""

from random import Random

from hypothesis import given
from hypothesis import strategies as some

from tocsin.report.top import Top


def test_few_keys_are_counted_exactly_most_urgent_first() -> None:
    top = Top(4)
    for key, rank in [("a", 0), ("b", 0), ("a", 0), ("c", 3), ("b", 0), ("b", 0)]:
        top.add(key, rank)
    assert [(tally.key, tally.count, tally.rank) for tally in top.most(3)] == [
        ("c", 1, 3),
        ("b", 3, 0),
        ("a", 2, 0),
    ]
    assert top.exact


def test_memory_is_bounded_and_urgent_and_frequent_keys_stay() -> None:
    random = Random(1)  # noqa: S311 - the same stream every time
    top = Top(64)
    top.add("intruder", 4)
    for index in range(20_000):
        top.add("busy" if random.random() < 0.1 else f"once-{index}", 1)
    assert len(top) <= 64
    assert not top.exact
    assert [tally.key for tally in top.most(2)] == ["intruder", "busy"]


@given(some.lists(some.sampled_from("abcdefghij"), max_size=200))
def test_no_count_is_too_high(keys: list[str]) -> None:
    top = Top(4)
    for key in keys:
        top.add(key)
    assert all(tally.count <= keys.count(tally.key) for tally in top.most(10))


def test_a_long_key_is_cut() -> None:
    top = Top()
    top.add("x" * 10_000_000)
    assert len(top.most(1)[0].key) == 256
