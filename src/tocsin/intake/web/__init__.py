"""What all inputs over HTTP share: who may send, how much and how fast, compression, and how events are handed on.

What a protocol says and wants to hear is its `Dialect` (dialect.py), in the folder of its kind below `inputs/`.
"""
