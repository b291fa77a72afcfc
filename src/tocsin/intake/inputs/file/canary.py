"""Canaries of a file input: lines of a file of their own, which it follows like all others."""

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from tocsin.intake.canary import told
from tocsin.intake.inputs.file.config import Config
from tocsin.ports.input import Send
from tocsin.settings.paths import Pattern

FILE = "canary.log"
LARGE = 64 << 10
"""Bytes after which another file is begun."""


def ways(_config: Config, folder: Path) -> Mapping[str, Send]:
    """Return the one way."""
    return {"file": partial(_append, folder / FILE)}


def followed(config: Config, folder: Path) -> Config:
    """Return what the input follows: the file of canaries too, unless there are to be none. Raises OSError."""
    if not config.canary:
        return config
    path = folder / FILE
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    return replace(config, paths=(Pattern(path), *config.paths))


def _append(path: Path, record: bytes) -> None:
    with told():
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, record + b"\n")
            large = os.fstat(descriptor).st_size > LARGE
        finally:
            os.close(descriptor)
        if large:
            path.replace(path.with_suffix(".old"))
            path.touch(mode=0o600)  # at once: the input looks for it as soon as the other one is moved
