"""The sentence that says why there is an alert. Takes what is plain already."""

from collections.abc import Mapping, Sequence

from tocsin.model.match import MatchedField

MAX_WHY = 1_000
"""Characters of the sentence."""
_MOST = 6
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def of_match(title: str, fields: Sequence[MatchedField]) -> str:
    """Say which fields made a rule true: `Deploy key added: action is public_key.create.`."""
    said = [f"{field.name} is {_value(field.value)}" for field in fields[:_MOST]]
    rest = [f"and {len(fields) - _MOST} more fields"] if len(fields) > _MOST else []
    return _sentence(title, [*said, *rest])


def of_correlation(title: str, total: int, seconds: float, group: Mapping[str, str]) -> str:
    """Say what came together: `Password guessing: 12 events within 3 minutes, user.name is root.`."""
    events = "1 event" if total == 1 else f"{total:,} events within {span(seconds)}"
    return _sentence(title, [events, *(f"{name} is {value}" for name, value in list(group.items())[:_MOST])])


def _sentence(title: str, parts: list[str]) -> str:
    made = f"{title}: {', '.join(parts)}." if parts else f"{title}."
    return made if len(made) <= MAX_WHY else f"{made[: MAX_WHY - 1]}…"


def _value(value: object) -> str:
    return "empty" if value is None or value == "" else str(value)


def span(seconds: float) -> str:
    """Return a length of time in its largest unit: `12 minutes`."""
    for size, name in _UNITS:
        if seconds >= size:
            many = round(seconds / size)
            return f"{many} {name}" if many == 1 else f"{many} {name}s"
    return "1 second"
