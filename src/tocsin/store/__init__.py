"""The searchable store of events: chDB, and the one process that opens it."""
