"""Correlation: observations in, correlated alerts out. Start with engine.py; naive.py is the definition."""
