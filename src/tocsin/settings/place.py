"""Settings as they are meant from anywhere: relative paths are from the folder of the settings file."""

from pathlib import Path
from typing import Any, TypeVar

from tocsin.settings.kinds import Table
from tocsin.settings.quote import Keys
from tocsin.settings.secret import Secret
from tocsin.settings.walk import changed

SomeTable = TypeVar("SomeTable", bound=Table)


def placed(settings: SomeTable, toml: Path) -> SomeTable:
    """Return the settings with absolute paths. toml: the settings file, absolute."""

    def change(value: Any, keys: Keys) -> Any:
        if isinstance(value, Secret):
            return value.placed(toml, keys)
        return value.placed(toml) if hasattr(value, "placed") else value

    made: SomeTable = changed(settings, change)
    return made
