"""All files of an input: which there are, which are open, whose turn it is. Plain and blocking: it runs in a thread."""

import os
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog

from tocsin.intake.inputs.file.config import Config
from tocsin.intake.inputs.file.finding import FILES, Found, find, renamed
from tocsin.intake.inputs.file.positions import ACTIVE, DONE, ROTATED, Key, Part, Position
from tocsin.intake.inputs.file.tail import Lines, Tail
from tocsin.model.hidden import plain
from tocsin.ports.input import Refusal

BATCH = 1 << 20
"""Bytes after which a batch is closed; one slice may go beyond it."""
FORGET = 86_400.0
"""Seconds after which a file that is not found any more is forgotten."""
_MOVED = 0.2  # seconds between two looks at whether a path still leads to its file

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Batch:
    """What was read at one time, of any number of files."""

    records: list[bytes] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    refusals: Counter[Refusal] = field(default_factory=Counter)
    size: int = 0
    busy: bool = False
    """Whether there is more to read at once."""

    def add(self, lines: Lines) -> None:
        """Add lines of one file."""
        self.records += lines.records
        self.parts.append(lines.part)
        self.size += lines.part.end.offset - lines.part.begin
        if lines.cut:
            self.refusals[Refusal.TOO_LARGE] += lines.cut


class Follower:
    """Finds files and reads them in turns."""

    def __init__(self, name: str, config: Config, positions: Iterable[Position], *, first: bool) -> None:
        """first: the input has never run before, so that `start` may pass over what is there."""
        self._log = _log.bind(input=name)
        self._config = config
        self._tails = {one.key: Tail(one.key, os.fsdecode(one.path), one) for one in positions}
        self._open: dict[Key, Tail] = {}
        self._waiting: dict[Key, Tail] = {}
        self._at_end = first and config.start == "end"
        self._checked = 0.0
        self._refusals: Counter[Refusal] = Counter()
        self._said: set[str] = set()
        self.look_again = False
        """Whether a file was moved, so that another may be in its place."""
        self.changed = False
        """Whether there is something to be saved."""

    def look(self) -> None:
        """Look for files that are new, were moved or have vanished."""
        self.look_again = False
        found, many = find(self._config.paths, self._config.exclude)
        if many:
            self._say("too many files", str(len(found)))
        self._adopt_devices(found)
        for key, one in found.items():
            self._seen(key, one)
        missing = [(key, tail) for key, tail in self._tails.items() if key not in found]
        places = renamed(
            (key, tail.path)
            for key, tail in missing
            if tail.state != DONE and not tail.is_open and not tail.gone
        )
        for key, tail in missing:
            self._missed(tail, places.get(key))
        self._at_end = False

    def gather(self) -> Batch:
        """Return what the files have, each in its turn, up to about BATCH bytes."""
        batch = Batch(refusals=self._refusals)
        self._refusals = Counter()
        now = time.monotonic()
        if now - self._checked >= _MOVED:
            self._checked = now
            self._find_moved(now)
        self._open_waiting()
        for key, tail in list(self._open.items()):
            if batch.size >= BATCH:
                break
            self._turn(tail, batch, now)
            if key in self._open and not tail.caught_up:
                self._open[key] = self._open.pop(key)
        self.changed |= bool(batch.parts)
        batch.busy = bool(batch.parts) or not all(tail.caught_up for tail in self._open.values())
        return batch

    def positions(self) -> list[Position]:
        """Return how far all files have been read."""
        return [tail.position() for tail in self._tails.values()]

    def close(self) -> None:
        """Let go of all files."""
        for tail in self._open.values():
            tail.close()
        self._open.clear()

    def _adopt_devices(self, found: dict[Key, Found]) -> None:
        """Know files again whose disk has another number since the machine was started."""
        unknown = {(one.path, key[1]): key for key, one in found.items() if key not in self._tails}
        if not unknown:
            return
        for key, tail in list(self._tails.items()):
            new = unknown.get((tail.path, key[1]))
            if new and not tail.is_open and key not in found and tail.offset:
                del self._tails[key]
                tail.key = new
                self._tails[new] = tail

    def _seen(self, key: Key, found: Found) -> None:
        tail = self._tails.get(key)
        if not tail:
            tail = self._tails[key] = Tail(key, found.path)
            self.changed = True
            if self._at_end:
                self._pass_over(tail)
        if tail.path != found.path:
            tail.rotate(time.monotonic())
            tail.path = found.path
            self.changed = True
        if tail.gone:
            tail.found_again()
            self.changed = True
        if not tail.is_open and not tail.refused and self._is_wanted(tail, found):
            self._waiting[key] = tail

    def _is_wanted(self, tail: Tail, found: Found) -> bool:
        if found.size == tail.offset and tail.state == DONE:
            return False
        if tail.state == DONE:
            tail.reopen()
        return tail.grown == 0.0 or found.size != tail.size or tail.state == ROTATED

    def _pass_over(self, tail: Tail) -> None:
        try:
            if tail.open():
                tail.begin_at_end()
        except OSError as error:
            self._say("file not opened", tail.path, error)
        finally:
            tail.close()

    def _missed(self, tail: Tail, place: Found | None) -> None:
        if tail.is_open:
            self.changed |= tail.state == ACTIVE
            tail.rotate(time.monotonic())
            return
        if tail.state != DONE and place and tail.is_at(place.path):
            tail.rotate(time.monotonic())
            tail.path = place.path
            self._waiting[tail.key] = tail
        elif not tail.gone:
            if tail.state != DONE and not tail.complete:
                self._lose(tail)
            tail.gone = time.time()
            self._waiting.pop(tail.key, None)
        elif time.time() - tail.gone > FORGET or len(self._tails) > 2 * FILES:
            del self._tails[tail.key]
        else:
            return
        self.changed = True

    def _lose(self, tail: Tail) -> None:
        self._refusals[Refusal.LOST] += 1
        self._log.warning("file gone before its end was read", path=plain(tail.path, 300), offset=tail.offset)

    def _find_moved(self, now: float) -> None:
        for tail in self._open.values():
            if tail.state == ACTIVE and not tail.is_there():
                tail.rotate(now)
                self.look_again = self.changed = True

    def _open_waiting(self) -> None:
        for key, tail in list(self._waiting.items()):
            if len(self._open) >= self._config.open_files and not self._make_room():
                return
            del self._waiting[key]
            try:
                if tail.open():
                    tail.grown = time.monotonic()
                    self._open[key] = tail
            except OSError as error:
                self._say("file not opened", tail.path, error)

    def _make_room(self) -> bool:
        """Close the file that has been still for the longest time."""
        still = [tail for tail in self._open.values() if tail.caught_up and tail.state == ACTIVE]
        if not still:
            return False
        tail = min(still, key=lambda one: one.grown)
        tail.close()
        del self._open[tail.key]
        return True

    def _turn(self, tail: Tail, batch: Batch, now: float) -> None:
        try:
            lines = tail.read(self._config.record, now)
            if not lines and self._is_over(tail, now):
                lines = tail.finish(self._config.record)
        except OSError as error:
            self._say("file not read", tail.path, error)
            self._lose(tail)
            self._drop(tail)
            return
        if tail.lost:
            batch.refusals[Refusal.LOST] += tail.lost
            self._log.warning("file truncated before its end was read", path=plain(tail.path, 300))
            tail.lost = 0
        if lines:
            batch.add(lines)
        if tail.refused:
            self._say("file passed over", tail.path, tail.refused)
            tail.state = DONE
        if tail.state == DONE:
            self._drop(tail)

    def _is_over(self, tail: Tail, now: float) -> bool:
        return tail.state == ROTATED and tail.caught_up and now - tail.grown >= self._config.look

    def _drop(self, tail: Tail) -> None:
        tail.close()
        del self._open[tail.key]
        self.changed = True

    def _say(self, what: str, path: str, why: object = "") -> None:
        """Write a warning, once for each path."""
        if (said := f"{what} {path}") not in self._said and len(self._said) < 10_000:
            self._said.add(said)
            self._log.warning(what, path=plain(path, 300), why=plain(str(why), 200))
