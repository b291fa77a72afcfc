"""SigmaHQ's whole set loads; its expressions are linear, and found by RE2 where Python finds them."""

import re
import warnings
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from recordings import logs, records
from tocsin.detect.values import fold, texts_in
from tocsin.errors import DataError
from tocsin.sigma.loader import Collection, load
from tocsin.sigma.modifiers import NeedsPlaceholderError
from tocsin.sigma.regex import required_literal, searcher
from tocsin.sigma.tree import Regex, leaves

pytestmark = pytest.mark.corpus

FILES, PLACEHOLDERS = 3_780, 25


def test_every_file_loads(sigmahq_rules: Collection) -> None:
    assert sigmahq_rules.files == FILES
    assert sigmahq_rules.errors == []
    assert len(sigmahq_rules.rules) == FILES - PLACEHOLDERS
    assert not sigmahq_rules.correlations
    assert not sigmahq_rules.filters


def test_only_rules_with_placeholders_wait(sigmahq_rules: Collection) -> None:
    assert len(sigmahq_rules.waiting) == PLACEHOLDERS
    for error in sigmahq_rules.waiting:
        assert isinstance(error, NeedsPlaceholderError)
        lines = Path(error.path).read_text(encoding="utf-8").splitlines()
        # In a list of maps, it is the line of the list.
        assert "|expand" in "".join(lines[error.line - 1 : error.line + 4]), (error.path, error.line)


def test_rules_with_placeholders_load_with_values(sigmahq_rules: Collection) -> None:
    paths = [Path(error.path) for error in sigmahq_rules.waiting]
    names = {name for path in paths for name in re.findall(r"%([\w-]+)%", path.read_text(encoding="utf-8"))}
    filled = load(paths, dict.fromkeys(names, ("a", "b")))
    assert filled.errors == filled.waiting == []
    assert len(filled.rules) == PLACEHOLDERS


@pytest.fixture(scope="module")
def expressions(sigmahq_rules: Collection) -> list[Regex]:
    found = {
        leaf.test
        for rule in sigmahq_rules.rules
        for condition in rule.conditions
        for leaf in leaves(condition)
        if isinstance(leaf.test, Regex)
    }
    return sorted(found, key=lambda test: (test.pattern, test.flags))


def test_every_expression_is_linear(expressions: list[Regex]) -> None:
    assert len(expressions) > 140
    assert [test for test in expressions if not searcher(test.pattern, test.flags).linear] == []


def texts(corpus: Path, expressions: list[Regex]) -> list[str]:
    """Values out of recordings, and what resembles the expressions themselves."""
    found = dict.fromkeys(text[:300] for text in islice(recorded(corpus), 0, 400_000, 100))
    for test in expressions:
        plain = re.sub(
            r"\\[dws]\+?|\[[^\]]*\][+*]?|\.[*+]\??|\{\d*,?\d*\}|\(\?:|\(\?i\)|[()^$?]", "1", test.pattern
        )
        found |= dict.fromkeys(
            [plain.replace("\\", ""), plain.replace("1", " a"), plain.split("|")[0].lower()]
        )
    return list(found)


def recorded(corpus: Path) -> Iterator[str]:
    for folder in ("otrf", "evtx-mitre-cc0", "sigma-regression"):
        for path in logs(corpus / folder):
            for source, record in records(path):
                try:
                    yield from texts_in(source.parse(record))
                except DataError:
                    continue


def test_re2_finds_what_python_finds(corpus: Path, expressions: list[Regex]) -> None:
    candidates = texts(corpus, expressions)
    assert len(candidates) > 1_000
    hits = 0
    for test in expressions:
        flags = re.ASCII | sum(
            {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}[flag] for flag in test.flags
        )
        with warnings.catch_warnings(action="ignore"):
            python = re.compile(test.pattern, flags).search
        found = searcher(test.pattern, test.flags).found
        literal = required_literal(test.pattern, test.flags)
        for text in candidates:
            if found(text):
                hits += 1
                assert python(text), (test, text)
                assert literal in fold(text), (test, text)
            elif literal in fold(text):
                # `$` of Python also stands before a last line break.
                assert not python(text) or text.endswith("\n"), (test, text)
    assert hits > 300
