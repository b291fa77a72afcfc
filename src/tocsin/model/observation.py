"""What correlation reads and says. Times are event times, in seconds since 1970 UTC."""

from functools import lru_cache

from msgspec import Struct

from tocsin.model.event import Value
from tocsin.model.match import Entities

MAX_ABOUT = 6
"""Names of one kind that an observation carries of its event; correlations keep them for as long as a window."""
SOURCE = "source"
"""The kind under which an observation names its source, among the kinds of entities."""


class Observation(Struct, frozen=True):
    """A base rule was true of an event. values: the fields that correlations of this rule ask for.

    about: whom and what the event is about, and its source, each as `kind:name`.
    """

    rule: str
    time: float
    event: str
    values: dict[str, Value]
    about: tuple[str, ...] = ()


class Correlated(Struct, frozen=True):
    """A correlation is true of a group. `revision` grows while its window is open; `closed` ends it.

    group: group-by name -> value. value: the count, sum, average … that met the threshold.
    events: ids of the events, in time order, the first ones when there are more; total counts all.
    entities, sources: of the events, of each kind the first ones. shared: the entities that all of them are about.
    """

    rule: str
    group: dict[str, Value]
    first: float
    last: float
    value: float
    events: tuple[str, ...]
    total: int
    revision: int = 1
    closed: bool = False
    entities: Entities = Entities()
    sources: tuple[str, ...] = ()
    shared: Entities = Entities()


@lru_cache(maxsize=1_024)
def about(source: str, entities: Entities) -> tuple[str, ...]:
    """Return what an observation of an event carries."""
    kinds = Entities.__struct_fields__
    named = (f"{kind}:{name}" for kind in kinds for name in getattr(entities, kind)[:MAX_ABOUT])
    return (f"{SOURCE}:{source}", *named)
