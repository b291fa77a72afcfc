"""What other tools call Sigma's levels, from the least urgent to the most."""

SARIF = ("note", "note", "warning", "error", "error")
GITHUB = ("notice", "notice", "warning", "error", "error")
SEVERITY = ("0.5", "2.5", "5.5", "8.0", "9.5")
"""SARIF's `security-severity`: GitHub reads critical above 9, high from 7, medium from 4."""
