"""Where the control database of some settings is."""

from pathlib import Path

from tocsin.control.database import Database
from tocsin.errors import ConfigError
from tocsin.settings.tables import Settings

FILE = "control.db"


def control_url(settings: Settings) -> str:
    """Return its URL. It may hold a password."""
    if settings.control.url:
        return settings.control.url.resolve()
    return f"sqlite:///{settings.tocsin.data.path / FILE}"


def open_control(settings: Settings) -> Database:
    """Open the one that the monitor has made; raises ConfigError if there is none."""
    url = control_url(settings)
    file = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:") and not file.exists():
        raise ConfigError(f"{file}: is not there; the monitor makes it when it starts for the first time")
    return Database(url)
