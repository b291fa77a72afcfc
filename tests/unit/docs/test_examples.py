"""The bundled day: what a hunt finds in it is what the tutorial tells, and nothing else."""

import io
import re
from collections import Counter
from pathlib import Path

import pytest

from docs_pages import ROOT, blocks
from tocsin import __version__
from tocsin.model.match import Match
from tocsin.model.summary import Summary
from tocsin.report import About, load
from tocsin.services.hunt.run import Hunt
from tocsin.services.hunt.setup import Options

TUTORIAL = ROOT / "docs" / "tutorial" / "first-hunt.md"


@pytest.fixture(scope="module")
def told() -> tuple[list[Match], Summary]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        hunt = Hunt(Options(("examples",)))
        return list(hunt.matches()), hunt.summary


def test_every_record_is_understood(told: tuple[list[Match], Summary]) -> None:
    summary = told[1]
    assert summary.rejected == 0
    assert summary.records == summary.events == sum(summary.by_source.values())
    assert summary.warnings == []
    assert set(summary.by_source) == {
        "auditd",
        "cloudtrail",
        "github_audit",
        "kubernetes_audit",
        "linux_auth",
        "web_access",
    }


def test_only_the_attack_matches(told: tuple[list[Match], Summary]) -> None:
    matches = told[0]
    hours = {f"{int(match.time or 0) % 86_400 // 3600:02}" for match in matches}
    assert hours == {"09", "10", "11", "12"}
    assert not [match for match in matches if match.source == "web_access"]
    counted = Counter(match.rule.title for match in matches)
    assert max(counted.values()) <= 2
    assert Counter(match.rule.level for match in matches)["critical"] == 3


def test_the_tutorial_tells_what_matched(told: tuple[list[Match], Summary]) -> None:
    text = TUTORIAL.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d\d:\d\d) \| ([^|]+) \|", text, re.MULTILINE)
    found = {(_clock(match), match.rule.title) for match in told[0]}
    assert len(rows) > 15
    assert [row for row in rows if (row[0], row[1]) not in found] == []


@pytest.mark.parametrize("page", ["README.md", "docs/tutorial/first-hunt.md"])
def test_shown_output_is_real(page: str, told: tuple[list[Match], Summary]) -> None:
    out = io.StringIO()
    about = About(__version__, "Hunt report", ("examples",), 0.0, False)
    load("table").write(out, iter(told[0]), lambda: told[1], about)
    real = {line.rstrip() for line in out.getvalue().splitlines()}
    shown = [block for block in blocks(Path(ROOT / page)) if block.language == "text"]
    lines = [line.rstrip() for block in shown for line in block.text.splitlines() if line.strip()]
    assert lines
    assert [line for line in lines if line not in real] == []


def _clock(match: Match) -> str:
    seconds = int(match.time or 0) % 86_400
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}"
