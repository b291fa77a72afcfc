"""One folder a kind of log. `catalog()` lists them; nothing else needs editing to add one."""

from functools import cache
from importlib import import_module
from pathlib import Path

from tocsin.ports.source import Source


@cache
def catalog() -> dict[str, Source]:
    """Return every source by name, found by listing the folders beside this file."""
    folders = sorted(entry.parent.name for entry in Path(__file__).parent.glob("*/source.py"))
    found = [import_module(f"tocsin.sources.{folder}.source").SOURCE for folder in folders]
    return {source.name: source for source in found}
