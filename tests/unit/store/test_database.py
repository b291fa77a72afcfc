"""What is particular to chDB in a process."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
PROGRAM = """
import os, signal, sys
from pathlib import Path
from tocsin.store.database import Database
database = Database(Path(sys.argv[1]))
database.run("CREATE DATABASE IF NOT EXISTS x")
os.kill(os.getpid(), int(sys.argv[2]))
"""


@pytest.mark.parametrize("crash", [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS])
def test_a_crash_ends_the_process(crash: int, tmp_path: Path) -> None:
    """ChDB would catch it and wait for ever, and the supervisor would see a process that lives."""
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "db"), str(int(crash))]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert done.returncode == -crash, done.stderr
