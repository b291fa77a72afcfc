"""Regular expressions are compiled where rules are read: their mistakes are a rule's mistakes."""

from tocsin.sigma.regex import Searcher, required_literal, searcher

__all__ = ["Searcher", "required_literal", "searcher"]
