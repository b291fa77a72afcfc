"""Which channels are told of an alert. Pure: the moment is handed in."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from tocsin.model.alert import Alert
from tocsin.model.level import rank
from tocsin.model.match import Entities
from tocsin.settings.tables import Route

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def targets(routes: Iterable[Route], alert: Alert, at: float) -> tuple[str, ...]:
    """Return the names of the channels, each once, in the order of the routes. at: seconds since 1970."""
    found: dict[str, None] = {}
    for route in routes:
        if not takes(route, alert, at):
            continue
        found |= dict.fromkeys(route.channels)
        if route.last:
            break
    return tuple(found)


def takes(route: Route, alert: Alert, at: float) -> bool:
    """Tell whether all conditions of a route hold.

    An alert that does not name its sources may be of any: to be told once too often is better than never.
    """
    rule = alert.rule
    return (
        rank(alert.level) >= rank(route.level)
        and (not alert.sources or _any(route.sources, alert.sources))
        and _any(route.rules, (rule.id, rule.title, *rule.tags))
        and (not route.entities or _any(route.entities, _named(alert.entities)))
        and _in_time(route, at)
    )


def fits(text: str, pattern: str) -> bool:
    """Tell whether a text is as the pattern says, `*` for any text; case does not count. Linear."""
    text = text.casefold()
    first, *rest = pattern.casefold().split("*")
    if not rest:
        return text == first
    *middle, last = rest
    if not text.startswith(first) or len(text) < len(first) + len(last) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def _any(patterns: Sequence[str], texts: Iterable[str]) -> bool:
    return not patterns or any(fits(text, pattern) for text in texts for pattern in patterns)


def _named(entities: Entities) -> list[str]:
    kinds = Entities.__struct_fields__
    return [f"{kind}:{name}" for kind in kinds for name in getattr(entities, kind)]


def _in_time(route: Route, at: float) -> bool:
    """Tell whether a moment is in the route's hours; what goes over midnight is of the day on which it begins."""
    if route.hours is None and not route.days:
        return True
    # UTC by name would need zone data, which slim containers lack.
    zone: tzinfo = UTC if route.zone == "UTC" else route.zone.info
    local = datetime.fromtimestamp(at, zone)
    minute = local.hour * 60 + local.minute
    if route.hours is None:
        return _on(route, local.date())
    first, last = route.hours.minutes
    if first < last:
        return first <= minute < last and _on(route, local.date())
    if minute >= first:
        return _on(route, local.date())
    return minute < last and _on(route, local.date() - timedelta(days=1))


def _on(route: Route, day: date) -> bool:
    return not route.days or _DAYS[day.weekday()] in route.days
