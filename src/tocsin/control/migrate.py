"""Bring a database to the tables that this version knows, from empty or from any earlier version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from tocsin.control.database import Database
from tocsin.errors import ConfigError

_MIGRATIONS = str(Path(__file__).parent / "migrations")


def upgrade(database: Database) -> None:
    """Run the steps that are missing, all or none; others wait meanwhile, and then find nothing to do.

    Raises ConfigError if a newer version of Tocsin made the database.
    """
    with database.write() as connection:
        config = Config()
        config.set_main_option("script_location", _MIGRATIONS)
        # A path may hold a space; without this, Alembic would take it for two.
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise ConfigError(f"the control database is of another version of Tocsin: {error}") from error


def steps(database: Database) -> tuple[str, str]:
    """Return the step that a database is at, "" if none, and the last one that this version knows."""
    with database.read() as connection:
        at = MigrationContext.configure(connection).get_current_revision()
    return at or "", ScriptDirectory(_MIGRATIONS).get_current_head() or ""
