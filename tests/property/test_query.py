"""Searches agree with a slow, obvious reading of the same tree, event by event; and no text does harm."""

import json
import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store_samples import ARRIVED, Filled, event
from tocsin.errors import QueryError
from tocsin.model.columns import NUMBERS
from tocsin.ports.store import Question
from tocsin.store.query.names import TEXTS, resolved
from tocsin.store.query.parser import parse
from tocsin.store.query.sql import lowered
from tocsin.store.query.tree import And, Compare, Exists, Is, Node, Not, Or, Pattern, Text, Within

FEW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WORDS = (
    "Failed",
    "root",
    "a%b",
    "x_y",
    "",
    "été",
    "10.1.2.3",
    "fe80::1",
    "nan",
    "7",
    "-3.5",
    "C:\\x",
    "it's",
    "a\tb",
)


def made(random: Random) -> dict[str, Any]:
    """Return an event of a few names and values, so that searches often find something."""

    def word() -> str:
        return random.choice(WORDS)

    record = json.dumps(
        {"k": word(), "n": random.randrange(9), "deep": {"er": word()}, "a.b": word()}, ensure_ascii=False
    )
    raw = random.choice([record, f"{word()} {word()}-{word()} for {word()}"])
    return event(
        raw,
        source=random.choice(["github_audit", "okta"]),
        user__name=random.choice([*WORDS, None]),
        source__ip=random.choice(["10.1.2.3", "192.168.0.1", "fe80::1", "zz", None]),
        source__port=random.choice([0, 22, 443, None]),
        process__command_line=word(),
    )


EVENTS = [made(Random(number)) for number in range(300)]  # noqa: S311


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    with Filled(tmp_path_factory.mktemp("store")) as filled:
        # Merged, as nearly all parts of a real store are.
        filled.database.run("ALTER TABLE tocsin.events MODIFY SETTING min_bytes_for_wide_part = 0")
        filled.load(EVENTS)
        filled.database.run("OPTIMIZE TABLE tocsin.events FINAL")
        yield filled


def value(one: Mapping[str, Any], name: str) -> str:
    """Return a field's value as text, '' if there is none."""
    name = resolved(name)
    if name in TEXTS or name in NUMBERS:
        found = one.get(name)
        return "" if found is None else found.decode() if isinstance(found, bytes) else str(found)
    try:
        record = json.loads(one["raw"])
    except ValueError:
        return ""
    if not isinstance(record, dict):
        return ""
    if record.get(name, "") != "":
        return as_text(record[name])
    for part in name.split("."):
        record = record.get(part) if isinstance(record, dict) else None
    return as_text(record)


def as_text(found: Any) -> str:
    return (
        found
        if isinstance(found, str)
        else ""
        if found is None
        else json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    )


def fits(text: str, pattern: Pattern) -> bool:
    expression = ".*".join(re.escape(lowered(piece)) for piece in pattern)
    return re.fullmatch(expression, lowered(text), re.DOTALL) is not None


def words(text: str) -> set[bytes]:
    return set(re.findall(rb"[0-9a-z\x80-\xff]+", lowered(text).encode()))


def holds(node: Node, one: Mapping[str, Any]) -> bool:
    match node:
        case And(items):
            return all(holds(item, one) for item in items)
        case Or(items):
            return any(holds(item, one) for item in items)
        case Not(item):
            return not holds(item, one)
    return leaf_holds(node, one)


def leaf_holds(node: Node, one: Mapping[str, Any]) -> bool:
    match node:
        case Text(pattern):
            raw = one["raw"].decode()
            inside = fits(raw, ("", *pattern, ""))
            return inside and (len(pattern) > 1 or words(pattern[0]) <= words(raw))
        case Is(name, pattern):
            return fits(value(one, name), pattern)
        case Exists(name):
            return value(one, name) != ""
        case Compare(name, operator, wanted):
            return compares(value(one, name), operator, float(wanted))
        case Within(name, network):
            try:
                address = ip_address(value(one, name))
            except ValueError:
                return False
            return address.version == network.version and address in network
        case _:
            raise AssertionError(node)


