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
