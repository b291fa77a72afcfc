"""Snapshots: all that decides what the roles do, immutable, named by the hash of its content.

The settings, and the bytes of every file that they are made of (rules, placeholders, pipelines). Two machines,
and two days, that have the same hash do the same. What a secret is does not count, only where it is.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from tocsin.errors import ConfigError
from tocsin.settings.kinds import Kinds
from tocsin.settings.load import read_document
from tocsin.settings.plain import plain_of
from tocsin.settings.tables import Settings

FORMAT = 1
"""Part of every hash: raise it when the meaning of a snapshot's bytes changes."""
SUFFIX = ".snapshot"
UNPACKED = ".files"
"""Beside a snapshot, a folder with those of its files that are read by their path."""
FRESH = ".new"
"""Of a snapshot that is being written."""


class Snapshot(Struct, frozen=True, dict=True):
    """settings: canonical JSON, by top-level table. files: content by group (`rules`, …) and name in it."""

    settings: dict[str, bytes]
    files: dict[str, dict[str, bytes]]

    @cached_property
    def parts(self) -> dict[str, str]:
        """Hash of each part, `inputs`, `routes`, `files.rules` …: what a reload compares."""
        tables = {name: _hash(content) for name, content in self.settings.items()}
        return tables | {f"files.{group}": _hash_files(files) for group, files in self.files.items()}

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the whole, 64 hexadecimal digits."""
        return _hash(canonical({"format": FORMAT, "parts": self.parts}))

    def restored(self, kinds: Kinds) -> Settings:
        """Return the settings; raises SettingsError when this version of Tocsin does not know them."""
        return read_document({name: json.loads(table) for name, table in self.settings.items()}, kinds)


def snapshot(settings: Settings, files: Mapping[str, Mapping[str, bytes]]) -> Snapshot:
    """Make a snapshot."""
    tables = {name: canonical(table) for name, table in sorted(plain_of(settings).items())}
    return Snapshot(tables, {group: dict(sorted(files[group].items())) for group in sorted(files)})


def canonical(value: Any) -> bytes:
    """Return the one JSON text of a plain value: keys sorted, no space, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def keep(one: Snapshot, folder: Path) -> Path:
    """Write a snapshot under its hash, readable by its owner only; returns the file. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = folder / f"{one.hash}{SUFFIX}"
    if place.exists():
        os.utime(place)  # it is in use again, and forgotten after those that were in use before
        return place
    descriptor, name = tempfile.mkstemp(dir=folder, suffix=FRESH)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 (a descriptor has no path)
            file.write(msgspec.msgpack.encode(one))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(place)
    finally:
        with suppress(OSError):
            Path(name).unlink(missing_ok=True)
    return place


def is_kept(one: Snapshot, folder: Path) -> bool:
    """Tell whether this very snapshot was kept before."""
    return (folder / f"{one.hash}{SUFFIX}").exists()


def kept(digest: str, folder: Path) -> Snapshot:
    """Read a snapshot by its hash; raises ConfigError when it is not there, or is not what it was."""
    place = folder / f"{digest}{SUFFIX}"
    try:
        found = msgspec.msgpack.decode(place.read_bytes(), type=Snapshot)
    except (OSError, msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ConfigError(f"{place}: cannot be read: {error}; start again with the settings file") from None
    if found.hash != digest:
        raise ConfigError(f"{place}: its content is not what its name says; remove it")
    return found


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()


def _hash_files(files: Mapping[str, bytes]) -> str:
    return _hash(canonical({name: _hash(content) for name, content in files.items()}))
