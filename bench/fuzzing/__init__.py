"""Fuzzing: mutated records, files and messages against every decoder and every listener; see bench/fuzz.py."""
