"""One suite, two databases: whoever asks for `database` runs on both."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from databases import KINDS, copy_of, emptied, empty_url, opened, postgres
from tocsin.control.database import Database


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(request: pytest.FixtureRequest, kind: str) -> str | None:
    return str(request.getfixturevalue("postgres_server")) if kind == "postgresql" else None


@pytest.fixture
def fresh(kind: str, server: str | None, tmp_path: Path) -> Callable[[], str]:
    """Make URLs of empty databases."""
    return lambda: empty_url(kind, tmp_path, server)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str | None], str]:
    """Return the URL of a database of a kind that is up to date, and open nowhere."""
    folder, made = tmp_path_factory.mktemp("migrated"), dict[str, str]()

    def make(kind: str, server: str | None) -> str:
        if kind not in made:
            made[kind] = empty_url(kind, folder, server)
            with opened(made[kind]):
                pass
        return made[kind]

    return make


@pytest.fixture
def database(
    kind: str, server: str | None, tmp_path: Path, migrated: Callable[[str, str | None], str]
) -> Iterator[Database]:
    url = migrated(kind, server)
    with closing(Database(copy_of(url, tmp_path) if kind == "sqlite" else emptied(url))) as made:
        yield made
