"""Data, not code: rule packs."""
