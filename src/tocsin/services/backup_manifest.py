"""What a backup consists of: every file with its hash, and the versions that wrote them. Written last, checked first."""

import hashlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import msgspec
from msgspec import Struct

from tocsin.errors import ConfigError
from tocsin.model.hidden import plain

NAME = "manifest.json"
FILES = "data"
"""The folder of a backup that holds the data folder's files."""
FORMAT = 1
MAX_BYTES = 256 << 20
"""Size of a manifest: some two million files."""
_CHUNK = 1 << 20
_SHOWN = 20


class Kept(Struct, frozen=True):
    """One file. sha256: hexadecimal."""

    size: int
    sha256: str


class Manifest(Struct, frozen=True):
    """created: ISO 8601. control: what the control database is. Names are relative to the data folder, with `/`.

    links: name -> where it leads, from its own folder, within the data folder.
    """

    format: int
    created: str
    tocsin: str
    chdb: str
    control: str
    files: dict[str, Kept]
    folders: tuple[str, ...] = ()
    links: dict[str, str] = {}


def digest(path: Path) -> Kept:
    """Return size and hash of a file. Raises OSError."""
    found, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
            size += len(chunk)
    return Kept(size, found.hexdigest())


def read(folder: Path) -> Manifest:
    """Read the manifest of a backup; raises ConfigError when it is none that this version can restore."""
    path = folder / NAME
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{path}: is larger than {MAX_BYTES >> 20} MiB")
        found = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError:
        raise ConfigError(f"{folder}: is no backup, or one that was not finished: it has no {NAME}") from None
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ConfigError(f"{path}: cannot be read: {plain(str(error), 200)}") from None
    if found.format != FORMAT:
        raise ConfigError(f"{path}: is of format {found.format}; this version restores format {FORMAT}")
    wrong = [name for name in _names(found) if not _is_within(name)]
    wrong += [name for name, target in found.links.items() if not _leads_within(name, target)]
    if wrong:
        raise ConfigError(f"{path}: leads out of the data folder: {plain(', '.join(wrong[:_SHOWN]), 500)}")
    return found


def verify(folder: Path, manifest: Manifest) -> None:
    """Compare all files with the manifest; raises ConfigError with what differs."""
    wrong = list(_differences(folder / FILES, manifest))
    if wrong:
        more = f"\nand {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise ConfigError(f"{folder}: the backup is damaged\n" + "\n".join(wrong[:_SHOWN]) + more)


def _differences(top: Path, manifest: Manifest) -> Iterator[str]:
    for name, kept in manifest.files.items():
        path = top / name
        if path.is_symlink() or not path.is_file():
            yield f"{plain(name, 200)}: is not there"
        elif digest(path) != kept:
            yield f"{plain(name, 200)}: is not what was backed up"


def _names(manifest: Manifest) -> Iterator[str]:
    yield from manifest.files
    yield from manifest.folders
    yield from manifest.links


def _is_within(name: str) -> bool:
    parts = name.split("/")
    return "\0" not in name and all(part not in {"", ".", ".."} for part in parts)


def _leads_within(name: str, target: str) -> bool:
    parts = target.split("/")
    up = next((at for at, part in enumerate(parts) if part != ".."), len(parts))
    # Up first, then down: `..` behind a name might lead through another link.
    return up <= len(PurePosixPath(name).parent.parts) and (
        up == len(parts) or _is_within("/".join(parts[up:]))
    )
