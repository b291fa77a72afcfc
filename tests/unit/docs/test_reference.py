"""Generated pages are in step with the code, and so are the samples with the script that makes them."""

import gzip
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from docs_pages import ROOT, blocks, name, own, pages
from tocsin.cli import main as cli
from tocsin.control.verify import Breach
from tocsin.model.alert import Alert, Muted, Status, Told, Verdict
from tocsin.services.rules_lint import lint_rules
from tocsin.services.rules_test import read_cases

REFERENCE = ROOT / "docs" / "reference"


def made_by(script: str, folder: Path) -> dict[str, bytes]:
    subprocess.run([sys.executable, ROOT / "scripts" / script, folder], check=True, cwd=ROOT)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_reference_pages_are_in_step(tmp_path: Path) -> None:
    made = made_by("docs", tmp_path)
    assert set(made) == {"cli.md", "config.md", "limits.md", "packs.md", "sources.md"}
    stale = [page for page, content in made.items() if (REFERENCE / page).read_bytes() != content]
    assert not stale, "run: .venv/bin/python scripts/docs"


NO_LIMITS = {
    "_TAR_AT": "where a tar archive says what it is",
    "containers._HEAD": "so much tells every container; what is packed in it is not bounded by it",
    "_QUOTE": "a character",
    "_PR_SET_PDEATHSIG": "a number of the kernel's",
    "_LONGEST_STAMP": "longer texts are read all the same, and not remembered",
}


def numbers_of(*folders: str) -> Iterator[tuple[Path, str]]:
    """Yield the constants of modules that are numbers."""
    for path in (
        path for folder in folders for path in sorted((ROOT / "src" / "tocsin" / folder).glob("*.py"))
    ):
        module = import_module(".".join(path.relative_to(ROOT / "src").with_suffix("").parts))
        named = re.findall(r"^(_?[A-Z][A-Z_]+) = ", path.read_text(encoding="utf-8"), re.MULTILINE)
        yield from ((path, one) for one in named if type(getattr(module, one)) in (int, float))


def test_limits_of_reading_and_of_the_hunt_are_all_told() -> None:
    text = (REFERENCE / "limits.md").read_text(encoding="utf-8")
    found = list(numbers_of("intake", "services/hunt"))
    assert len(found) > 20
    untold = [
        f"{path.stem}.{one}"
        for path, one in found
        if f"[`{one}`](../../{path.relative_to(ROOT).as_posix()})" not in text
        and not {one, f"{path.stem}.{one}"} & set(NO_LIMITS)
    ]
    assert not untold, "add them to scripts/reference/limits.py, or say in NO_LIMITS why they bound nothing"


def test_examples_are_in_step(tmp_path: Path) -> None:
    made = made_by("examples", tmp_path)
    kept = {path.name: path.read_bytes() for path in (ROOT / "examples").iterdir()}
    assert set(made) == set(kept)
    # How small gzip makes it may differ between versions of zlib; what is in it may not.
    plain = gzip.decompress
    assert plain(made.pop("cloudtrail.json.gz")) == plain(kept.pop("cloudtrail.json.gz"))
    assert made == kept, "run: .venv/bin/python scripts/examples"


def test_exit_codes_are_those_of_the_code() -> None:
    text = (REFERENCE / "exit-codes.md").read_text(encoding="utf-8")
    codes = (cli.OK, cli.FINDINGS, cli.USAGE, cli.UNAVAILABLE)
    assert codes == (0, 1, 2, 3)
    assert all(f"\n| {code} | " in text for code in codes)


def test_all_of_an_alert_is_explained() -> None:
    text = (REFERENCE / "alerts.md").read_text(encoding="utf-8")
    words = {
        name for line in text.splitlines() if line.startswith("| `") for name in re.findall(r"`(\w+)`", line)
    }
    told = {one.name for kind in (Told, Muted, Breach) for one in kind}
    assert {*Alert.__struct_fields__, *told} <= words
    assert ", ".join(one.value for one in Status) in text
    assert ", ".join(one.value for one in Verdict) in text


def documents(page: Path, *keys: str) -> list[str]:
    """Return the YAML blocks of a page that have one of these keys at their top."""
    texts = [block.text for block in blocks(page) if block.language == "yaml"]
    return [text for text in texts if set(keys) & set(yaml.safe_load(text))]


HAND_WRITTEN = [page for page in pages() if own(page)]


@pytest.mark.parametrize("page", HAND_WRITTEN, ids=name)
def test_rules_in_the_pages_lint_clean(page: Path, tmp_path: Path) -> None:
    for number, text in enumerate(documents(page, "detection", "correlation", "filter")):
        (tmp_path / f"rule_{number}.yml").write_text(text, encoding="utf-8")
    report = lint_rules([tmp_path], ignore=["TS141", "TS605"])  # shown alone, a filter's rules are not there
    assert not [f"{one.code} {one.message}" for one in report.findings]


@pytest.mark.parametrize("page", HAND_WRITTEN, ids=name)
def test_tests_files_in_the_pages_are_read(page: Path, tmp_path: Path) -> None:
    for text in documents(page, "source"):
        (tmp_path / "a.tests.yml").write_text(text, encoding="utf-8")
        assert list(read_cases(tmp_path / "a.tests.yml"))
