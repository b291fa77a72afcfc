"""The public rules: none stops the linter, and no warning fires on many of them."""

import time
from collections import Counter
from pathlib import Path

import pytest

from tocsin.sigma.lint.check import catalog
from tocsin.sigma.lint.finding import Severity
from tocsin.sigma.lint.fix import fix, meaning
from tocsin.sigma.lint.known import Known
from tocsin.sigma.lint.run import Linter
from tocsin.sigma.loader import rule_files

pytestmark = pytest.mark.corpus


def test_public_rules_are_linted_with_sensible_numbers(sigmahq: Path) -> None:
    files = [(str(path), path.read_bytes()) for path in rule_files([sigmahq])]
    before = time.process_time()
    report = Linter(catalog().values(), Known()).lint(files)
    assert time.process_time() - before < 30
    assert report.files == len(files) >= 3780
    assert report.count(Severity.ERROR) == 0
    found = Counter(one.code for one in report.findings if one.severity is Severity.WARNING)
    noisy = {code: count for code, count in found.items() if count > 0.01 * len(files)}
    assert not noisy, "public rules are well kept: a warning that fires on many of them is wrong"


def test_fixes_of_public_rules_keep_their_meaning(sigmahq: Path) -> None:
    linter = Linter(catalog().values(), Known())
    files = {str(path): path.read_bytes() for path in rule_files([sigmahq])}
    wanted = {one.path for one in linter.lint(files.items()).findings if one.fixable}
    assert wanted
    for path in wanted:
        fixed = fix(path, files[path], linter)
        assert fixed != files[path]
        assert meaning(fixed.decode()) == meaning(files[path].decode())
        assert fix(path, fixed, linter) == fixed
