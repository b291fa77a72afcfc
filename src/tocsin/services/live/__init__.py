"""What the roles of the live monitor do, without the processes around it."""
