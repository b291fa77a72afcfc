"""How a hunt's result is written: one module a format in `formats/`, found by listing; the page is `html/`."""

from importlib import import_module
from pathlib import Path

from tocsin.errors import ConfigError
from tocsin.report.format import About, Format

__all__ = ["About", "Format", "load", "names"]


def names() -> tuple[str, ...]:
    """List the formats without importing any: `--help` names them too."""
    return tuple(sorted(file.stem for file in (Path(__file__).parent / "formats").glob("[a-z]*.py")))


def load(name: str) -> Format:
    """Return the format of that name."""
    if name not in names():
        raise ConfigError(f"no format {name!r}; there are {', '.join(names())}")
    found: Format = import_module(f"tocsin.report.formats.{name}").FORMAT
    return found
