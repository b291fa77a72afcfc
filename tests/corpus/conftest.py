"""SigmaHQ's rules, loaded once."""

from pathlib import Path

import pytest

from tocsin.sigma.loader import Collection, load


@pytest.fixture(scope="session")
def sigmahq_rules(sigmahq: Path) -> Collection:
    return load([sigmahq])
