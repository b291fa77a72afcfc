"""The plain values that stages hand to one another. Imports nothing of ours but errors."""
