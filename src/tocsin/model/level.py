"""Sigma's levels in order."""

LEVELS = ("informational", "low", "medium", "high", "critical")
"""From the least urgent to the most."""


def rank(level: str) -> int:
    """Return 0 for informational (and for a word that is none) … 4 for critical."""
    return LEVELS.index(level) if level in LEVELS else 0
