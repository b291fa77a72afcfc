"""`tocsin init`: a settings file, a token, a systemd unit and a container file to start from."""

import re
import secrets
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import tocsin.content
from tocsin import __version__
from tocsin.errors import ConfigError
from tocsin.model.hidden import plain

TEMPLATES = Path(tocsin.content.__file__).parent / "init"
NAMES = ("tocsin.toml", "tocsin.service", "Containerfile")
TOKEN = "http.token"
_UNSAFE = re.compile(r"[^A-Za-z0-9/._+-]")


def write_files(folder: Path, *, force: bool = False) -> list[Path]:
    """Write all; returns the files, the token last. Raises ConfigError when one is there already, before it writes any.

    A token that is there already stays, whatever else is overwritten: senders have it.
    """
    top = folder.absolute()
    made = {top / name: _filled(name, _values(top)) for name in NAMES}
    there = [path for path in made if path.is_symlink() or path.exists()]
    if there and not force:
        listed = ", ".join(plain(str(path), 300) for path in there)
        raise ConfigError(f"{listed}: already there; --force overwrites, or name another folder")
    try:
        top.mkdir(parents=True, exist_ok=True)
        for path, text in made.items():
            _put(path, text, force=force)
        _put_token(top / TOKEN)
    except OSError as error:
        raise ConfigError(f"{plain(str(error.filename), 300)}: cannot be written: {error.strerror}") from None
    return [*made, top / TOKEN]


def _put(path: Path, text: str, *, force: bool) -> None:
    if force:
        path.unlink(missing_ok=True)  # a link is replaced, not followed
    with path.open("x", encoding="utf-8") as file:
        file.write(text)


def _put_token(path: Path) -> None:
    """Make a token, readable by its owner only."""
    with suppress(FileExistsError):
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(secrets.token_urlsafe(32), encoding="ascii")


def _values(top: Path) -> dict[str, str]:
    """Paths stand bare in a unit, where a space or a % means something."""
    unsafe = _UNSAFE.search(str(top))
    if unsafe:
        raise ConfigError(
            f"{plain(str(top), 300)}: a systemd unit cannot name a path with {plain(repr(unsafe[0]), 20)} safely; choose another folder"
        )
    return {
        "CONFIG": str(top / "tocsin.toml"),
        "DATA": str(top / "data"),
        "TOKEN": str(top / TOKEN),
        "PROGRAM": _program(),
        "VERSION": __version__,
    }


def _program() -> str:
    """The program that runs now, if it is one: else where packages put it."""
    beside = Path(sys.executable).parent / "tocsin"
    found = str(beside) if beside.exists() else shutil.which("tocsin")
    return found if found and not _UNSAFE.search(found) else "/usr/local/bin/tocsin"


def _filled(name: str, values: Mapping[str, str]) -> str:
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    # systemd's own words, @system-service, are in small letters.
    return re.sub(r"@([A-Z]+)@", lambda found: values[found[1]], text)
