"""What correlation reads and says. Times are event times, in seconds since 1970 UTC."""

from msgspec import Struct

from tocsin.model.event import Value


class Observation(Struct, frozen=True):
    """A base rule was true of an event. values: the fields that correlations of this rule ask for."""

    rule: str
    time: float
    event: str
    values: dict[str, Value]


class Correlated(Struct, frozen=True):
    """A correlation is true of a group. `revision` grows while its window is open; `closed` ends it.

    group: group-by name -> value. value: the count, sum, average … that met the threshold.
    events: ids of the events, in time order, the first ones when there are more; total counts all.
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
