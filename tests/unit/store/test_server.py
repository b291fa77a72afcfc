"""The store over its socket answers what the reader answers, and bears with anybody who connects."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from http_parts import until
from store_samples import ARRIVED, Filled, event
from tocsin.errors import ConfigError, DeliveryError, QueryError
from tocsin.model.received import EventId
from tocsin.ports.store import Cursor, Question
from tocsin.store import wire
from tocsin.store.client import StoreClient
from tocsin.store.database import EXPORTS, READERS
from tocsin.store.server import Server

MANY = 2_500
LARGE = 4_000


@pytest.fixture(scope="module")
def socket_path(filled: Filled) -> Iterator[Path]:
    filled.load(
        [
            event(f"line {number}", user__name=f"user{number % 3}", time=ARRIVED - number)
            for number in range(MANY)
        ]
    )
    filled.load([event("large " + "x" * 2_000) for _ in range(LARGE)])
    path = filled.folder / "run" / "store.sock"
    server = Server(filled.reader, path)
    yield path
    server.close()
    assert not path.exists()


@pytest.fixture
def client(socket_path: Path) -> StoreClient:
    return StoreClient(socket_path, timeout=30)


def test_answers_are_those_of_the_reader(filled: Filled, client: StoreClient) -> None:
    question = Question("user:user1", since=ARRIVED - 1_000)
    after = Cursor(ARRIVED - 50, EventId(0, 0, 50))
    assert client.search(question, limit=7, after=after) == filled.reader.search(
        question, limit=7, after=after
    )
    assert client.count(question) == filled.reader.count(question) == 334
    assert client.histogram(question, interval=10**6, by="user") == filled.reader.histogram(
        question, interval=10**6, by="user"
    )
    assert client.group(question, ["user", "source"], limit=2) == filled.reader.group(
        question, ["user", "source"], limit=2
    )
    assert client.get(EventId(0, 0, 3)) == filled.reader.get(EventId(0, 0, 3)) is not None
    assert client.get(EventId(9, 9, 9)) is None
    assert client.rows(0, 1) == MANY
    assert client.rows(0, 0) == 0
    assert client.rows(0, 1, 1) == 0
    assert client.freshness() == filled.reader.freshness()


def test_an_export_has_every_event_once(client: StoreClient) -> None:
    pages = list(client.export(Question("line")))
    assert len({row.id for page in pages for row in page}) == sum(map(len, pages)) == MANY
    assert len(pages) > 1
    assert sum(map(len, client.export(Question(), limit=10))) == 10


def test_an_export_can_be_left_early_often(client: StoreClient) -> None:
    for _ in range(10):
        pages = client.export(Question())
        next(pages)
        pages.close()
    assert client.count(Question("line")) == MANY


@contextmanager
def stuck(path: Path, count: int) -> Iterator[list[socket.socket]]:
    """Ask for exports, and take nothing but the beginning of each."""
    with ExitStack() as stack:
        asked = [stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(count)]
        for connection in asked:
            connection.settimeout(30)
            connection.connect(str(path))
            wire.send(connection, wire.encode(wire.Export(Question(), None)))
            assert connection.recv(1)
        yield asked


def test_a_search_is_answered_beside_exports_that_nobody_reads(
    socket_path: Path, client: StoreClient
) -> None:
    with stuck(socket_path, EXPORTS) as exports:
        with socket.socket(socket.AF_UNIX) as one_too_many:
            one_too_many.connect(str(socket_path))
            wire.send(one_too_many, wire.encode(wire.Export(Question(), None)))
            for _ in range(READERS):
                assert client.count(Question("line")) == MANY
                assert len(client.search(Question(), limit=5).rows) == 5
        for connection in exports:
            connection.close()
    assert sum(map(len, client.export(Question("line")))) == MANY


def test_an_export_beside_too_many_others_is_told_to_try_again(filled: Filled) -> None:
    with ExitStack() as stack:
        for _ in range(EXPORTS):
            next(stack.enter_context(closing(filled.reader.export(Question()))))
        with pytest.raises(DeliveryError, match="busy with 2 other exports") as refused:
            next(filled.database.stream("SELECT 1", {}, "readonly = 1", 1, patience=0))
        assert refused.value.retryable
        filled.reader.count(Question())
    assert sum(map(len, filled.reader.export(Question("line")))) == MANY


def test_an_export_that_is_not_taken_is_cut_off_and_never_looks_whole(filled: Filled, tmp_path: Path) -> None:
    path = tmp_path / "s"
    with closing(Server(filled.reader, path, taken=0.2, page_seconds=0.1)) as server:
        hurried = StoreClient(path, timeout=30)
        export = hurried.export(Question("large"))
        got = len(next(export))
        until(lambda: server.cut == 1)
        with pytest.raises(DeliveryError, match="broke off before its end"):
            got += sum(map(len, export))
        assert got < LARGE
        # Who reads has all, and all readers are there again.
        for _ in range(EXPORTS + 1):
            assert sum(map(len, hurried.export(Question("large")))) == LARGE
        assert server.cut == 1


def test_an_export_that_is_taken_drop_by_drop_is_cut_off(filled: Filled, tmp_path: Path) -> None:
    path = tmp_path / "s"
    with (
        closing(Server(filled.reader, path, taken=0.3, page_seconds=0.0)) as server,
        stuck(path, 1) as (one,),
    ):
        while one.recv(1):
            pass
        assert server.cut == 1


def test_a_question_that_cannot_be_understood_is_the_askers_mistake(client: StoreClient) -> None:
    with pytest.raises(QueryError, match="not closed"):
        client.count(Question("(a"))
    with pytest.raises(QueryError, match="1 to 4 fields"):
        client.group(Question(), [])


def test_only_this_user_may_connect(socket_path: Path) -> None:
    assert socket_path.stat().st_mode & 0o777 == 0o600


def test_no_store_is_a_delivery_error(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="no store answers here"):
        StoreClient(tmp_path / "store.sock").freshness()


def test_a_path_that_is_too_long_is_refused(filled: Filled, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="shorter data folder"):
        Server(filled.reader, tmp_path / ("x" * 100) / "store.sock")


def test_many_ask_at_once_while_events_are_inserted(filled: Filled, client: StoreClient) -> None:
    counts: list[int] = []
    threads = [
        threading.Thread(target=lambda: counts.extend(client.count(Question("line")) for _ in range(20)))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for _ in range(5):
        filled.load([event("other")])
    for thread in threads:
        thread.join()
    assert counts == [MANY] * 120


@given(content=st.binary(max_size=200))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_no_request_is_refused(socket_path: Path, content: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(socket_path))
        wire.send(connection, content)
        message = wire.receive(connection, wire.MAX_RESPONSE)
        assert message is not None
        assert isinstance(wire.response.decode(message), wire.Refused)


def test_a_request_that_is_too_long_ends_the_connection(socket_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(socket_path))
        connection.sendall(struct.pack(">I", wire.MAX_REQUEST + 1))
        assert wire.receive(connection, wire.MAX_RESPONSE) is None
