"""Bring a database to the tables that this version knows, from empty or from any earlier version."""

from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

from tocsin.control.database import Database
from tocsin.errors import ConfigError

FOLDER = Path(__file__).parent / "migrations"
_VERSION = table("alembic_version", column("version_num"))


def upgrade(database: Database) -> None:
    """Run the steps that are missing, all or none; others wait meanwhile, and then find nothing to do.

    Raises ConfigError if a newer version of Tocsin made the database.
    """
    with database.read() as connection:
        if _is_current(connection):
            return
    # Late: Alembic takes longer to import than a role may take to be back.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    with database.write() as connection:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
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
        return _step(connection), _newest()


def _is_current(connection: Connection) -> bool:
    return _step(connection) == _newest()


def _newest() -> str:
    return max(path.name[1:5] for path in (FOLDER / "versions").glob("v*_*.py"))


def _step(connection: Connection) -> str:
    if not inspect(connection).has_table(_VERSION.name):
        return ""
    return " ".join(connection.scalars(select(_VERSION.c.version_num)))
