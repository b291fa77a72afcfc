"""The kinds of inputs and channels that there are, for reading the settings."""

from functools import cache
from pathlib import Path

from tocsin import notify
from tocsin.intake import inputs
from tocsin.settings import load
from tocsin.settings.kinds import Channel, Input, Kinds
from tocsin.settings.tables import Settings


@cache
def kinds() -> Kinds:
    """Return them."""
    return {Input: inputs.catalog(), Channel: notify.catalog()}


def load_settings(path: Path) -> Settings:
    """Read a settings file; raises SettingsError with every mistake in it, ConfigError when it is not there."""
    return load.load(path, kinds())
