"""A store in a folder, with a journal to fill it from. Opening chDB takes a second: each is shared by a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store_samples import Filled


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    with Filled(tmp_path_factory.mktemp("store")) as store:
        yield store


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Filled]:
    with Filled(tmp_path) as store:
        yield store
