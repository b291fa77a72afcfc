"""Whatever is done to files, and whenever the input dies: the lines written are taken, in order, each once."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from intakes import DEADLINE, Recorder, until
from tocsin.intake.inputs.file.config import Config
from tocsin.intake.inputs.file.input import Files
from tocsin.intake.inputs.file.positions import DONE
from tocsin.settings.paths import Pattern
from tocsin.settings.scalars import Duration

NAMES = st.sampled_from(["a.log", "b.log"])


class Machine(RuleBasedStateMachine):
    """Programs that write, a system that rotates, and an input that comes and goes."""

    def __init__(self) -> None:
        super().__init__()
        self.top = Path(tempfile.mkdtemp())
        self.logs = self.top / "logs"
        self.logs.mkdir()
        self.runner = asyncio.Runner()
        self.recorder = Recorder()
        self.input: Files | None = None
        self.streams: list[list[bytes]] = []
        self.current: dict[str, list[bytes]] = {}
        self.unfinished: dict[str, bytes] = {}
        self.numbers = iter(range(1_000_000))

    @initialize(wide=st.booleans(), open_files=st.sampled_from([1, 512]))
    def begin(self, wide: bool, open_files: int) -> None:
        self.wide = wide
        self.truncated = False
        pattern = Pattern(self.logs / ("*.log*" if wide else "*.log"))
        # With one open file nothing holds what is deleted: see `delete`.
        self.config = Config(paths=(pattern,), look=Duration(0.02), open_files=open_files)
        self.start()

    def do(self, work: Coroutine[Any, Any, object]) -> None:
        self.runner.run(work)

    @precondition(lambda self: self.input is None)
    @rule()
    def start(self) -> None:
        self.input = Files("logs", self.config, self.recorder, self.top / "state")
        self.do(self.input.start())

    @precondition(lambda self: self.input is not None)
    @rule()
    def stop(self) -> None:
        assert self.input
        self.do(self.input.stop(5))
        self.input = None

    @precondition(lambda self: self.input is not None)
    @rule(later=st.floats(0, 0.02))
    def crash(self, later: float) -> None:
        self.do(self.crashed(later))

    async def crashed(self, later: float) -> None:
        assert self.input
        await asyncio.wait([self.input._running], timeout=later)
        self.input._running.cancel()
        await asyncio.wait([self.input._running])
        self.input._pool.shutdown()
        assert self.input._follower
        self.input._follower.close()
        self.input = None

    @precondition(lambda self: self.input is not None)
    @rule()
    def catch_up(self) -> None:
        self.do(self.caught_up())

    async def caught_up(self) -> None:
        expected = {line for stream in self.streams for line in stream}
        end = asyncio.get_running_loop().time() + DEADLINE
        while not expected <= set(self.recorder.records):
            assert self.input
            assert not self.input._running.done()
            assert asyncio.get_running_loop().time() < end, expected - set(self.recorder.records)
            await asyncio.sleep(0.002)
        self.check()

    def check(self) -> None:
        taken = self.recorder.records
        assert len(taken) == len(set(taken))
        for stream in self.streams:
            inside = set(stream)
            assert [line for line in taken if line in inside] == stream
        # A truncation that nobody saw happen may have cost something.
        assert self.truncated or not self.recorder.refusals

    @rule(name=NAMES, count=st.integers(0, 30), padding=st.sampled_from([0, 0, 700]), whole=st.booleans())
    def write(self, name: str, count: int, padding: int, *, whole: bool) -> None:
        lines = [self.line(padding) for _ in range(count)]
        if name not in self.current:
            self.current[name] = []
            self.streams.append(self.current[name])
        begun = self.unfinished.pop(name, b"")
        ended = [begun + lines[0], *lines[1:]] if lines else []
        if not lines and begun:
            self.unfinished[name] = begun
        text = b"".join(line + b"\n" for line in lines)
        if not whole:
            part = self.line(padding)
            self.unfinished[name] = self.unfinished.get(name, b"") + part
            text += part
        self.current[name] += ended
        with (self.logs / name).open("ab") as file:
            file.write(text)

    def line(self, padding: int) -> bytes:
        return b"%d:" % next(self.numbers) + b"x" * padding

    @precondition(lambda self: self.input is not None)
    @rule(name=NAMES)
    def rotate(self, name: str) -> None:
        if self.current.get(name):
            # A rest can be told from a line under way only if the file was seen under its first name.
            if not self.wide or name in self.unfinished:
                self.catch_up()
            self.move(name)

    @precondition(lambda self: self.input is None)
    @rule(name=NAMES)
    def rotate_unseen(self, name: str) -> None:
        """A pattern that finds the new name finds any number of them; else the file must have been seen before."""
        known = set(self.recorder.records) & set(self.current.get(name, []))
        if known or (self.wide and self.current.get(name) and name not in self.unfinished):
            self.move(name)

    def move(self, name: str) -> None:
        (self.logs / name).rename(self.logs / f"{name}.{next(self.numbers)}")
        self.current.pop(name).extend(filter(None, [self.unfinished.pop(name, b"")]))

    @precondition(lambda self: self.input is not None)
    @rule(name=NAMES)
    def truncate(self, name: str) -> None:
        if self.current.get(name) and name not in self.unfinished:
            self.catch_up()
            self.do(asyncio.sleep(0.01))
            self.truncated = True
            os.truncate(self.logs / name, 0)
            del self.current[name]

    @precondition(lambda self: self.input is not None)
    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        if self.current.get(name) and self.config.open_files > 1:
            self.catch_up()
            self.do(until(partial(self.is_held, str(self.logs / name))))
            (self.logs / name).unlink()
            self.current.pop(name).extend(filter(None, [self.unfinished.pop(name, b"")]))
            self.catch_up()
            self.do(until(partial(self.is_let_go, str(self.logs / name))))

    def is_let_go(self, path: str) -> bool:
        """Tell whether it is written down that its end was read: another may have its inode after that."""
        assert self.input
        follower = self.input._follower
        assert follower
        tails = [tail for tail in list(follower._tails.values()) if tail.path == path]
        return all(tail.state == DONE for tail in tails) and not follower.changed

    def is_held(self, path: str) -> bool:
        """Tell whether the input has it open: what is deleted before that is gone."""
        assert self.input
        assert self.input._follower
        return any(tail.path == path for tail in list(self.input._follower._open.values()))

    def teardown(self) -> None:
        try:
            if hasattr(self, "config"):
                if not self.input:
                    self.start()
                self.catch_up()
                self.stop()
        finally:
            # Of an example that fails, so that what a later test is told is its own.
            self.runner.close()
            shutil.rmtree(self.top)


@pytest.mark.parametrize("examples", [40, pytest.param(400, marks=pytest.mark.slow)])
def test_every_line_is_taken_once(examples: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.intake.inputs.file.input.POLL", 0.002)
    monkeypatch.setattr("tocsin.intake.inputs.file.input.SAVE", 0.01)
    monkeypatch.setattr("tocsin.intake.inputs.file.follower._MOVED", 0.0)
    monkeypatch.setattr("tocsin.intake.inputs.file.tail.SLICE", 1500)
    monkeypatch.setattr("tocsin.intake.inputs.file.follower.BATCH", 1500)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
