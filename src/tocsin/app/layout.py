"""Where everything is below the data folder."""

import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

from tocsin.errors import ConfigError, DeliveryError
from tocsin.journal.local import LocalJournal
from tocsin.services.live.topics import limits_of, topics_of
from tocsin.settings.tables import Settings
from tocsin.store.durable import sync

_T = TypeVar("_T")
KEY_BYTES = 32
LOCK_SECONDS = 20.0
"""How long a role that starts waits for one that has not ended yet."""


class Layout(NamedTuple):
    """The data folder."""

    data: Path

    @property
    def journal(self) -> Path:
        """Events, columns, signals."""
        return self.data / "journal"

    @property
    def run(self) -> Path:
        """Status of roles, sockets and locks: of no use once all have ended."""
        return self.data / "run"

    @property
    def snapshots(self) -> Path:
        """What roles run with, by hash."""
        return self.data / "snapshots"

    @property
    def inputs(self) -> Path:
        """How far inputs are that keep that themselves."""
        return self.data / "inputs"

    @property
    def store(self) -> Path:
        """The event store."""
        return self.data / "store"

    @property
    def store_socket(self) -> Path:
        """Where the store answers."""
        return self.run / "store.sock"

    @property
    def dead(self) -> Path:
        """Records that no role could work on, and why."""
        return self.data / "dead-letters"

    def make(self) -> None:
        """Make the folders, for their owner only. Raises OSError."""
        for folder in (self.data, self.journal, self.run, self.snapshots, self.inputs, self.store, self.dead):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def key(self, name: str) -> bytes:
        """Return a secret of this installation, made when there is none. Raises OSError, ConfigError.

        `redaction`: of the hashes that stand for redacted secrets. `canary`: of the markers of canaries.
        """
        path = self.data / f"{name}.key"
        with suppress(FileExistsError):
            fresh = self.run / f"{name}.{os.getpid()}.new"
            fresh.touch(mode=0o600)
            try:
                fresh.write_bytes(secrets.token_bytes(KEY_BYTES))
                sync(fresh)  # else it may be there after a loss of power, and empty
                os.link(fresh, path)  # of several workers that start at once, one makes it
                sync(self.data)
            finally:
                fresh.unlink()
        found = path.read_bytes()
        if len(found) != KEY_BYTES:
            raise ConfigError(
                f"{path}: is damaged, a key has {KEY_BYTES} bytes; put it back from a backup, or remove it: then another "
                "is made, and what was known by the old one is not known again"
            )
        return found

    def open_journal(self, settings: Settings) -> LocalJournal:
        """Return the journal."""
        return LocalJournal(self.journal, topics_of(settings.journal), limits_of(settings.journal))


def patiently(open_it: Callable[[], _T]) -> _T:
    """Open what another process may still hold for a moment; raises DeliveryError when it does not let go."""
    latest = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            return open_it()
        except DeliveryError as error:
            if not error.retryable or time.monotonic() > latest:
                raise
            time.sleep(0.05)
