"""`./run` where it cannot set up: the advice fits the cause."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
# Root may write everywhere, unless it gives up the right to.
AS_OTHERS = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@pytest.mark.skipif(
    bool(AS_OTHERS) and not shutil.which("setpriv"), reason="root, and no setpriv (util-linux)"
)
@pytest.mark.parametrize("shut", [".", ".venv"])
def test_a_clone_without_write_permission_is_said(shut: str, tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    for name in ("run", "scripts/setup", "uv.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / shut).mkdir(exist_ok=True)
    (tmp_path / shut).chmod(0o555)
    done = subprocess.run(
        [*AS_OTHERS, "./run"], capture_output=True, check=False, cwd=tmp_path, text=True, timeout=60
    )
    (tmp_path / shut).chmod(0o755)
    assert done.returncode == 2
    assert f"{tmp_path}/.venv cannot be written" in done.stderr
    assert "python3-venv" not in done.stderr


@pytest.fixture
def settled(tmp_path: Path) -> Path:
    """Return a clone that is set up; its program writes down what it is asked."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "run", tmp_path / "run")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name, text in (("scripts/setup", "exit 0"), (".venv/bin/tocsin", 'echo "$PWD: $*"; exit 7')):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    ("given", "asked"), [([], "demo"), (["hunt", "a b"], "hunt a b"), (["--version"], "--version")]
)
def test_run_alone_is_the_demo_and_else_the_program(given: list[str], asked: str, settled: Path) -> None:
    done = subprocess.run(
        [settled / "run", *given], capture_output=True, check=False, cwd="/", text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (7, f"{settled}: {asked}\n")


def test_users_get_what_the_demo_needs() -> None:
    assert "--no-dev --extra serve" in (ROOT / "scripts" / "setup").read_text()
