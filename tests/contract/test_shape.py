"""The house keeps its shape: files are pages, and the command line starts light."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
HEAVY = {"rich", "yaml", "orjson", "evtx", "re2", "ahocorasick_rs", "pyarrow", "sigma", "zstandard", "numpy"}


def test_files_are_found() -> None:
    assert len(SOURCES) > 150


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_has_at_most_400_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


def test_half_of_the_files_have_at_most_150_lines() -> None:
    lengths = sorted(len(path.read_text().splitlines()) for path in SOURCES)
    assert lengths[len(lengths) // 2] <= 150


LIVE = {"sqlalchemy", "alembic", "psycopg"}
"""What only the live monitor needs: `pip install tocsin` does not bring it."""


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["--version"],
        ["rules", "--help"],
        ["completions", "bash"],
        ["check", "--help"],
        ["channels", "--help"],
        ["outbox", "--help"],
        ["init", "--help"],
    ],
)
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    assert not imported(words) & (HEAVY | LIVE)


def test_a_hunt_imports_nothing_of_the_live_monitor() -> None:
    loaded = imported(["hunt", str(ROOT / "examples"), "--format", "ndjson", "-q"])
    assert "msgspec" in loaded
    assert not loaded & LIVE


def imported(words: list[str]) -> set[str]:
    """Return the packages that a command has imported when it is done."""
    program = (
        "import sys; from tocsin.cli.main import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.splitlines()[-1].strip("[]").replace("'", "").split(", "))
    assert "tocsin" in loaded
    return loaded


def test_no_file_names_the_host_of_a_package_registry() -> None:
    hosts = [
        "pypi" + ".org",
        "python" + "hosted.org",
        "crates" + ".io/",
        "registry." + "npmjs",
        "repo.maven" + ".apache",
    ]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout
    files = [ROOT / name.decode() for name in listed.split(b"\0") if name]
    if not files:
        pytest.skip("not a git checkout")
    found = [path for path in files if path.is_file() and any(h.encode() in path.read_bytes() for h in hosts)]
    assert found == []
