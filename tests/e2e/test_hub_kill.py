"""Kill -9 of the hub at random moments: no alert is lost or doubled, and the ledger is exact."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from databases import opened
from live_samples import PARTITIONS, append, stages, streams
from tocsin.control import ledger
from tocsin.control.applied import offsets
from tocsin.control.database import Database
from tocsin.control.rows import from_row
from tocsin.control.tables import ALERT, OUTBOX
from tocsin.control.verify import Verified, verify
from tocsin.journal.local import LocalJournal
from tocsin.ports.journal import Topic
from tocsin.services.live.hub import HubCycle

pytestmark = pytest.mark.e2e
TESTS = Path(__file__).parents[1]
RUNNER = TESTS / "unit" / "services" / "live" / "hub_runner.py"
SEED = 20_261_123
KILLS = 10
TICKS = 400


def journal(folder: Path) -> LocalJournal:
    return LocalJournal(folder, [Topic("signals", PARTITIONS, ("hub",))])


def lived(url: str, folder: Path, seconds: float) -> None:
    """Run until it is killed, so long after it had begun."""
    with subprocess.Popen(
        [sys.executable, str(RUNNER), url, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent / "src")])},
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == "ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(seconds)
        child.kill()


def said(database: Database) -> list[tuple[object, ...]]:
    """Return the alerts without what depends on how cycles were cut."""
    with database.read() as connection:
        assert isinstance(verify(connection), Verified)
        alerts = [from_row(dict(row)) for row in connection.execute(select(ALERT)).mappings()]
        keys = connection.scalars(select(OUTBOX.c.key)).all()
    assert len(keys) == len(set(keys)) == len(alerts)
    return sorted(
        (one.rule.id, repr(sorted(one.group.items())), one.first_seen, one.last_seen, one.count, one.ended)
        for one in alerts
    )


def counted(database: Database) -> list[object]:
    with database.read() as connection:
        found = [ledger.sums(connection), ledger.inputs(connection), ledger.sources(connection)]
        return [*found, ledger.reasons(connection), offsets(connection, "signals")]


def straight(url: str, folder: Path) -> tuple[list[tuple[object, ...]], list[object]]:
    with opened(url) as database, closing(HubCycle(database, journal(folder), stages())) as hub:
        while hub.step().frames:
            pass
        return said(database), counted(database)


def test_nothing_is_lost_or_doubled(urls: tuple[str, str], tmp_path: Path) -> None:
    frames, random = streams(SEED, TICKS), Random(SEED)  # noqa: S311
    for partition, some in enumerate(frames):
        append(journal(tmp_path / "straight"), partition, some)
    expected, sums = straight(urls[0], tmp_path / "straight")
    assert len(expected) > 100
    with opened(urls[1]) as database:
        done, early = [0] * PARTITIONS, 0
        for kill in range(KILLS):
            for partition, some in enumerate(frames):
                until = len(some) * (kill + 1) // KILLS
                append(
                    journal(tmp_path / "killed"), partition, some[done[partition] : until], done[partition]
                )
                done[partition] = until
            lived(urls[1], tmp_path / "killed", random.uniform(0, 0.2) if kill else 0)
            said(database)
            with database.read() as connection:
                early += offsets(connection, "signals") != {at: many - 1 for at, many in enumerate(done)}
        assert early
        with closing(HubCycle(database, journal(tmp_path / "killed"), stages())) as hub:
            while hub.step().frames:
                pass
        assert said(database) == expected
        assert counted(database) == sums
