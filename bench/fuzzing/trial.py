"""Tries a target in a process of its own, so that a crash and a hang are findings too."""

import multiprocessing
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from random import Random
from typing import NamedTuple

from fuzzing import messages, records, samples, segments
from fuzzing.mutate import Mutator
from fuzzing.target import Opener, Openers, Target
from live_load.resources import use

OPENERS: Openers = {**records.OPENERS, **messages.OPENERS, **segments.OPENERS}
SLOW = 1.0
"""Processor seconds that one input may take, the second time too: what is compiled once counts once."""
STUCK = 20.0
"""Processor seconds after which an input is given up, and its process with it."""
ASLEEP = 300.0
"""Seconds on the clock after which it is given up too: it waits for what does not come, or the machine is very busy."""
GROWTH = 300_000_000
"""Bytes that a process may grow by after the first third of its time: memos are bounded, and fill up."""
SHOWN = 20
"""Findings of one target that are kept apart; a defect is often found a thousand times."""


class Finding(NamedTuple):
    """what: a line. detail: the end of a traceback. number: of the input, -1 if it is of no single one."""

    target: str
    what: str
    number: int
    detail: str = ""


@dataclass(slots=True)
class Tried:
    """What came of a target. inputs: tried; refused: with an error that is documented. peak: bytes of memory."""

    target: str
    inputs: int = 0
    refused: int = 0
    seconds: float = 0.0
    peak: int = 0
    findings: dict[str, Finding] = field(default_factory=dict)

    def add(self, finding: Finding) -> None:
        """Keep the first of its kind."""
        if len(self.findings) < SHOWN:
            self.findings.setdefault(finding.what, finding)


class Order(NamedTuple):
    """What a process is to do: inputs from `first` on, for so many seconds; a folder of its own; where samples are."""

    target: str
    seed: int
    first: int
    seconds: float
    folder: Path
    samples: Path


def made(target: Target, order: Order, number: int, known: list[bytes]) -> bytes:
    """Return an input: the same for the same seed, target and number."""
    random = Random(f"{order.seed} {order.target} {number}")  # noqa: S311 (repeatable)
    return target.make(Mutator(random, known))


def tried(name: str, seed: int, seconds: float, folder: Path, known: Path) -> Tried:
    """Try a target for so many seconds, in as many processes as it takes."""
    found = Tried(name)
    began = time.monotonic()
    number = 0
    while (left := began + seconds - time.monotonic()) > 0 and len(found.findings) < SHOWN:
        place = folder / f"{name.replace(' ', '-')}-{number}"
        place.mkdir()
        number = attempt(Order(name, seed, number, left, place, known), found)
    found.seconds = time.monotonic() - began
    return found


def attempt(order: Order, found: Tried, openers: Openers = OPENERS) -> int:
    """Run one process until its time is over, or it is; return the number of the input to go on with."""
    context = multiprocessing.get_context("spawn")
    at: Synchronized[int] = context.Value("q", -1)
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_play, args=(openers[order.target], order, at, theirs))
    process.start()
    theirs.close()
    seen, since, taken = -1, time.monotonic(), 0.0
    ended = False
    while not ended:
        ended = _heard(ours, found)
        if at.value != seen:
            seen, since, taken = at.value, time.monotonic(), cpu_of(process)
        busy = seen >= 0 and cpu_of(process) - taken > STUCK
        if busy or time.monotonic() - since > ASLEEP:
            found.add(
                Finding(order.target, f"no end of an input: it only {'works' if busy else 'waits'}", seen)
            )
            process.kill()
            ended = True
    process.join()
    if process.exitcode:
        found.add(Finding(order.target, f"the process died: exit status {process.exitcode}", seen))
    found.inputs += max(0, seen + 1 - order.first)
    return seen + 1


def cpu_of(process: BaseProcess) -> float:
    """Return the processor seconds that a process has taken."""
    taken = use(process.pid or 0)
    return taken.cpu if taken else 0.0


def _heard(ours: Connection, found: Tried) -> bool:
    """Take what a process says; return whether it says no more."""
    with suppress(EOFError):
        while ours.poll(0.2):
            said = ours.recv()
            if isinstance(said, Finding):
                found.add(said)
            else:
                found.refused += said["refused"]
                found.peak = max(found.peak, said["peak"])
        return False
    return True


def _play(opener: Opener, order: Order, at: "Synchronized[int]", say: Connection) -> None:
    """Be the process."""
    end = time.monotonic() + order.seconds
    target, known = opener(order.folder), samples.read(order.samples)
    begun, memory = time.monotonic(), _Memory(order.target)
    refused = 0
    for number in count(order.first):
        now = time.monotonic()
        if now > end and number > order.first:
            break
        at.value = number
        data = made(target, order, number, known)
        what = judged(target, data)
        if what is None:
            refused += 1
        elif what:
            say.send(Finding(order.target, what, number, traceback_of(target, data)))
        if number % 50 == 0:
            memory.look(early=now < begun + (end - begun) / 3)
    memory.look(early=False)
    if memory.grown:
        say.send(Finding(order.target, f"memory grew by {memory.grown >> 20} MiB, and was not flat", -1))
    say.send({"refused": refused, "peak": memory.peak})
    say.close()


class _Memory:
    """How much a process has, at first and at most."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.first = self.peak = 0

    def look(self, *, early: bool) -> None:
        taken = use_of_self()
        self.peak = max(self.peak, taken)
        if early or not self.first:
            self.first = max(self.first, taken)

    @property
    def grown(self) -> int:
        return self.peak - self.first if self.peak - self.first > GROWTH else 0


def use_of_self() -> int:
    """Return the resident bytes of this process."""
    taken = use(multiprocessing.current_process().pid or 0)
    return taken.resident if taken else 0


def judged(target: Target, data: bytes) -> str | None:
    """Try an input; return what is wrong, nothing if nothing is, None if it was refused as documented."""
    for _ in range(2):
        began = time.process_time()
        try:
            target.run(data)
            what: str | None = ""
        except target.expected:
            what = None
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 (a panic of a library in Rust is no Exception, and must be found)
            return _named(error)
        if time.process_time() - began <= SLOW:
            return what
    return f"over {SLOW:.0f} s for one input"


def _named(error: BaseException) -> str:
    """Return an error by its type and the place where it came up, in the product if it was there."""
    frames = traceback.extract_tb(error.__traceback__)
    place = [frame for frame in frames if "/tocsin/" in frame.filename][-1:] or frames[-1:]
    where = "".join(f" in {one.filename.rpartition('/src/')[2]}:{one.lineno}" for one in place)
    return f"{type(error).__name__}{where}"


def traceback_of(target: Target, data: bytes) -> str:
    """Return the end of the traceback that an input gives, and what it is."""
    try:
        target.run(data)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 (whatever `judged` has found is shown, panics too)
        return f"{traceback.format_exc()[-1500:]}\ninput ({len(data):,} bytes): {data[:300]!r}"
    return f"input ({len(data):,} bytes): {data[:300]!r}"


def repeated(name: str, seed: int, number: int, folder: Path, known: Path) -> Mapping[str, str]:
    """Try one input again, in this process; return what it is and what is wrong with it."""
    order = Order(name, seed, number, 0, folder, known)
    target = OPENERS[name](folder)
    data = made(target, order, number, samples.read(known))
    return {"found": str(judged(target, data)), "more": traceback_of(target, data)}
