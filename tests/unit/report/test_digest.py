"""What reports for people keep of the matches that pass."""

import tracemalloc
from collections.abc import Iterator

from report_samples import BRUTE, CURL, KEY, SUDO, T0, few, match, story
from tocsin.model.match import Match, RuleRef
from tocsin.report.digest import Digest


def test_rules_stand_most_urgent_first_with_count_and_times() -> None:
    rules = Digest().take(story()).rules
    assert [of.rule.level for of in rules] == ["critical", "high", "medium", "low", "informational"]
    assert [of.count for of in rules] == [14, 6, 3, 180, 46]
    assert all(of.first is not None and of.last is not None and of.first <= of.last for of in rules)
    assert [len(of.examples) for of in rules] == [14, 6, 3, 20, 20]


def test_matches_pass_unchanged_and_in_order() -> None:
    digest = Digest()
    assert list(digest.passing(few())) == few()
    assert digest.total == 5
    assert digest.levels == [1, 1, 0, 2, 1]
    assert digest.span == (T0, T0 + 61.25)


def test_noise_gives_its_places_to_what_is_serious() -> None:
    digest = Digest(per_rule=3, examples=6)
    noise = [match(RuleRef(f"n{index}", "noise", "low")) for index in range(10)]
    digest.take([*noise, *[match(SUDO)] * 3, *[match(BRUTE)] * 9, match(KEY), match(CURL)])
    kept = {of.rule.id: len(of.examples) for of in digest.rules if of.examples}
    assert sum(kept.values()) == 6
    assert kept[BRUTE.id] == 3
    assert kept[KEY.id] == 1
    assert CURL.id not in kept
    assert digest.total == 24


def test_a_rule_with_many_examples_shares_with_its_equals() -> None:
    digest = Digest(per_rule=6, examples=6)
    digest.take([*[match(SUDO)] * 6, *[match(RuleRef("other", "other", "low"))] * 6])
    assert [len(of.examples) for of in digest.rules] == [3, 3]


def test_memory_does_not_grow_with_the_matches() -> None:
    def matches(count: int) -> Iterator[Match]:
        for index in range(count):
            event = {"message": "x" * 200, "index": index}
            yield match(
                SUDO, time=T0 + index, event=event, user=(f"user-{index}",), ip=(f"10.0.0.{index % 200}",)
            )

    tracemalloc.start()
    digest = Digest(per_rule=5).take(matches(4_000))
    early = tracemalloc.get_traced_memory()[0]
    digest.take(matches(20_000))
    late = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert digest.total == 24_000
    assert late - early < 1_500_000
