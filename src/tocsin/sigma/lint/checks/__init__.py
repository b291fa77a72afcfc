"""The checks, by what they look at. A new class in any file here is a new check."""
