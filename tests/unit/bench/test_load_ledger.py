"""The checks find each fault that is planted, and no other."""

from collections import Counter
from random import Random

import pytest

from live_load.kills import silence
from live_load.ledger import Answer, Ledger, Verdict
from live_load.plants import Fault, Plant, faults
from live_load.stream import Body

A, R, U = Answer.ACKNOWLEDGED, Answer.REFUSED, Answer.UNANSWERED
SENT = {0: (A,), 10: (R, A), 20: (U, A), 30: (U,), 40: (R,), 50: (A,)}
"""First event of a body of ten -> the answers to its sendings."""


def ledger() -> Ledger:
    made = Ledger()
    for first, answers in SENT.items():
        for answer in answers:
            made.note(Body(first, 10, b""), answer)
    return made


def stored() -> Counter[int]:
    return Counter([*range(40), *range(20, 30), *range(50, 60)])


def test_what_should_be_there_is_good() -> None:
    verdict = ledger().check(stored())
    assert verdict == Verdict(40, 60, 0, 0, 0, 10, 20, ())
    assert verdict.good
    assert ledger().check(stored() - Counter(range(30, 40))).good


@pytest.mark.parametrize("number", [0, 15, 25, 59])
def test_a_lost_event_is_found(number: int) -> None:
    found = stored()
    del found[number]
    verdict = ledger().check(found)
    assert not verdict.good
    assert (verdict.lost, verdict.examples) == (1, (number,))


@pytest.mark.parametrize(("number", "more"), [(0, 1), (12, 1), (25, 1), (35, 1), (55, 3)])
def test_a_doubled_event_is_found(number: int, more: int) -> None:
    verdict = ledger().check(stored() + Counter({number: more}))
    assert not verdict.good
    assert (verdict.doubled, verdict.examples) == (1, (number,))


@pytest.mark.parametrize("number", [40, 49, 60, 1_000, -1])
def test_an_event_that_was_never_taken_is_found(number: int) -> None:
    verdict = ledger().check(stored() + Counter([number]))
    assert not verdict.good
    assert (verdict.invented, verdict.examples) == (1, (number,))


def test_one_fault_among_many_is_found() -> None:
    random, made = Random(1), Ledger()  # noqa: S311 (repeatable)
    for first in range(0, 100_000, 500):
        made.note(Body(first, 500, b""), A)
    for _ in range(20):
        victim = random.randrange(100_000)
        assert made.check(Counter(range(100_000)) - Counter([victim])).examples == (victim,)
        assert made.check(Counter(range(100_000)) + Counter([victim])).examples == (victim,)


ALERTS = {"acknowledged": (9, [1]), "sent again": (29, [1]), "in doubt": (39, [1]), "refused": (49, [])}
"""User -> the number of its event, and the counts of its alerts."""


def judged(**changes: list[int]) -> dict[str, Fault]:
    found = {user: counts for user, (_, counts) in ALERTS.items()}
    plants = [Plant(user, number) for user, (number, _) in ALERTS.items()]
    return faults(
        plants, {**found, **{user.replace("_", " "): counts for user, counts in changes.items()}}, ledger()
    )


def test_alerts_that_should_be_there_are_good() -> None:
    assert judged() == {}
    assert judged(sent_again=[2], in_doubt=[]) == {}


@pytest.mark.parametrize(
    ("user", "counts", "fault"),
    [
        ("acknowledged", [], Fault.LOST),
        ("sent again", [], Fault.LOST),
        ("acknowledged", [2], Fault.DOUBLED),
        ("acknowledged", [1, 1], Fault.DOUBLED),
        ("sent again", [3], Fault.DOUBLED),
        ("sent again", [1, 1], Fault.DOUBLED),
        ("in doubt", [2], Fault.DOUBLED),
        ("refused", [1], Fault.INVENTED),
    ],
)
def test_a_wrong_alert_is_found(user: str, counts: list[int], fault: Fault) -> None:
    assert judged(**{user.replace(" ", "_"): counts}) == {user: fault}


def test_a_silence_is_the_longest_that_touches_the_time() -> None:
    answers = [1.0, 2.0, 5.0, 5.5, 9.0]
    assert silence(answers, 2.5, 2.6) == 3.0
    assert silence(answers, 5.1, 5.2) == 0.5
    assert silence(answers, 5.1, 6.0) == 3.5
    assert silence([], 1, 2) == 0.0
