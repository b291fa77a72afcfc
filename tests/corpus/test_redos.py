"""No value is expensive: what a rule costs grows with the value, not with its square, whatever is fed to it."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tocsin.detect import field, values
from tocsin.detect.field import Predicates, shape_of
from tocsin.sigma.loader import Collection
from tocsin.sigma.regex import searcher
from tocsin.sigma.tree import Regex, Test, Text

pytestmark = pytest.mark.corpus

SHORT, LONG = 32_768, 131_072
# Four times the text may take four times as long; sixteen times would be its square.
RATIO, GRACE = 9.0, 0.02
WORST = 0.3  # seconds for a value of full length; bench/redos.py measures against 50 ms


@pytest.fixture(scope="module")
def redos() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parents[2] / "bench")
        yield importlib.import_module("redos")


@pytest.fixture(autouse=True)
def long_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "MAX_CHARS", LONG)
    monkeypatch.setattr(field, "MAX_CHARS", LONG)


def check(redos: ModuleType, name: str, tests: list[Test], most: int) -> None:
    predicates = Predicates(tests)
    short, long = redos.baits(tests, SHORT, most), redos.baits(tests, LONG, most)
    for (bait, one), (_, other) in zip(short, long, strict=True):
        taken = redos.seconds(predicates, other, 3, GRACE)
        assert taken < WORST, (name, bait, taken)
        if taken > GRACE:
            assert taken < RATIO * redos.seconds(predicates, one, 3, GRACE) + GRACE, (name, bait, taken)


def test_patterns_that_need_more_than_a_literal(redos: ModuleType, sigmahq_rules: Collection) -> None:
    tests = {test for tests in redos.tests_of(sigmahq_rules.rules).values() for test in tests}
    hard = [
        test
        for test in tests
        if isinstance(test, Regex) or (isinstance(test, Text) and (test.cased or not shape_of(test.parts)))
    ]
    assert len(hard) > 300
    for test in hard:
        check(redos, str(test), [test], 6)


def test_all_tests_of_a_field_at_once(redos: ModuleType, sigmahq_rules: Collection) -> None:
    for name, tests in redos.tests_of(sigmahq_rules.rules).items():
        if len(tests) > 500:
            check(redos, f"{name} ({len(tests)} tests)", tests, 12)


@pytest.mark.long
@pytest.mark.parametrize("part", range(4))
def test_every_rule(part: int, redos: ModuleType, sigmahq_rules: Collection) -> None:
    for rule in sigmahq_rules.rules[part::4]:
        for name, tests in redos.tests_of([rule]).items():
            check(redos, f"{rule.meta.title}: {name}", tests, 3)


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "(a|aa)+$", "(.*a){20}", "(x+x+)+y", r"(\w+\s*)+:", "(?=.*a)(?=.*b)", "user(?!name)"],
)
def test_bait_for_nested_repeats(redos: ModuleType, pattern: str) -> None:
    test = Regex(pattern)
    assert searcher(pattern, "") is not None
    check(redos, pattern, [test], 6)
