"""The fast engine says of recorded events what the obvious one says, with all of SigmaHQ's rules."""

from pathlib import Path

import pytest

from engines import found_by, subject_of
from patient import Patient
from recordings import batches
from tocsin.detect import naive
from tocsin.detect.engine import Engine
from tocsin.line import Work
from tocsin.sigma.loader import Collection

pytestmark = pytest.mark.corpus


def compare(corpus: Path, rules: Collection, step: int, first: int) -> tuple[int, int]:
    """Return how many events and matches were compared."""
    patient, work = Patient(rules.rules), Work(Engine(rules.rules))
    events = matches = 0
    for source, records in batches(corpus, step, first):
        fast = found_by(work, source, records)
        slow = {
            (row, name)
            for row, record in enumerate(records)
            if (subject := subject_of(source, record))
            for name in patient.detect(subject)
        }
        assert fast == slow, [(name, records[row]) for row, name in sorted(fast ^ slow)][:3]
        events += len(records)
        matches += len(slow)
    return events, matches


def test_engines_agree_on_a_sample(corpus: Path, sigmahq_rules: Collection) -> None:
    events, matches = compare(corpus, sigmahq_rules, 500, 7)
    assert events > 200
    assert matches


@pytest.mark.long
@pytest.mark.parametrize("part", range(20))
def test_engines_agree_on_every_event(part: int, corpus: Path, sigmahq_rules: Collection) -> None:
    events, matches = compare(corpus, sigmahq_rules, 20, part)
    assert events > 4_000
    assert matches > 50


def test_the_patient_engine_is_the_naive_one(corpus: Path, sigmahq_rules: Collection) -> None:
    patient = Patient(sigmahq_rules.rules)
    count = 0
    for source, records in batches(corpus, 9_000, 11):
        for record in records:
            subject = subject_of(source, record)
            if subject:
                assert sorted(naive.detect(sigmahq_rules.rules, subject)) == sorted(patient.detect(subject))
                count += 1
    assert count > 8
