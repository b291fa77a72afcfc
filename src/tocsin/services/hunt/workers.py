"""Several processes, one hunt: each takes units and leaves its steps in a file; they come back in order.

Workers are forked after the rules are loaded, so those are shared memory and nothing is sent to them.
"""

import ctypes
import multiprocessing
import os
import re
import signal
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import msgspec

from tocsin.intake.files import Unit, count_lines, printable
from tocsin.services.hunt.leftovers import clear, held
from tocsin.services.hunt.setup import Options, Setup
from tocsin.services.hunt.unit import Hunter, Lost, Step

_PR_SET_PDEATHSIG = 1

_FOLDER = re.compile(r"tocsin-(?:hunt|spool)-([0-9]{1,9})-[a-z0-9_]{8}")

_ENDING = {signal.SIGINT, signal.SIGTERM}

_hunters: list[Hunter] = []
"""The worker's own; made on its first unit, from what it was forked with."""
_given: list[tuple[Setup, Options]] = []

KILLED = "not read: a worker process was killed, probably for want of memory; try fewer --jobs"


def run_parallel(
    setup: Setup, options: Options, units: list[Unit], stack: ExitStack
) -> Iterator[tuple[Unit, Step]]:
    """Yield (unit, step) in the order of units. Of what a killed worker leaves undone the step says so."""
    clear(Path(tempfile.gettempdir()), _FOLDER)
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix=f"tocsin-hunt-{os.getpid()}-"))
    stack.enter_context(held(folder))
    _given[:] = [(setup, options)]
    context = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(options.jobs, mp_context=context, initializer=_settle, initargs=(os.getpid(),))
    stack.push(partial(_end, pool))
    waiting: deque[tuple[Unit, Future[str] | None]] = deque()
    left = deque(enumerate(units))
    while left or waiting:
        # A few more than there are workers: enough to keep them busy, few enough to keep the disk small.
        while left and len(waiting) < options.jobs * 3:
            number, unit = left.popleft()
            waiting.append((unit, _submitted(pool, unit, f"{folder}/{number}")))
        unit, future = waiting.popleft()
        for step in _steps(unit, future):
            yield unit, step


def _submitted(pool: ProcessPoolExecutor, unit: Unit, place: str) -> Future[str] | None:
    """Hand work out; None once a worker was killed, for that ends the whole pool.

    A worker is forked here with what would end it held back until it has settled: until then it has our handlers.
    """
    held_back = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        return pool.submit(_run, unit, place)
    except BrokenProcessPool:
        return None
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held_back)


def _steps(unit: Unit, future: Future[str] | None) -> Iterator[Step]:
    """Yield the steps of a unit that was finished, or one that says it was not."""
    try:
        place = future.result() if future else ""
    except BrokenProcessPool:
        place = ""
    if place:
        yield from _read(Path(place))
    else:  # the lines count, so that those of the file's other pieces have their right numbers
        lost = Lost(printable(unit.path), 1 if unit.end else 0, KILLED)
        yield Step(damage=[lost], lines=count_lines(unit))


def _settle(parent: int) -> None:
    """The parent stops its workers; they also end when it dies without a chance to."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C reaches all of them
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it died before that was set
        os._exit(1)


def _end(pool: ProcessPoolExecutor, kind: type[BaseException] | None, *_: object) -> None:
    """Nobody waits for what is left when the hunt was broken off."""
    if kind:
        for child in multiprocessing.active_children():
            child.terminate()
    pool.shutdown(cancel_futures=True)


def _run(unit: Unit, place: str) -> str:
    if not _hunters:
        _hunters.append(Hunter(*_given[0]))
    encoder = msgspec.msgpack.Encoder()
    with Path(place).open("wb") as file:
        for step in _hunters[0].run(unit):
            frame = encoder.encode(step)
            file.write(len(frame).to_bytes(8, "big") + frame)
    return place


def _read(path: Path) -> Iterator[Step]:
    decoder = msgspec.msgpack.Decoder(Step)
    with path.open("rb") as file:
        while head := file.read(8):
            yield decoder.decode(file.read(int.from_bytes(head, "big")))
    path.unlink()
