"""A control database for those who send."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from databases import empty_url, opened
from tocsin.control.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(empty_url("sqlite", tmp_path, None)) as made:
        yield made
