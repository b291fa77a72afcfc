"""A record that kills does not stop the line. In processes of their own: a worker that tries records has no chDB in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import poison_cases


@pytest.mark.parametrize("case", sorted(poison_cases.CASES))
def test_poison(case: str, tmp_path: Path) -> None:
    paths = os.pathsep.join([str(Path(poison_cases.__file__).parent), *sys.path])
    done = subprocess.run(
        [sys.executable, poison_cases.__file__, case, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
