"""What a hostile value of 64 KiB costs: the worst rules alone, and the worst fields with all rules at once.

Baits are made of what rules look for: their literals over and over, pieces that overlap, runs that feed
repeats within repeats.
"""

import re
import time
from collections.abc import Iterable, Iterator

from common import Report, Size, options, rules_of, sigmahq
from tocsin.detect.field import Predicates
from tocsin.detect.subject import anywhere
from tocsin.sigma.regex import required_literal
from tocsin.sigma.rule import Rule
from tocsin.sigma.tree import Leaf, Regex, SameAs, Test, Text, leaves

SIZE = 65_536
TARGET = 0.050
MOST = 8
"""So many lines of each list are shown."""
_RUNS = (
    "a",
    "aA",
    "\\",
    " ",
    "0",
    "%",
    "-",
    "./",
    "^",
    '"',
    "a ",
    "1,",
    "\n",
    "\u212a",
    "x;",
    "=",
    "$(",
    "ab" * 9,
)


def main() -> None:
    """Bait every field with all rules, and every rule alone; report the worst."""
    given = options(__doc__ or "")
    report = Report("Hostile values", given)
    size: Size = given.size
    rules = rules_of(sigmahq("rules/linux/auditd" if size == "tiny" else "rules"))
    step = {"tiny": 40, "quick": 20, "full": 1}[size]
    report.note(
        f"{len(rules):,} rules of SigmaHQ; milliseconds of processor time for one value of {SIZE:,} characters that was "
        f"never seen before, the better of two runs when it is slow. Target: at most {TARGET * 1000:.0f}. Longer values are cut at "
        "that length before any test looks at them, counted and told."
    )
    show(report, "all rules of a field at once", together(rules))
    show(report, "one rule" if step == 1 else f"one rule (every {step}th)", alone(rules[::step]))
    report.finish()


def show(report: Report, title: str, found: Iterable[tuple[float, str, str]]) -> None:
    """Report the slowest of (seconds, name, bait)."""
    worst = sorted(found, reverse=True)
    over = sum(seconds > TARGET for seconds, _, _ in worst)
    report.table(
        [f"{title}: {over} of {len(worst):,} over the target", "ms", "a value of"],
        [[name, f"{seconds * 1000:.1f}", f"`{bait}`"] for seconds, name, bait in worst[:MOST]],
    )


def alone(rules: Iterable[Rule]) -> Iterator[tuple[float, str, str]]:
    """Yield the worst bait of each rule, by itself."""
    for rule in rules:
        yield _worst_of_rule(rule)


def _worst_of_rule(rule: Rule) -> tuple[float, str, str]:
    found = [
        (*worst_of(tests, baits(tests, SIZE, 8)), f"{rule.meta.title}: {field or 'keywords'}")
        for field, tests in tests_of([rule]).items()
    ]
    seconds, bait, name = max(found, default=(0.0, "", rule.meta.title))
    return seconds, name, bait


def together(rules: Iterable[Rule]) -> Iterator[tuple[float, str, str]]:
    """Yield the worst bait of each field, with all tests of all rules on it."""
    for field, tests in tests_of(rules).items():
        seconds, bait = worst_of(tests, baits(tests, SIZE, 60))
        yield seconds, f"{field or 'keywords'} ({len(tests)} tests)", bait


def tests_of(rules: Iterable[Rule]) -> dict[str | None, list[Test]]:
    """Return field -> the distinct tests on it; of two fields compared with one another there is nothing to bait."""
    found: dict[str | None, dict[Test, None]] = {}
    for leaf in (leaf for rule in rules for condition in rule.conditions for leaf in leaves(condition)):
        if not isinstance(leaf.test, SameAs):
            found.setdefault(leaf.field, {})[_localised(leaf)] = None
    return {field: list(tests) for field, tests in found.items()}


def _localised(leaf: Leaf) -> Test:
    if leaf.field is None and isinstance(leaf.test, Text):
        return Text(anywhere(leaf.test.parts), leaf.test.cased)
    return leaf.test


def worst_of(tests: list[Test], values: list[tuple[str, str]]) -> tuple[float, str]:
    """Return the seconds that the slowest value takes, and which one it is."""
    predicates = Predicates(tests)
    predicates.satisfied("warm")
    return max((seconds(predicates, value), name) for name, value in values)


def seconds(predicates: Predicates, value: str, runs: int = 2, quick: float = 0.01) -> float:
    """Return how long one value takes; the best of some runs, unless the first is quick."""
    best = 9e9
    for _ in range(runs):
        began = time.process_time()
        predicates.satisfied(value)
        best = min(best, time.process_time() - began)
        if best < quick:
            break
    return best


def baits(tests: Iterable[Test], size: int, most: int) -> list[tuple[str, str]]:
    """Return (what it is, value) of hostile values for tests; `most` bounds how many literals are used."""
    words = sorted({word for test in tests for word in words_of(test)}, key=len)
    chosen = words if len(words) <= most else [*words[: most // 2], *words[-(most - most // 2) :]]
    seeds = dict.fromkeys(_RUNS)
    for word in chosen:
        seeds |= dict.fromkeys([word, word[:-1]])
    seeds |= dict.fromkeys(["".join(chosen), " ".join(chosen)])
    filled = [(repr(seed[:40]), (seed * (size // len(seed) + 1))[:size]) for seed in seeds if seed]
    # What is found only at the very end, or not at all, makes searches go on.
    return filled + [(f"{name} then !", f"{value[:-1]}!") for name, value in filled[:2] + filled[-2:]]


def words_of(test: Test) -> list[str]:
    """Return the literals of a test, and for an expression what it may be made to chew on."""
    if isinstance(test, Text):
        return [part for part in test.parts if isinstance(part, str)]
    if isinstance(test, Regex):
        literal = required_literal(test.pattern, test.flags)
        plain = re.sub(r"\\[dDwWsSbB]|\[[^\]]*\]|[\\^$.*+?(){}|\[\]]", " ", test.pattern)
        pieces = plain.split()
        return [
            word for word in (literal, *pieces, "".join(pieces), f"{literal} " if literal else "") if word
        ]
    return []


if __name__ == "__main__":
    main()
