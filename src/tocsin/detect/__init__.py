"""Rules against events. engine.py is the fast way, naive.py the obvious one; tests hold them equal."""
