"""Hunt: files in, matches and a summary out. run.py is the whole of it; unit.py is what a worker does."""
