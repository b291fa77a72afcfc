"""Kill -9 at random moments: every event of the journal is in the store, none twice."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from store_samples import ARRIVED, event, frame, journal_of
from tocsin.model.received import Context
from tocsin.ports.journal import Frame
from tocsin.ports.store import Question
from tocsin.store.database import Database
from tocsin.store.reader import Reader

pytestmark = pytest.mark.e2e
TESTS = Path(__file__).parents[1]
PROGRAM = TESTS / "unit" / "store" / "loading.py"
FRAMES = 600
KILLS = 12
SEED = 20_261_123
DAY = 86_400_000_000


def filled(folder: Path, random: Random) -> dict[tuple[int, int, int], bytes]:
    """Fill a journal with frames of several days and classes, so that a block is several parts; return its events."""
    expected: dict[tuple[int, int, int], bytes] = {}
    journal = journal_of(folder)
    for partition in range(2):
        appender = journal.appender("columns", partition)
        frames: list[Frame] = []
        for offset in range(FRAMES // 2):
            raws = [b'{"n":"%d"}' % random.getrandbits(60) for _ in range(random.randrange(12))]
            expected |= {(partition, offset, index): raw for index, raw in enumerate(raws)}
            context = Context("hook", retention=random.choice(["standard", "long"]))
            arrived = ARRIVED + random.randrange(3) * DAY
            events = [event(raw, user__name="al") for raw in raws]
            frames.append(frame(offset, events, partition=partition, arrived=arrived, context=context))
        appender.append(frames).result()
        appender.close()
    return expected


def lived(folder: Path, random: Random, *, whole: bool) -> bool:
    """Load until the end, or for a random number of blocks and a moment more; tell whether it came to its end."""
    paths = os.pathsep.join([str(TESTS), str(TESTS.parent / "src")])
    with subprocess.Popen(
        [sys.executable, str(PROGRAM), str(folder), str(FRAMES)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    ) as child:
        assert child.stdout
        for _ in range(random.randrange(1, 8)):
            child.stdout.readline()
        try:
            child.wait(None if whole else random.uniform(0, 0.1))
        except subprocess.TimeoutExpired:
            child.kill()
        child.communicate()
    return child.returncode == 0


def test_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    random, killed, done = Random(SEED), 0, False  # noqa: S311 (moments)
    expected = filled(tmp_path / "journal", random)
    while not done:
        done = lived(tmp_path, random, whole=killed >= KILLS)
        killed += not done
    assert killed >= KILLS // 2
    database = Database(tmp_path / "db")
    reader = Reader(database)
    rows = [row for page in reader.export(Question()) for row in page]
    found = {(row.id.partition, row.id.offset, row.id.index): row.raw for row in rows}
    counted = sum(reader.rows(partition, FRAMES) for partition in range(2))
    database.close()
    assert len(rows) == len(found) == counted
    assert found == expected
    assert not list((tmp_path / "dead").iterdir())
