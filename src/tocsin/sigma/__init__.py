"""Sigma 2.1: the model of rules, their parser, loader and linter."""
