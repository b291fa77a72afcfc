"""Values for the `%placeholders%` that rules ask for: a YAML map of name -> text or list of texts."""

from pathlib import Path

import yaml

from tocsin.errors import ConfigError


def read_placeholders(path: Path) -> dict[str, tuple[str, ...]]:
    """Read the file; raises ConfigError that says what is wrong in it."""
    try:
        found = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ConfigError(f"{path}: not YAML: {error}") from None
    if not isinstance(found, dict):
        raise ConfigError(f"{path}: write a map, `Admins_Workstations: [pc-1, pc-2]`")
    return {str(name): _texts(path, name, values) for name, values in found.items()}


def _texts(path: Path, name: object, values: object) -> tuple[str, ...]:
    listed = values if isinstance(values, list) else [values]
    if not listed or not all(isinstance(value, str | int | float) for value in listed):
        raise ConfigError(f"{path}: {name}: a text or a list of texts")
    return tuple(str(value) for value in listed)
