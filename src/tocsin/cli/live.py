"""What commands of the live monitor have in common: the settings file, and the parts that must be installed."""

import argparse
from importlib.util import find_spec

from tocsin.errors import ConfigError

DEFAULT = "tocsin.toml"


def settings_option(parser: argparse.ArgumentParser) -> None:
    """Add `--config`."""
    parser.add_argument(
        "--config", default=DEFAULT, metavar="FILE", help=f"the settings file (default {DEFAULT})"
    )


def needs_serve() -> None:
    """Raise a ConfigError that says what to install when the parts of the monitor are not there."""
    for name in ("sqlalchemy", "chdb"):
        if find_spec(name) is None:
            raise ConfigError(f"{name} is not installed; pip install 'tocsin[serve]'")
