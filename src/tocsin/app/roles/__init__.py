"""The roles, each a process of its own."""
