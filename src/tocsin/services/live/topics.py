"""The topics that join the roles, and who reads them."""

from collections.abc import Sequence

from tocsin.journal.log import Limits
from tocsin.model.columns import TOPIC as COLUMNS
from tocsin.model.received import TOPIC as EVENTS
from tocsin.model.signals import TOPIC as SIGNALS
from tocsin.ports.journal import Topic
from tocsin.settings import tables

WORKER, STORE, HUB = "worker", "store", "hub"
"""Consumers of events, columns and signals."""

LEAP_SECONDS = 60.0
"""Arrivals go back only when intake's clock does by more than this: then it was wrong, and what is shorter is waited out."""

__all__ = ["COLUMNS", "EVENTS", "HUB", "LEAP_SECONDS", "SIGNALS", "STORE", "WORKER", "limits_of", "topics_of"]


def topics_of(journal: tables.Journal) -> Sequence[Topic]:
    """Return the topics. Events are kept for replays; what was derived from them can be derived again."""
    return (
        Topic(EVENTS, journal.partitions, (WORKER,), keep_seconds=float(journal.retention)),
        Topic(COLUMNS, journal.partitions, (STORE,)),
        Topic(SIGNALS, journal.partitions, (HUB,)),
    )


def limits_of(journal: tables.Journal) -> Limits:
    """Return the sizes of a partition."""
    return Limits(
        segment=journal.segment,
        group=journal.sync_group,
        pending=journal.pending,
        reserve=journal.reserve,
        scarce=journal.scarce,
    )
