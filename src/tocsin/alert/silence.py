"""Which silence keeps an alert quiet."""

from collections.abc import Iterable

from tocsin.model.alert import Mute, Muted
from tocsin.model.match import Entities, RuleRef
from tocsin.model.silence import Silence


def silenced(
    silences: Iterable[Silence], rule: RuleRef, entities: Entities, *, arrived: float
) -> Mute | None:
    """Return the first silence that matches, as a reason."""
    for one in silences:
        if one.matches(rule, entities, arrived):
            return Mute(Muted.SILENCED, one.id)
    return None
