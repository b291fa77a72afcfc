"""The load that judges the live monitor: a stream over real events, a client that counts answers, and the checks."""
