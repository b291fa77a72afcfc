"""Frames that kill their worker, or on which it hangs until it is killed: found out at the second death, and narrowed down to the records that do it.

Before a worker begins frames it notes which. A worker that starts finds there what the last one died of, if it died;
it works those one by one, so that the second death tells which it was. The records of a frame on which two have died are tried in processes of their own, by halves; those that
kill it there are set aside with what was seen, and stored as what nobody could read. The line goes on.
"""

import os
import signal
import struct
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from tocsin.model.place import Place
from tocsin.store.dead import has_room
from tocsin.telemetry.patience import Patience

DEATHS = 2
"""So many deaths on one frame, and its records are tried one by one."""
TRY_SECONDS = 10
"""A record that takes longer than this is as bad as one that kills."""
LAST_SECONDS = 30
"""A trial ends by itself after so long: who would end it may have been killed, and what it inherited is still locked."""
REASON = "it stopped a worker"
_LOOK = 0.005
_NOTE = struct.Struct(">qqq")


class Note(NamedTuple):
    """What a worker is at: frames from first to last. deaths: how many have died at them."""

    first: int
    last: int
    deaths: int


_NOTHING = Note(-1, -1, 0)


class Notes:
    """One partition's note. Not synced: it is for deaths of processes, and the system lives on."""

    def __init__(self, folder: Path, partition: int) -> None:
        self._file = os.open(folder / f"working-{partition}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._died = self._read()

    def suspects(self, offset: int) -> bool:
        """Tell whether a worker may have died of the frame at an offset."""
        return self._died.first <= offset <= self._died.last

    def begin(self, first: int, last: int) -> int:
        """Note that work on frames begins; returns how many workers have died at them."""
        deaths = self._died.deaths + 1 if self.suspects(first) else 0
        self._write(Note(first, last, deaths))
        return deaths

    def close(self) -> None:
        """Note that this worker ended in order."""
        self._write(_NOTHING)
        os.close(self._file)

    def _read(self) -> Note:
        found = os.pread(self._file, _NOTE.size, 0)
        return Note(*_NOTE.unpack(found)) if len(found) == _NOTE.size else _NOTHING

    def _write(self, note: Note) -> None:
        os.pwrite(self._file, _NOTE.pack(*note), 0)


class Culprit(Struct, frozen=True):
    """A record that kills. seen: the end of the traceback, or how the process died."""

    index: int
    record: bytes
    seen: str


def culprits(
    records: Sequence[bytes],
    work: Callable[[Sequence[bytes]], object],
    beat: Callable[[], object] = lambda: None,
) -> list[Culprit]:
    """Return the records that kill a process that works on them; empty if none does, or if none can be tried.

    beat: called again and again meanwhile. It can take minutes: each half with a record that hangs takes TRY_SECONDS.
    """
    if _tried([], work, beat) is not None:
        return []  # it is not the records
    found: list[Culprit] = []
    waiting = [range(len(records))]
    while waiting:
        some = waiting.pop()
        seen = _tried([records[index] for index in some], work, beat)
        if seen is None:
            continue
        if len(some) == 1:
            found.append(Culprit(some[0], records[some[0]], seen))
        else:
            middle = len(some) // 2
            waiting += [some[middle:], some[:middle]]
    return found


def _tried(
    records: Sequence[bytes], work: Callable[[Sequence[bytes]], object], beat: Callable[[], object]
) -> str | None:
    """Work on records in a process of its own; return how that died, None if it did not."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _be_tried(records, work, writer)
    os.close(writer)
    status = _wait(child, beat)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read(4_000).decode("utf-8", "replace")
    if status == 0:
        return None
    if status is None:
        return f"no end after {TRY_SECONDS} seconds"
    return said or f"the process died of {_cause(status)}"


def _be_tried(records: Sequence[bytes], work: Callable[[Sequence[bytes]], object], writer: int) -> None:
    code = 1
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(LAST_SECONDS)
    try:
        work(records)
        code = 0
    except BaseException:  # noqa: BLE001 (whatever it is, the parent wants to know)
        os.write(writer, traceback.format_exc()[-4_000:].encode("utf-8", "replace"))
    finally:
        sys.stdout = sys.stderr = None  # nothing that is buffered here is the child's to write
        os._exit(code)


def _wait(child: int, beat: Callable[[], object]) -> int | None:
    patience = Patience()
    while patience.waited() < TRY_SECONDS:
        beat()
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return status
        time.sleep(_LOOK)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _cause(status: int) -> str:
    return signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else f"exit code {status >> 8}"


def set_aside(found: Sequence[Culprit], place: Place, folder: Path) -> int:
    """Keep records that kill, each with what was seen: `PARTITION-OFFSET-INDEX.record` and `.txt`.

    Returns how many found no room; the store has them all the same, as refused. Raises OSError.
    """
    unkept = 0
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for one in found:
        name = f"{place.partition}-{place.offset}-{one.index}"
        record, seen = folder / f"{name}.record", one.seen.encode("utf-8", "replace")
        if not record.exists() and not has_room(folder, 2, len(one.record) + len(seen)):
            unkept += 1
            continue
        record.write_bytes(one.record)
        record.with_suffix(".txt").write_bytes(seen)
    return unkept
