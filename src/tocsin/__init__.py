"""Tocsin: DevOps security event monitoring in one package. Start reading at line.py."""

__version__ = "0.1.0"
