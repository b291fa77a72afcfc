"""Which kind of entity a correlation is grouped by, guessed from the name: the same live and in a hunt."""

from collections.abc import Iterable

from tocsin.sigma.rule import Correlation

_WORDS = {
    "ip": ("ip", "addr", "source_address"),
    "repo": ("repo",),
    "host": ("host", "computer", "workstation"),
    "user": ("user", "account", "actor", "identity", "login", "principal"),
}


def kinds_of(correlations: Iterable[Correlation]) -> dict[str, str]:
    """Return the names that correlations are grouped by, with the kinds of those that name entities."""
    names = {name for one in correlations for name in one.group_by}
    return {name: kind for name in sorted(names) if (kind := kind_of(name))}


def kind_of(name: str) -> str:
    """Guess the kind of entity from a group-by field's name: `source.ip`, `TargetUserName`, `sourceIPAddress`."""
    low = name.lower()
    return next((kind for kind, words in _WORDS.items() if any(word in low for word in words)), "")
