"""What tries hostile input finds defects, repeats them, and finds none in any decoder with some inputs of a fixed seed."""

import time
from pathlib import Path
from random import Random

import pytest

from fuzz_deaths import dies
from fuzzing import samples, trial
from fuzzing.mutate import Mutator
from fuzzing.target import Target, WrongError, check
from fuzzing.trial import OPENERS, Order, Tried

SEED = 7
INPUTS = 40


@pytest.fixture(scope="module")
def known() -> list[bytes]:
    return samples.gathered(None)


@pytest.mark.parametrize("name", OPENERS)
def test_no_decoder_fails(name: str, known: list[bytes], tmp_path: Path) -> None:
    target = OPENERS[name](tmp_path)
    order = Order(name, SEED, 0, 0, tmp_path, tmp_path)
    made = [trial.made(target, order, number, known) for number in range(INPUTS)]
    assert len(set(made)) > INPUTS // 2
    assert {number: what for number, data in enumerate(made) if (what := trial.judged(target, data))} == {}


def test_an_input_is_the_same_again(known: list[bytes], tmp_path: Path) -> None:
    target = Target(Mutator.record, bytes)
    one, other = (Order("worker", seed, 0, 0, tmp_path, tmp_path) for seed in (1, 2))
    first = [trial.made(target, one, number, known) for number in range(20)]
    assert first == [trial.made(target, one, number, known) for number in range(20)]
    assert first != [trial.made(target, other, number, known) for number in range(20)]


def test_cuts_are_of_the_whole() -> None:
    random = Random(1)  # noqa: S311 (repeatable)
    for _ in range(100):
        data = random.randbytes(random.randint(0, 200))
        assert b"".join(Mutator(random, [b""]).cuts(data)) == data


def fails(data: bytes) -> None:
    raise ZeroDivisionError(data)


def busy(_: bytes) -> None:
    end = time.process_time() + trial.SLOW + 0.05
    while time.process_time() < end:
        pass


@pytest.mark.parametrize(
    ("target", "found"),
    [
        (Target(Mutator.record, len), ""),
        (Target(Mutator.record, fails), "ZeroDivisionError in "),
        (Target(Mutator.record, fails, (ZeroDivisionError,)), None),
        (Target(Mutator.record, lambda _: check(False, "odd")), "WrongError in "),
        (Target(Mutator.record, busy), "over 1 s for one input"),
    ],
)
def test_what_is_wrong_is_told(target: Target, found: str | None) -> None:
    said = trial.judged(target, b"x")
    assert said == found if not found else said is not None and said.startswith(found)


def test_wrong_is_raised_by_what_is_not_so() -> None:
    check(True, "odd")
    with pytest.raises(WrongError, match="odd"):
        check(False, "odd")


@pytest.mark.e2e
@pytest.mark.slow
def test_a_process_that_dies_is_a_finding_and_others_go_on(tmp_path: Path, known: list[bytes]) -> None:
    samples.write(tmp_path / "samples", known[:5])
    found = Tried("ids and cursors")
    at = trial.attempt(Order("dies", SEED, 0, 30.0, tmp_path, tmp_path / "samples"), found, {"dies": dies})
    assert at == 3
    assert [one.what for one in found.findings.values()] == ["the process died: exit status -9"]
