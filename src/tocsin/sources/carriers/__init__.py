"""What protocols wrap records in: a folder each, with `carrier.py`, whose `carried` takes the record out of its wrapping.

An input names the carrier of what it receives (`Context.carrier`), so what a log says in its own text is never taken for a wrapping.
"""

from collections.abc import Mapping
from functools import cache

from tocsin import registry
from tocsin.ports.source import Carrier


@cache
def carriers() -> Mapping[str, Carrier]:
    """Return them by name."""
    return {name: module.carried for name, module in registry.folders(__name__, "carrier").items()}
