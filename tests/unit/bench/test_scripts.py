"""Each benchmark runs from end to end on a little of its input; what it measures then means nothing."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS = (
    "load", "otrf", "small", "scaling", "memory", "rsigma", "chdb_insert", "redos", "journal",
    "live", "live_kills", "live_soak", "live_search", "fuzz",
)  # fmt: skip


def rsigma() -> Path:
    return Path(os.environ.get("RSIGMA_ROOT") or ROOT / "out" / "rsigma") / "bin" / "rsigma"


def missing(name: str) -> str:
    """Say what a script needs and is not here; the benchmark itself would build or ask for it."""
    if name == "rsigma" and not (rsigma().exists() and shutil.which("taskset")):
        return "RSigma is not built"
    if name == "chdb_insert" and importlib.util.find_spec("chdb") is None:
        return "chdb is not installed"
    return ""


@pytest.mark.e2e
@pytest.mark.slow
@pytest.mark.corpus
@pytest.mark.bench
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_measures_and_reports(name: str, data: Path) -> None:
    assert data.is_dir()
    if why := missing(name):
        pytest.skip(why)
    command = [sys.executable, str(ROOT / "bench" / f"{name}.py"), "--tiny"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.startswith("## ")
    assert f"`bench/{name}.py --tiny`" in done.stdout
    rows = [line for line in done.stdout.splitlines() if line.startswith("| ")]
    assert len(rows) > 2


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_has_its_place_in_the_page(name: str) -> None:
    page = (ROOT / "docs" / "benchmarks.md").read_text()
    assert page.count(f"<!-- {name} -->") == page.count(f"<!-- /{name} -->") == 1
    assert f"bench/{name}.py" in page


def test_made_up_events_are_the_same_every_time_and_of_their_source() -> None:
    program = (
        "from events import KINDS, made; from tocsin.sources.recognise import recognise\n"
        "for name in KINDS:\n"
        "    events = list(made(name, 300))\n"
        "    assert events == list(made(name, 300)) != list(made(name, 300, seed=2))\n"
        "    assert {getattr(recognise(event), 'name', None) for event in events} == {name}\n"
        "    assert len(set(events)) > 290\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT / "bench")
