"""Options and fixtures that all tests share."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import settings

# In CI the same cases every time: what landed stays green. Everywhere else new ones, to find more.
settings.register_profile("ci", derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "data"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite golden files; review the diff")


@pytest.fixture(scope="session")
def update_golden(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--update-golden"))


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that holds corpus/ and sigmahq-rules/, unpacked; skip when they are absent."""
    unpack = SHARED / "unpack"
    if not unpack.exists() or not shutil.which("xz"):
        pytest.skip("the shared corpora are not beside this checkout (../shared/data), or xz is missing")
    done = subprocess.run([str(unpack)], check=True, capture_output=True, text=True)
    return Path(done.stdout.strip())


@pytest.fixture(scope="session")
def corpus(data: Path) -> Path:
    return data / "corpus"


@pytest.fixture(scope="session")
def sigmahq(data: Path) -> Path:
    return data / "sigmahq-rules"
