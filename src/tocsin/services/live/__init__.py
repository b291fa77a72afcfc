"""What the roles of the live monitor do, each in a plain class that a process runs in a loop."""
