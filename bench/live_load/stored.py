"""What the monitor has made of the load: the events in its store, the alerts in its control database."""

from collections import Counter
from contextlib import closing
from pathlib import Path

from live_load import marker
from live_load.plants import RULE
from tocsin.control.database import Database
from tocsin.control.listing import MAX_PAGE, Filter, page
from tocsin.model.alert import Alert
from tocsin.ports.store import Question
from tocsin.store.client import StoreClient


def events(data: Path, run: int) -> Counter[int]:
    """Return number of an event of a run -> how often the store has it. data: the monitor's folder."""
    client = StoreClient(data / "run" / "store.sock")
    return marker.numbers(run, (row.raw for part in client.export(Question()) for row in part))


def alerts(control: Path, rule: str = RULE) -> list[Alert]:
    """Return all alerts of a rule."""
    found: list[Alert] = []
    with closing(Database(f"sqlite:///{control}")) as database, database.read() as connection:
        after = None
        while True:
            got = page(connection, Filter(rules=(rule,)), limit=MAX_PAGE, after=after)
            found += got.alerts
            after = got.next
            if after is None:
                return found


def counts(found: list[Alert]) -> dict[str, list[int]]:
    """Return user -> the counts of the alerts about it."""
    made: dict[str, list[int]] = {}
    for alert in found:
        for user in alert.entities.user:
            made.setdefault(user, []).append(alert.count)
    return made
