"""Every shell recipe of the pages is run, in the order of its page, in a folder such as the page talks of."""

import gzip
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from docs_pages import ROOT, Block, blocks, commands, name, own, pages

pytestmark = pytest.mark.e2e

TOCSIN = Path(sys.executable).parent / "tocsin"
EXAMPLES = ROOT / "examples"
WHOAMI = """title: Enumerate All Information With Whoami.EXE
id: 1d2f4c1e-5b3a-4f0e-9c7d-1a2b3c4d5e6f
logsource: {product: windows, category: process_creation}
detection: {selection: {Image|endswith: 'whoami.exe'}, condition: selection}
level: high
"""
PLACEHOLDER = WHOAMI.replace("whoami.exe'", "%Workstations%'").replace("endswith", "endswith|expand")
# Codes are noted where a pipe or `||` would hide them.
WRAPPER = f"""#!/bin/sh
"{TOCSIN}" "$@"
code=$?
echo "$code $*" >> "$NOTES"
exit $code
"""
STANDINS = {"tocsin": WRAPPER, "git": "#!/bin/sh\n", "mail": "#!/bin/sh\ncat > /dev/null\n"}
"""Instead of what would clone from the network or write to somebody."""
LIVE = frozenset(
    [
        "demo",
        "serve",
        "search",
        "channels",
        "alerts",
        "silences",
        "replay",
        "backup",
        "restore",
        "identities",
        "outbox",
        "status",
        "doctor",
    ]
)
"""These need a monitor that runs, or has run: test_first_monitor.py and the tests of each command have one."""


def is_run(block: Block) -> bool:
    """Tell whether a block is a recipe for a desk without a monitor."""
    said = [*commands(block)] if block.language == "sh" else []
    return bool(said) and not any(words.split()[0] in LIVE for words in said)


RECIPES = [page for page in pages() if own(page) and any(is_run(one) for one in blocks(page))]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """Return a folder with what the pages take as given: logs, rules, an event, SigmaHQ's tree, the sources."""
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    for logs in ("logs", "var/log"):
        shutil.copytree(EXAMPLES, tmp_path / logs)
    (tmp_path / "audit.json.gz").write_bytes(
        gzip.compress((EXAMPLES / "kubernetes-audit.ndjson").read_bytes())
    )
    (tmp_path / "event.json").write_bytes((EXAMPLES / "github-audit.ndjson").read_bytes().splitlines()[0])
    (tmp_path / "src").symlink_to(ROOT / "src")
    for path, text in {"rules": WHOAMI, "rules-placeholder": PLACEHOLDER}.items():
        (tmp_path / "sigma" / path).mkdir(parents=True)
        (tmp_path / "sigma" / path / "one.yml").write_text(text)
    (tmp_path / "rules").mkdir()
    for program, text in STANDINS.items():
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / program).write_text(text)
        (tmp_path / "bin" / program).chmod(0o755)
    return tmp_path


def write_down(text: str, desk: Path, last: Path) -> Path:
    """Save a YAML block as its reader would; returns the rule that is being written."""
    keys = set(next(iter(yaml.safe_load_all(text))))
    if "transformations" in keys:
        (desk / "ours.yml").write_text(text)
    elif "detection" in keys:
        slug = re.sub(r"\W+", "*", yaml.safe_load(text)["title"].lower())
        last = next(desk.glob(f"rules/**/{slug}.yml"), desk / "rules" / "a.yml")
        last.write_text(text)
    elif "correlation" in keys:
        last.write_text(f"{last.read_text()}---\n{text}")
    elif "match" in keys:
        last.with_suffix(".tests.yml").write_text(text)
    return last


def run(block: Block, desk: Path) -> tuple[list[tuple[int, str]], str]:
    """Run a block; returns the codes and arguments of its commands, and what was said on standard error."""
    notes = desk / "notes"
    notes.write_text("")
    environment = {
        **os.environ,
        "PATH": f"{desk / 'bin'}:{os.environ['PATH']}",
        "NOTES": str(notes),
        "XDG_CACHE_HOME": str(desk.parent / "cache"),
    }
    done = subprocess.run(
        ["bash", "-c", block.text.replace("/var/log", "var/log")],
        cwd=desk,
        env=environment,
        capture_output=True,
        check=False,
        timeout=300,
        text=True,
    )
    noted = (line.partition(" ") for line in notes.read_text().splitlines())
    return [(int(code), words) for code, _, words in noted], done.stderr


def good(words: str) -> tuple[int, ...]:
    """Return the exit codes that a page's reader may get: matches and verdicts are results, findings are not."""
    return (0, 1) if words.startswith(("hunt", "rules explain event")) else (0,)


def recipes(page: Path, desk: Path) -> Iterator[Block]:
    """Yield the blocks to run; what stands between them is written down on the way."""
    last = desk / "rules" / "a.yml"
    if "rules new" not in page.read_text(encoding="utf-8"):  # the reader has rules, then
        last.write_text(WHOAMI)
    for block in blocks(page):
        if block.language == "yaml":
            last = write_down(block.text, desk, last)
        elif is_run(block):
            yield block


@pytest.mark.parametrize("page", RECIPES, ids=name)
def test_recipes_run(page: Path, desk: Path) -> None:
    for block in recipes(page, desk):
        if block.unrun:
            continue
        if re.search(r"\bjq\b", block.text) and not shutil.which("jq"):
            pytest.skip("jq is not installed")
        noted, said = run(block, desk)
        assert len(noted) == len([*commands(block)]), said
        assert not [(code, words) for code, words in noted if code not in good(words)], said


def test_what_is_not_run_says_why() -> None:
    unrun = {name(page): block.unrun for page in RECIPES for block in blocks(page) if block.unrun}
    assert all(len(reason.split()) > 2 for reason in unrun.values()), unrun
