"""A process that follows the files of a folder, with a journal that is one file. Started by test_file_kill.py."""

import asyncio
import os
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

from tocsin.intake.inputs.file.config import Config
from tocsin.intake.inputs.file.input import open_input
from tocsin.model.received import Received, dump, load
from tocsin.ports.input import Refusal
from tocsin.settings.paths import Pattern
from tocsin.settings.scalars import Duration

_SIZES = struct.Struct("<II")


def frames_of(path: Path) -> list[tuple[bytes, bytes]]:
    """Return the whole frames of a journal: payload and meta."""
    data = path.read_bytes() if path.exists() else b""
    frames, at = [], 0
    while at + _SIZES.size <= len(data):
        payload, meta = _SIZES.unpack_from(data, at)
        end = at + _SIZES.size + payload + meta
        if end > len(data):
            break
        frames.append((data[at + _SIZES.size : end - meta], data[end - meta : end]))
        at = end
    return frames


class Journal:
    """Answers when the frame is synced."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.frames = frames_of(top / "journal")
        whole = sum(_SIZES.size + len(payload) + len(meta) for payload, meta in self.frames)
        self.file = (top / "journal").open("ab")
        self.file.truncate(whole)

    async def take(self, batch: Received) -> None:
        await asyncio.to_thread(self.append, dump(batch))

    def append(self, frame: tuple[bytes, bytes]) -> None:
        self.file.write(_SIZES.pack(len(frame[0]), len(frame[1])) + frame[0] + frame[1])
        self.file.flush()
        os.fdatasync(self.file.fileno())
        self.frames.append(frame)

    def refused(self, name: str, why: Refusal, count: int = 1) -> None:
        with (self.top / "refused").open("a") as file:
            file.write(f"{why.name} {count}\n")

    def connections(self, name: str, count: int) -> None:
        raise NotImplementedError

    def redo(self, name: str) -> Sequence[bytes]:
        known = self.top / "known"
        start = int(known.read_text()) if known.exists() else 0
        return [load(payload, meta).context.redo for payload, meta in self.frames[start:]]

    def saved(self, name: str) -> None:
        new = self.top / "known.new"
        new.write_text(str(len(self.frames)))
        new.replace(self.top / "known")


async def follow(top: Path) -> None:
    config = Config(paths=(Pattern(top / "logs/*.log"),), look=Duration(3))
    made = open_input("logs", config, Journal(top), top / "state")
    await made.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(follow(Path(sys.argv[1])))
