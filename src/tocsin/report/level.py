"""Sigma's levels in order, and what other tools call them."""

LEVELS = ("informational", "low", "medium", "high", "critical")
"""From the least urgent to the most."""

SARIF = ("note", "note", "warning", "error", "error")
GITHUB = ("notice", "notice", "warning", "error", "error")
SEVERITY = ("0.5", "2.5", "5.5", "8.0", "9.5")
"""SARIF's `security-severity`: GitHub reads critical above 9, high from 7, medium from 4."""


def rank(level: str) -> int:
    """Return 0 for informational (and for a word that is none) … 4 for critical."""
    return LEVELS.index(level) if level in LEVELS else 0
