"""Frames that cannot be read: set aside with the reason, for a person to look at. The line goes on."""

from pathlib import Path

import msgspec

from tocsin.model.hidden import plain
from tocsin.ports.journal import Stored
from tocsin.store import durable

SHOWN = 300
"""Characters of a reason that are kept."""


class DeadLetters:
    """A folder with a file a frame: msgpack of a map. The same frame set aside twice is one file."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder

    def put(self, partition: int, stored: Stored, reason: str) -> None:
        """Set a frame aside, durably."""
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
        durable.write(self.folder / f"{partition}-{stored.offset}.msgpack", msgspec.msgpack.encode(content))
