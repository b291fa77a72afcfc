"""What users add is one folder: found by listing folders and entry points, never by editing a list."""

from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from tocsin.errors import ContentError


def folders(package: str, module: str) -> dict[str, Any]:
    """Return `package.<folder>.module` for every folder that has that module, by the folder's name, sorted."""
    places = getattr(import_module(package), "__path__", ())
    names = sorted({entry.parent.name for place in places for entry in Path(place).glob(f"*/{module}.py")})
    return {name: import_module(f"{package}.{name}.{module}") for name in names}


def installed(group: str) -> dict[str, Any]:
    """Return what other distributions offer under an entry-point group, by name; raises ContentError."""
    return {one.name: _loaded(one) for one in sorted(entry_points(group=group), key=lambda one: one.name)}


def _loaded(entry: Any) -> Any:
    try:
        return entry.load()
    except (ImportError, AttributeError) as error:
        raise ContentError(
            f"the plug-in {entry.name!r} of {entry.value!r} cannot be loaded: {error}; upgrade or remove it"
        ) from None
