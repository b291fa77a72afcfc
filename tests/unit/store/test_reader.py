"""Counting, grouping, bounds; what searches find is in tests/property/test_query.py."""

from contextlib import ExitStack

import pytest

from store_samples import ARRIVED, Filled, event
from tocsin.errors import DeliveryError, QueryError
from tocsin.ports.store import Bar, Group, Histogram, Question
from tocsin.store.database import READERS
from tocsin.store.reader import INTERVALS, MAX_ANSWER, Reader

SECOND = 1_000_000
START = ARRIVED - 1_000 * SECOND


@pytest.fixture(scope="module")
def reader(filled: Filled) -> Reader:
    filled.load(
        [
            event(
                f'{{"kind": "k{number % 2}"}}',
                user__name="Al" if number % 4 else "",
                time=START + number * 30 * SECOND,
            )
            for number in range(20)
        ]
    )
    return filled.reader


def test_a_histogram_counts_by_interval(reader: Reader) -> None:
    question = Question(since=START, until=START + 120 * SECOND)
    minute = 60 * SECOND
    bars = tuple(Bar(start, "", 2) for start in (START, START + minute))
    assert reader.histogram(question, interval=minute) == Histogram(minute, bars)
    with pytest.raises(QueryError, match="a second at least"):
        reader.histogram(question, interval=1)


def test_a_histogram_chooses_its_interval(reader: Reader) -> None:
    assert reader.histogram(Question()).interval == INTERVALS[2]
    assert reader.histogram(Question("user:nobody")) == Histogram(INTERVALS[0], ())


def test_a_histogram_by_a_field(reader: Reader) -> None:
    found = reader.histogram(Question(), interval=86_400 * SECOND, by="user")
    assert sorted((bar.value, bar.count) for bar in found.bars) == [("", 5), ("al", 15)]


def test_groups_are_counted(reader: Reader) -> None:
    assert reader.group(Question(), ["user", "kind"]) == (
        Group(("Al", "k1"), 10),
        Group(("", "k0"), 5),
        Group(("Al", "k0"), 5),
    )
    assert reader.group(Question(), ["kind"], limit=1) == (Group(("k0",), 10),)


@pytest.mark.parametrize("by", [[], ["a"] * 5, [""], ["x" * 300], ["a\ud800"]])
def test_fields_to_group_by_are_bounded(reader: Reader, by: list[str]) -> None:
    with pytest.raises(QueryError):
        reader.group(Question(), by)


@pytest.mark.parametrize(
    "query", ["x" * 5_000, "(" * 40, " ".join(["a"] * 300), "not " * 50 + "a", "a\ud800"]
)
def test_queries_are_bounded(reader: Reader, query: str) -> None:
    with pytest.raises(QueryError):
        reader.count(Question(query))


def test_memory_is_bounded(filled: Filled, reader: Reader) -> None:
    with pytest.raises(DeliveryError, match="not enough memory"):
        Reader(filled.database, query_memory=1).group(Question(), ["user"])


def test_time_is_bounded(filled: Filled, reader: Reader) -> None:
    filled.load([event("word " * 2_000)] * 5_000)
    with pytest.raises(DeliveryError, match="takes too long"):
        Reader(filled.database, query_time=0.000_001).count(Question("wor*x*y*z"))


def test_an_answer_that_breaks_off_leaves_nothing_in_the_next(filled: Filled) -> None:
    filled.load([event("{}") for _ in range(2_000)])
    for _ in range(READERS):
        one = Reader(filled.database)
        one._bounds = one._bounds.replace(f"max_result_bytes = {MAX_ANSWER}", "max_result_bytes = 1000")
        with pytest.raises(DeliveryError, match="too large"):
            one.search(Question(), limit=1_000)
        assert filled.reader.count(Question("nosuchword")) == 0
        export = filled.reader.export(Question())
        next(export)
        export.close()
        assert filled.reader.count(Question("nosuchword")) == 0


def test_how_much_there_is_costs_the_same_however_much_there_is(filled: Filled) -> None:
    one = Reader(filled.database)
    before = one.freshness().rows
    filled.load([event("{}") for _ in range(500)])
    one._bounds += ", max_rows_to_read = 100"
    assert one.freshness().rows == before + 500


def test_how_much_there_is_can_wait_for_questions_of_people(filled: Filled) -> None:
    with ExitStack() as stack:
        for _ in range(READERS):
            stack.enter_context(filled.database._reader())
        with pytest.raises(DeliveryError, match="busy"):
            filled.reader.freshness(patience=0)
    assert filled.reader.freshness(patience=0).rows
