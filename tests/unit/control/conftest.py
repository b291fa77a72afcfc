"""One suite, two databases: whoever asks for `database` runs on both."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from databases import KINDS, empty_url, opened, postgres
from tocsin.control.database import Database


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture(params=KINDS)
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Make URLs of empty databases."""
    kind = request.param
    server = request.getfixturevalue("postgres_server") if kind == "postgresql" else None
    return lambda: empty_url(kind, tmp_path, server)


@pytest.fixture
def database(fresh: Callable[[], str]) -> Iterator[Database]:
    with opened(fresh()) as made:
        yield made
