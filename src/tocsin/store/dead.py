"""What cannot be worked on: set aside with the reason, for a person to look at. The line goes on.

The bounds keep the oldest: the first ones show the cause, and nothing goes that nobody has looked at. What finds no
room is counted and logged by whoever sets it aside.
"""

import os
from pathlib import Path
from typing import NamedTuple

import msgspec

from tocsin.model.hidden import plain
from tocsin.ports.journal import Stored
from tocsin.store import durable

MAX_FILES = 2_000
"""Files of one folder of dead letters; further ones are not kept, but counted and logged."""
MAX_BYTES = 256 << 20
"""Their bytes together, likewise."""
SHOWN = 300
"""Characters of a reason that are kept."""


class Held(NamedTuple):
    """What a folder of dead letters has."""

    files: int
    size: int


def held(folder: Path) -> Held:
    """Count what is in a folder, which need not be there. size: bytes. Raises OSError."""
    if not folder.is_dir():
        return Held(0, 0)
    with os.scandir(folder) as found:
        sizes = [one.stat(follow_symlinks=False).st_size for one in found]
    return Held(len(sizes), sum(sizes))


def has_room(folder: Path, files: int, size: int) -> bool:
    """Tell whether so many files of so many bytes more stay within the bounds."""
    now = held(folder)
    return now.files + files <= MAX_FILES and now.size + size <= MAX_BYTES


class DeadLetters:
    """A folder with a file a frame: msgpack of a map. The same frame set aside twice is one file."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder

    def put(self, partition: int, stored: Stored, reason: str) -> bool:
        """Set a frame aside, durably; tell whether there was room for it."""
        frame = stored.frame
        content = {
            "reason": plain(reason, SHOWN),
            "partition": partition,
            "offset": stored.offset,
            "origin": frame.origin,
            "arrived": frame.arrived,
            "meta": frame.meta,
            "payload": frame.payload,
        }
        path, letter = self.folder / f"{partition}-{stored.offset}.msgpack", msgspec.msgpack.encode(content)
        if not path.exists() and not has_room(self.folder, 1, len(letter)):
            return False
        durable.write(path, letter)
        return True
