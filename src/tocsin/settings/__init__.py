"""Settings: `tocsin.toml` as typed, immutable values, and every mistake in it at once.

Begin with `tables.Settings` (what there is to set) and `load.load` (how it is read).
"""
