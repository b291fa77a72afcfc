"""A Windows source is a Source that knows its shape's envelope: where channel, id, provider and host are."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.model.event import Path
from tocsin.ports.source import Route, Source


@dataclass(frozen=True, slots=True)
class WindowsSource(Source):
    """One shape of Windows event.

    instead   rule field -> places that come before the event's own field of that name, which in this
              shape holds something else or a wrapper of the value.
    envelope  rule field -> places to look last; whole paths, not joined to `roots`.
    """

    instead: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    envelope: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)

    def paths(self, name: str, route: Route) -> tuple[Path, ...]:
        """Return where a rule's field is looked for, best first."""
        usual = Source.paths(self, name, route)
        return tuple(dict.fromkeys(self.instead.get(name, ()) + usual + self.envelope.get(name, ())))