def compares(text: str, operator: str, wanted: float) -> bool:
    try:
        number = float(text)
    except ValueError:
        return False
    return {">": number > wanted, ">=": number >= wanted, "<": number < wanted, "<=": number <= wanted}[
        operator
    ]


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


TEXT_NAMES = st.sampled_from(
    [
        "user",
        "user.name",
        "source",
        "process.command_line",
        "k",
        "n",
        "deep.er",
        "a.b",
        "nothing",
        "ip",
        "raw",
    ]
)
VALUES = st.sampled_from(WORDS) | st.text(max_size=4)
STARRED = st.lists(st.sampled_from(["a", "o", "1", "", "f", "%", "_"]), min_size=2, max_size=3).map("*".join)
NUMBER_TEXTS = st.sampled_from(["0", "22", "7", "-3.5", "443", "1e1"])
LEAVES = st.one_of(
    VALUES.filter(bool).map(quoted),
    STARRED.filter(lambda text: text.strip("*") != ""),
    st.builds(lambda name, text: f"{name}:{quoted(text)}", TEXT_NAMES, VALUES),
    st.builds(lambda name, text: f"{name}:{text}", TEXT_NAMES, STARRED),
    st.builds(lambda name: f"exists:{name}", TEXT_NAMES | st.just("port")),
    st.builds(
        lambda name, operator, number: f"{name}:{operator}{number}",
        st.sampled_from(["port", "n", "k", "user"]),
        st.sampled_from([">", ">=", "<", "<="]),
        NUMBER_TEXTS,
    ),
    st.builds(
        lambda low, high: f"port:[{low} to {high}]",
        st.sampled_from(["*", "0", "22"]),
        st.sampled_from(["*", "443", "22"]),
    ),
    st.sampled_from(
        ["port:0", "port:22", "port:4*", 'port:""', "ip:10.0.0.0/8", "ip:fe80::/10", "ip:192.168.0.1/32"]
    ),
    st.builds(lambda one, two: f"user:({quoted(one)} or not {quoted(two)})", VALUES, VALUES),
)
QUERIES = st.recursive(
    LEAVES,
    lambda inner: st.builds(lambda a, word, b: f"({a}{word}{b})", inner, st.sampled_from([" and ", " or ", " "]), inner)
    | inner.map(lambda one: f"not {one}"),
    max_leaves=6,
)  # fmt: skip


@given(query=QUERIES)
@FEW
def test_a_search_finds_what_the_obvious_reading_finds(store: Filled, query: str) -> None:
    node = parse(query)
    expected = {number for number, one in enumerate(EVENTS) if holds(node, one)}
    found = {row.id.index for page in store.reader.export(Question(query)) for row in page}
    assert found == expected


@given(
    query=st.text(max_size=60)
    | st.lists(
        st.sampled_from([*"()[]\"\\*:<>= ab1./'%{}", " or ", " not ", "port:", "time:>"]), max_size=25
    ).map("".join)
)
@settings(FEW, max_examples=400)
def test_any_text_is_answered_or_refused(store: Filled, query: str) -> None:
    try:
        found = store.reader.count(Question(query))
    except QueryError as error:
        assert "\n  " in str(error)
    else:
        assert 0 <= found <= len(EVENTS)


@given(first=st.integers(0, 5), size=st.integers(20, 400))
@settings(FEW, max_examples=10)
def test_pages_are_all_events_in_order(store: Filled, first: int, size: int) -> None:
    question = Question("port:*" if first else "", until=ARRIVED + 1)
    page = store.reader.search(question, limit=size)
    rows = [*page.rows]
    while page.after:
        page = store.reader.search(question, limit=size, after=page.after)
        rows += page.rows
    order = [(row.time, row.id) for row in rows]
    assert order == sorted(order, reverse=True)
    assert len(set(order)) == len(rows) == store.reader.count(question)
