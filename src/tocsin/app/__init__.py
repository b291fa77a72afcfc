"""The composition root: settings -> roles."""
