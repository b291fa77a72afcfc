"""One folder a kind of live input. `catalog()` lists them; nothing else needs editing to add one."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from tocsin import registry
from tocsin.errors import ConfigError
from tocsin.ports.input import Input as Running
from tocsin.ports.input import Intake, Send
from tocsin.settings.kinds import Input, kind_of

Opener: TypeAlias = Callable[[str, Any, Intake, Path], Running]
"""(its name in the settings, its Config, where to hand what it receives, a folder of its own) -> the input."""


Ways: TypeAlias = Callable[[Any, Path], Mapping[str, Send]]
"""(its Config, its folder) -> name of a transport -> what sends a record through it."""


def catalog() -> dict[str, type[Input]]:
    """Return the Config of every kind, from the folders here and the entry points `tocsin.inputs`."""
    own = {name: module.Config for name, module in registry.folders(__name__, "config").items()}
    return own | {name: one for name, one in registry.installed("tocsin.inputs").items() if name not in own}


@cache
def _openers() -> dict[str, Opener]:
    return {name: module.open_input for name, module in registry.folders(__name__, "input").items()}


@cache
def _ways() -> dict[str, Ways]:
    return {name: module.ways for name, module in registry.folders(__name__, "canary").items()}


def ways(config: Input, folder: Path) -> Mapping[str, Send]:
    """Return how canaries get into an input: `ways` of its folder's `canary.py`. Raises ConfigError if they cannot.

    folder: the input's own.
    """
    kind = kind_of(config)
    if kind not in _ways():
        raise ConfigError(f"there are no canaries for the kind {kind!r}; set canary = false")
    return _ways()[kind](config, folder)


def opener(kind: str) -> Opener:
    """Return what opens an input of a kind: `open_input` of its folder's `input.py`. Raises ConfigError."""
    if kind not in _openers():
        raise ConfigError(f"inputs of kind {kind!r} cannot be opened: their folder has no input.py")
    return _openers()[kind]
