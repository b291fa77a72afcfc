"""Backup and restore of a data folder whose monitor is stopped.

All of it is copied, the journal too: the control database knows which frames have had their effects, the store has
rows named by them, and consumers stand somewhere in them. Only together do they say the same; with another journal
frames would be skipped as applied, and ids of events given twice.
"""

import fcntl
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from tocsin import __version__
from tocsin.errors import ConfigError
from tocsin.model.moment import to_iso
from tocsin.services import backup_manifest as manifests
from tocsin.services.backup_manifest import FILES, FORMAT, NAME, Kept, Manifest
from tocsin.services.control_place import FILE as CONTROL
from tocsin.services.kinds import load_settings
from tocsin.settings.tables import Settings
from tocsin.store.durable import sync

RUN = "run"
"""Locks, sockets and what roles say of themselves: of no use once all have ended, and so not copied."""
FRESH, ASIDE = ".restoring", "before-restore"
"""Where a restore puts files before they take their places, and what was there."""
_LOCKS = ("journal/*/*/writer", "journal/*/*/*.lock")


def backup(config: Path, folder: Path) -> Manifest:
    """Copy what the monitor of these settings has, durably, into a new folder. Raises ConfigError while it runs."""
    settings = load_settings(config)
    data = settings.tocsin.data.path
    if not data.is_dir():
        raise ConfigError(f"{data}: is not there; there is nothing to back up")
    if folder.resolve().is_relative_to(data.resolve()):
        raise ConfigError(f"{folder}: is within the data folder; name a place outside of it")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{folder}: is there already; name a new folder for the backup")
    with stopped(data):
        (folder / FILES).mkdir(parents=True, mode=0o700)
        folder.chmod(0o700)
        made = _copied(data, folder / FILES, settings)
        _write(folder / NAME, msgspec.json.format(msgspec.json.encode(made)))
    return made


def restore(config: Path, folder: Path, *, force: bool = False) -> Path | None:
    """Put a backup in the place of the data folder's content; return where that is now, None if there was none.

    All of the backup is verified before anything is touched. Raises ConfigError for one that is damaged, while the
    monitor runs, and, without force, when there are data already.
    """
    settings = load_settings(config)
    data = settings.tocsin.data.path
    manifest = manifests.read(folder)
    if (manifest.control == "sqlite") != (settings.control.url is None):
        raise ConfigError(
            f"the backup is of a monitor whose control database was {manifest.control}; set control.url as it was then"
        )
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with stopped(data):
        there = _there(data)
        if there and not force:
            raise ConfigError(f"{data}: has data already; with --force they are moved aside, and kept")
        manifests.verify(folder, manifest)
        fresh = data / FRESH
        shutil.rmtree(fresh, ignore_errors=True)
        _put(folder / FILES, fresh, manifest)
        aside = _moved_aside(data, there)
        for entry in sorted(fresh.iterdir()):
            entry.replace(data / entry.name)
        fresh.rmdir()
        sync(data)
    return aside


@contextmanager
def stopped(data: Path) -> Iterator[None]:
    """Keep a monitor from running meanwhile; raises ConfigError if it, or one of its roles, does."""
    (data / RUN).mkdir(mode=0o700, exist_ok=True)
    with ExitStack() as stack:
        held = [data / RUN / "supervisor.lock", *(path for some in _LOCKS for path in data.glob(some))]
        for path in held:
            lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            stack.callback(os.close, lock)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ConfigError(
                    f"{data}: the monitor runs; stop it first (systemctl stop tocsin, or end `tocsin serve`)"
                ) from None
        yield


def _copied(data: Path, target: Path, settings: Settings) -> Manifest:
    files: dict[str, Kept] = {}
    folders: list[str] = []
    links: dict[str, str] = {}
    for path in _walk(data):
        name = path.relative_to(data).as_posix()
        place = target / name
        if path.is_symlink():
            links[name] = str(path.readlink())
        elif path.is_dir():
            place.mkdir(mode=0o700)
            folders.append(name)
        elif path.is_file():
            files[name] = _copy(path, place)
    if settings.control.url is None and (data / CONTROL).exists():
        files[CONTROL] = _copy_sqlite(data / CONTROL, target / CONTROL)
    for folder in (target, *(target / name for name in folders)):
        sync(folder)
    control = "sqlite" if settings.control.url is None else "postgresql"
    at = to_iso(time.time())
    return Manifest(FORMAT, at, __version__, _chdb(), control, files, tuple(folders), links)


def _walk(data: Path) -> Iterator[Path]:
    """Yield what is to be copied as it is, folders before what is in them. The control database has a way of its own."""
    for path in sorted(data.iterdir()):
        if path.name in {RUN, FRESH} or path.name.startswith((ASIDE, CONTROL)):
            continue
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from sorted(path.rglob("*"))


def _copy(path: Path, place: Path) -> Kept:
    """Copy a file, durably; its hash is that of the copy as it is read again."""
    shutil.copyfile(path, place)
    place.chmod(0o600)
    sync(place)
    return manifests.digest(place)


def _copy_sqlite(path: Path, place: Path) -> Kept:
    """Copy with SQLite's own backup: what is in its log beside it is in the copy."""
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(place)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE").close()
    place.chmod(0o600)
    sync(place)
    return manifests.digest(place)


def _put(source: Path, target: Path, manifest: Manifest) -> None:
    target.mkdir(mode=0o700)
    for name in sorted(manifest.folders):
        (target / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, kept in manifest.files.items():
        # Read once more: what was verified a moment ago may be on a disk that fails.
        if _copy(source / name, target / name) != kept:
            raise ConfigError(f"{source / name}: changed while it was restored; nothing was put in place")
    for name, leads in manifest.links.items():
        (target / name).symlink_to(leads)
    for folder in (target, *(target / name for name in manifest.folders)):
        sync(folder)


def _there(data: Path) -> list[Path]:
    """Return what would be in the way: anything but locks, and what earlier restores moved aside."""
    own = (FRESH, ASIDE)
    return [path for path in sorted(data.iterdir()) if path.name != RUN and not path.name.startswith(own)]


def _moved_aside(data: Path, there: list[Path]) -> Path | None:
    if not there:
        return None
    aside = data / f"{ASIDE}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
    aside.mkdir(mode=0o700)
    for path in there:
        path.replace(aside / path.name)
    return aside


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)
    sync(path)
    sync(path.parent)


def _chdb() -> str:
    with suppress(PackageNotFoundError):
        return version("chdb")
    return ""
