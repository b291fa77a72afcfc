"""What `tocsin doctor` sees of the data: journal, control database, store, and whether they agree."""

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from tocsin.control import ledger, outbox
from tocsin.control.migrate import steps
from tocsin.control.verify import Broken, verify
from tocsin.errors import DataError
from tocsin.journal.local import LocalJournal
from tocsin.services.control_place import open_control
from tocsin.services.live.reconcile import compare_now, difference_told
from tocsin.services.live.topics import limits_of, topics_of
from tocsin.settings.tables import Settings
from tocsin.store.client import StoreClient
from tocsin.store.dead import MAX_BYTES, MAX_FILES, held

PATIENCE = 20.0
"""Seconds that ledger and store may take to come to the same frame."""
OK, WARN, FAIL = "ok", "warn", "fail"


class Seen(NamedTuple):
    """One finding: `ok`, `warn` or `fail`, and what to do."""

    level: str
    found: str
    todo: str = ""


Look = Callable[[], Iterator[Seen]]


def looks(settings: Settings, journal: Path, store: Path, running: bool) -> Iterator[tuple[str, Look]]:  # noqa: FBT001 (one caller)
    """Yield what is looked at, and how. Each raises TocsinError or OSError for what it cannot go on after."""
    opened = partial(LocalJournal, journal, topics_of(settings.journal), limits_of(settings.journal))
    yield "journal", lambda: _journal(opened(), settings)
    yield "control database", lambda: _control(settings)
    yield "dead letters", lambda: _dead_letters(settings.tocsin.data.path)
    if running:
        client = StoreClient(store, timeout=PATIENCE)
        yield "store", lambda: _store(client)
        yield "ledger", lambda: _ledger(settings, opened(), client)


def _journal(journal: LocalJournal, settings: Settings) -> Iterator[Seen]:
    for topic in topics_of(settings.journal):
        frames = behind = 0
        for number in range(topic.partitions):
            kept = journal.kept(topic.name, number)
            frames += len(kept)
            passed = min(journal.passed(name, topic.name, number) for name in topic.consumers)
            behind += max(0, kept.stop - max(passed, kept.start))
            if passed > kept.stop:
                told = f"a consumer of {topic.name}/{number} has passed frame {passed:,}, and it ends at {kept.stop:,}"
                yield Seen(
                    FAIL, told, "the journal was replaced or cut: restore data folder and database together"
                )
            yield from _readable(journal, topic.name, number, kept)
        yield Seen(OK, f"{topic.name}: {frames:,} frames are kept, {behind:,} are still to be worked off")


def _readable(journal: LocalJournal, topic: str, number: int, kept: range) -> Iterator[Seen]:
    """Read the newest frame: its segment is walked to its end, and every frame's checksum with it."""
    if not kept:
        return
    reader = journal.reader(topic, number, kept.stop - 1)
    try:
        reader.read(max_frames=1)
    except DataError as error:
        yield Seen(FAIL, str(error), "restore it from a backup, or move the damaged file aside")
    finally:
        reader.close()


def _dead_letters(data: Path) -> Iterator[Seen]:
    """Count what workers and the store have set aside."""
    found = {folder: held(folder) for folder in (data / "dead-letters" / "worker", data / "store" / "dead")}
    for folder, there in found.items():
        if there.files:
            told = f"{there.files:,} files of {there.size:,} bytes are in {folder}"
            todo = (
                "each says why it was set aside; delete those that you have looked at, as there is room for "
            )
            yield Seen(WARN, told, f"{todo}{MAX_FILES:,} files of {MAX_BYTES:,} bytes")
    if not any(there.files for there in found.values()):
        yield Seen(OK, "there are none")


def _control(settings: Settings) -> Iterator[Seen]:
    try:
        with closing(open_control(settings)) as database:
            at, known = steps(database)
            if at != known:
                found = f"is at step {at or 'none'}, this version knows {known}"
                yield Seen(
                    FAIL, found, "start `tocsin serve` of this version: it migrates; or install a newer one"
                )
                return
            with database.read() as connection:
                verified = verify(connection)
                dead = outbox.states(connection).get("dead", 0)
                canaries = sum(one.canaries for one in ledger.inputs(connection))
    except SQLAlchemyError as error:
        found = f"does not answer: {getattr(error, 'orig', None) or type(error).__name__}"
        yield Seen(FAIL, found, "see control.url, and whether the server runs")
        return
    yield Seen(OK, f"answers, at step {at}")
    if isinstance(verified, Broken):
        found = f"audit trail: record {verified.seq}: {verified.breach.value}"
        yield Seen(FAIL, found, "somebody changed it past Tocsin: keep a copy, and compare it with a backup")
    else:
        yield Seen(OK, f"audit trail: all {verified.last.seq:,} records are as they were written")
    if dead:
        yield Seen(WARN, f"{dead:,} messages were given up", "`tocsin outbox list` says why")
    if canaries:
        yield Seen(OK, f"{canaries:,} canaries have come through")


def _store(client: StoreClient) -> Iterator[Seen]:
    yield Seen(OK, f"answers, and has {client.freshness().rows:,} events")


def _ledger(settings: Settings, journal: LocalJournal, client: StoreClient) -> Iterator[Seen]:
    with closing(open_control(settings)) as database:
        compared = compare_now(journal, database, client, seconds=PATIENCE)
        with database.read() as connection:
            wanted = {number for number, one in ledger.sums(connection).items() if one.origin >= 0}
    for one in compared.values():
        if one.difference:
            yield Seen(
                FAIL, difference_told(one), "keep the data folder as it is, and report it with the log"
            )
    if missing := sorted(wanted - compared.keys()):
        yield Seen(
            WARN, f"partitions {missing} could not be compared: the store lags", "try again in a while"
        )
    elif not any(one.difference for one in compared.values()):
        rows = sum(one.expected for one in compared.values())
        yield Seen(OK, f"store and ledger agree on {rows:,} rows")
