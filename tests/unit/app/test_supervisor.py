"""The supervisor makes room for its roles."""

import subprocess
import sys

FEW = 256
PROGRAM = f"""
import resource
from tocsin.app.supervisor import _raise_files
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, ({FEW}, hard))
_raise_files()
print(*resource.getrlimit(resource.RLIMIT_NOFILE), hard)
"""


def test_roles_may_open_more_files_than_is_usual() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    soft, hard, before = map(int, done.stdout.split())
    assert FEW < soft <= hard == before
