"""Replay: stored frames of events -> the alerts that the live monitor makes of them, in a place of its own.

The same functions do the work, with another journal and another database. What a replay finds is compared by rule,
group and member events: in whatever order frames of different partitions were taken, and however they were cut.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from tocsin.control.database import Database
from tocsin.control.listing import MAX_PAGE, page
from tocsin.control.migrate import upgrade
from tocsin.errors import ConfigError
from tocsin.journal.local import LocalJournal
from tocsin.model.alert import Alert
from tocsin.model.place import Place
from tocsin.ports.journal import Appender, Journal, Reader, Topic
from tocsin.services.live.derive import Derive, Placed
from tocsin.services.live.hub import HubCycle, Stages
from tocsin.services.live.topics import EVENTS, HUB, SIGNALS

AT_ONCE = 256
"""Frames of a partition that are replayed before it is another's turn."""


class Outcome(Struct, frozen=True, order=True):
    """What two runs agree on. events: the ids that the alert names, of `count` in all."""

    rule: str
    fingerprint: str
    count: int
    events: frozenset[str]


def outcomes(alerts: list[Alert], name: Callable[[str], str] = str) -> list[Outcome]:
    """Return what is closed of alerts, sorted. name: an event's id -> what both runs call it."""
    closed = (one for one in alerts if one.ended)
    found = [
        Outcome(one.rule.id, one.fingerprint, one.count, frozenset(map(name, one.events))) for one in closed
    ]
    return sorted(found, key=lambda one: (one.rule, one.fingerprint, one.count, sorted(one.events)))


def replay(journal: Journal, derive: Derive, stages: Stages, *, since: float = 0.0) -> list[Alert]:
    """Return the alerts of all frames of events that a journal still has. since: of an arrival, seconds since 1970.

    derive: as a worker has it, with the rules of the day; stages: new ones, of the same rules. The journal is only
    read. Raises ConfigError when it has no frame.
    """
    partitions = journal.topic(EVENTS).partitions
    with TemporaryDirectory(prefix="tocsin-replay-") as folder:
        place = Path(folder)
        own = LocalJournal(place / "journal", [Topic(SIGNALS, partitions, (HUB,))])
        with closing(Database(f"sqlite:///{place / 'control.db'}")) as database:
            upgrade(database)
            with closing(HubCycle(database, own, stages)) as hub:
                for _ in _signals(journal, own, derive, round(since * 1e9)):
                    while _progress(hub):
                        pass
            return everything(database)


def _progress(hub: HubCycle) -> bool:
    report = hub.step()
    return bool(report.frames or report.skipped)


def _signals(journal: Journal, own: Journal, derive: Derive, since: int) -> Iterator[None]:
    """Write signals, a bounded piece of every partition, and yield each time there is something to apply."""
    partitions = range(journal.topic(EVENTS).partitions)
    with ExitStack() as stack:
        readers, writers = [], []
        for number in partitions:
            readers.append(journal.reader(EVENTS, number, journal.kept(EVENTS, number).start))
            stack.callback(readers[-1].close)
            writers.append(own.appender(SIGNALS, number))
            stack.callback(writers[-1].close)
        lanes = list(zip(partitions, readers, writers, strict=True))
        found = 0
        while made := sum(_piece(*lane, derive, since) for lane in lanes):
            found += made
            yield
    if not found:
        raise ConfigError("there are no frames of events to replay; see journal.retention")


def _piece(partition: int, reader: Reader, writer: Appender, derive: Derive, since: int) -> int:
    stored = reader.read(max_frames=AT_ONCE)
    wanted = [
        Placed(Place(EVENTS, partition, one.offset), one.frame)
        for one in stored
        if one.frame.arrived >= since
    ]
    if wanted:
        writer.append([signals for _, signals in derive(wanted)]).result()
    return len(stored)


def everything(database: Database) -> list[Alert]:
    """Return all alerts of a control database."""
    found: list[Alert] = []
    after = None
    with database.read() as connection:
        while True:
            got = page(connection, limit=MAX_PAGE, after=after)
            found += got.alerts
            after = got.next
            if after is None:
                return found
