"""What several tests of real processes need."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from databases import KINDS, empty_url, postgres


@pytest.fixture(params=KINDS)
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Return two empty databases of a kind."""
    if request.param == "sqlite":
        yield empty_url("sqlite", tmp_path, None), empty_url("sqlite", tmp_path, None)
        return
    with postgres() as server:
        yield empty_url("postgresql", tmp_path, server), empty_url("postgresql", tmp_path, server)
