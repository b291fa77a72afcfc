"""One folder a kind of live input. `catalog()` lists them; nothing else needs editing to add one."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from tocsin import registry
from tocsin.errors import ConfigError
from tocsin.ports.input import Input as Running
from tocsin.ports.input import Intake
from tocsin.settings.kinds import Input

Opener: TypeAlias = Callable[[str, Any, Intake, Path], Running]
"""(its name in the settings, its Config, where to hand what it receives, a folder of its own) -> the input."""


def catalog() -> dict[str, type[Input]]:
    """Return the Config of every kind, from the folders here and the entry points `tocsin.inputs`."""
    own = {name: module.Config for name, module in registry.folders(__name__, "config").items()}
    return own | {name: one for name, one in registry.installed("tocsin.inputs").items() if name not in own}


@cache
def _openers() -> dict[str, Opener]:
    return {name: module.open_input for name, module in registry.folders(__name__, "input").items()}


def opener(kind: str) -> Opener:
    """Return what opens an input of a kind: `open_input` of its folder's `input.py`. Raises ConfigError."""
    if kind not in _openers():
        raise ConfigError(f"inputs of kind {kind!r} cannot be opened: their folder has no input.py")
    return _openers()[kind]
