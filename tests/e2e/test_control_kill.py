"""Kill -9 at random moments: no alert, message or audit record is lost, doubled or half there."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from alert_samples import batches, run_all, state
from databases import opened
from tocsin.control.applied import applied
from tocsin.control.verify import Verified, verify

pytestmark = pytest.mark.e2e
TESTS = Path(__file__).parents[1]
APPLIER = TESTS / "unit" / "control" / "applier.py"
SIZE = 250
KILLS = 10
SEED = 20_261_123


def started(url: str) -> subprocess.Popen[str]:
    paths = os.pathsep.join([str(TESTS), str(TESTS.parent / "src")])
    return subprocess.Popen(
        [sys.executable, str(APPLIER), url, str(SEED), str(SIZE)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    )


def lived(url: str, seconds: float) -> tuple[bool, int]:
    """Run until it is killed, so long after its first answer; whether it came to its end, and its last answer."""
    with started(url) as child:
        assert child.stdout
        first = child.stdout.readline()
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
        rest = child.stdout.read().split("\n")
    whole = [first.strip(), *rest[:-1]]
    return child.returncode == 0, int(whole[-1] or -1)


def test_nothing_is_lost_or_doubled(urls: tuple[str, str]) -> None:
    random, killed, done = Random(SEED), 0, False  # noqa: S311
    with opened(urls[0]) as reference:
        run_all(reference, batches(SEED, SIZE))
        expected = state(reference)
    with opened(urls[1]) as database:
        while not done:
            # Later lives replay what earlier ones applied, which is quick; so each may last longer.
            done, answered = lived(urls[1], 60 if killed >= KILLS else random.uniform(0, 0.04 * (killed + 1)))
            killed += not done
            with database.read() as connection:
                last = applied(connection, "signals", 0)
                assert last is not None
                assert last >= answered
                assert isinstance(verify(connection), Verified)
        assert killed >= KILLS // 2
        assert state(database) == expected
