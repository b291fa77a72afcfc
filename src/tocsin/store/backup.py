"""A copy of the events that another store can be made of, with chDB's own BACKUP and RESTORE."""

from pathlib import Path

from tocsin.errors import ConfigError
from tocsin.store import durable
from tocsin.store.database import Database


def backup(database: Database, folder: Path) -> None:
    """Copy all events into a new folder, durably. Questions and inserts go on meanwhile. Raises ConfigError if it is there."""
    if folder.exists():
        raise ConfigError(f"{folder}: is there already; name a new folder for the backup")
    database.run(f"BACKUP TABLE tocsin.events, TABLE tocsin.expired TO File({_quoted(folder)})")
    for path in (*folder.rglob("*"), folder, folder.parent):
        durable.sync(path)


def restore(database: Database, folder: Path) -> None:
    """Put a backup's events into a store that has none; ConfigError if it has some, or there is no backup."""
    if not (folder / ".backup").is_file():
        raise ConfigError(f"{folder}: is no backup of a store")
    there = database.ask(
        "SELECT (SELECT count() FROM tocsin.events) + (SELECT count() FROM tocsin.expired) AS found",
        {},
        "readonly = 1",
    )
    if there["found"][0].as_py():
        raise ConfigError(f"{database.folder}: has events; a backup is restored into an empty store")
    # The index of words may be there or not, by the settings; that is no difference that matters.
    database.run(
        f"RESTORE TABLE tocsin.events, TABLE tocsin.expired FROM File({_quoted(folder)}) "
        "SETTINGS allow_different_table_def = 1"
    )


def _quoted(folder: Path) -> str:
    text = str(folder.absolute()).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"
