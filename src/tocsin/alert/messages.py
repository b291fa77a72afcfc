"""What to send about a change of an alert: the decision to tell, the routes, and the words, put together."""

from collections.abc import Sequence

from tocsin.alert.routing import targets
from tocsin.alert.telling import telling
from tocsin.model import notice
from tocsin.model.alert import Alert, Told
from tocsin.model.message import Message
from tocsin.model.moment import to_iso
from tocsin.settings.tables import Route


class Telling:
    """What `control.alerts.apply` takes as `tell`. repeat: seconds after which an alert that goes on is told again.

    Time is that of arrivals, so that a replay tells what was told, with the same keys.
    """

    def __init__(self, routes: Sequence[Route], repeat: float | None = None) -> None:
        self.routes = tuple(routes)
        self.repeat = repeat

    def __call__(self, before: Alert | None, after: Alert) -> list[Message]:
        """Return the messages, one for each channel."""
        because = telling(before, after, self.repeat)
        if not isinstance(because, Told):
            return []
        names = targets(self.routes, after, after.last_arrival)
        payload = notice.payload(_notice(after, because)) if names else None
        key = f"{after.id}:{after.revision}:{because.name.lower()}"
        return [Message(f"{key}:{name}", name, payload, after.id) for name in names]


def _notice(alert: Alert, because: Told) -> notice.Notice:
    told = notice.Content(
        id=alert.id,
        because=because.value,
        thread=alert.id,
        first=alert.told is None,
        rule=alert.rule,
        level=alert.level,
        why=alert.why,
        fingerprint=alert.fingerprint,
        revision=alert.revision,
        status=alert.status.value,
        group=alert.group,
        entities=alert.entities,
        sources=alert.sources,
        fields=alert.fields,
        first_seen=alert.first_seen,
        last_seen=alert.last_seen,
        first_arrival=alert.first_arrival,
        last_arrival=alert.last_arrival,
        count=alert.count,
        events=alert.events,
    )
    return notice.Notice(f"alert.{because.name.lower()}", to_iso(alert.last_arrival), told)
