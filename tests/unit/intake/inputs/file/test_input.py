"""Files as programs and logrotate treat them; every line once."""

import asyncio
import gzip
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from intakes import Recorder, on_both_loops, until
from tocsin.errors import ConfigError
from tocsin.intake.inputs.file.config import Config
from tocsin.intake.inputs.file.input import open_input
from tocsin.ports.input import Refusal
from tocsin.settings.paths import Pattern
from tocsin.settings.scalars import Duration, Size


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.intake.inputs.file.input.POLL", 0.01)
    monkeypatch.setattr("tocsin.intake.inputs.file.follower._MOVED", 0.0)


class Logs:
    """A folder of logs, and the input that follows it."""

    def __init__(self, folder: Path, pattern: str = "*.log", **more: object) -> None:
        self.folder = folder / "logs"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.state = folder / "state"
        self.recorder = Recorder()
        more.setdefault("look", Duration(0.1))
        self.config = Config(paths=(Pattern(self.folder / pattern),), **more)  # type: ignore[arg-type]  # of any key

    def add(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.write(text)
        return path

    @asynccontextmanager
    async def followed(self) -> AsyncIterator[Recorder]:
        made = open_input("logs", self.config, self.recorder, self.state)
        await made.start()
        try:
            yield self.recorder
        finally:
            await made.stop(5)

    async def taken(self, *lines: str) -> None:
        await until(lambda: len(self.recorder.records) >= len(lines))
        assert [one.decode() for one in self.recorder.records] == list(lines)

    def has(self, count: int) -> bool:
        return len(self.recorder.records) == count

    @property
    def lost(self) -> int:
        return self.recorder.refusals[Refusal.LOST]


def test_lines_are_taken_when_they_are_whole(tmp_path: Path) -> None:
    async def test() -> None:
        logs = Logs(tmp_path / str(id(asyncio.get_running_loop())), source="linux")
        async with logs.followed():
            logs.add("a.log", "one\r\n\ntwo\nthr")
            await logs.taken("one", "two")
            logs.add("a.log", "ee\n")
            await logs.taken("one", "two", "three")
        assert logs.recorder.batches[0].context.source == "linux"

    on_both_loops(test)


def test_what_was_read_before_a_restart_is_not_read_again(tmp_path: Path) -> None:
    async def test() -> None:
        logs = Logs(tmp_path)
        logs.add("a.log", "one\ntw")
        async with logs.followed():
            await logs.taken("one")
        logs.add("a.log", "o\n")
        logs.add("b.log", "b\n")
        async with logs.followed():
            await until(lambda: len(logs.recorder.records) == 3)
        assert set(logs.recorder.records) == {b"one", b"two", b"b"}

    asyncio.run(test())


def test_a_rotated_file_is_read_to_its_end_and_its_successor_from_its_beginning(tmp_path: Path) -> None:
    async def test() -> None:
        logs = Logs(tmp_path)
        path = logs.add("a.log", "one\n")
        async with logs.followed():
            await logs.taken("one")
            with path.open("a") as old:
                path.rename(path.with_suffix(".log.1"))
                logs.add("a.log", "new\n")
                await logs.taken("one", "new")
                old.write("late\nunfinished")
            await logs.taken("one", "new", "late", "unfinished")
        assert not logs.recorder.refusals

    asyncio.run(test())


def test_a_file_that_keeps_a_name_that_fits_is_read_once(tmp_path: Path) -> None:
    async def test() -> None:
        logs = Logs(tmp_path, "*.log*")
        path = logs.add("a.log", "one\n")
        async with logs.followed():
            await logs.taken("one")
            path.rename(path.with_suffix(".log.1"))
            logs.add("a.log", "two\n")
            await logs.taken("one", "two")
        path.with_suffix(".log.1").rename(path.with_suffix(".log.2"))
        path.rename(path.with_suffix(".log.1"))
        logs.add("a.log", "three\n")
        async with logs.followed():
            await logs.taken("one", "two", "three")
        assert not logs.recorder.refusals

    asyncio.run(test())


def test_a_file_that_was_rotated_while_nobody_looked_is_found(tmp_path: Path) -> None:
    async def test() -> None:
        logs = Logs(tmp_path)
        path = logs.add("a.log", "one\n")
        async with logs.followed():
            await logs.taken("one")
        logs.add("a.log", "two\nrest")
        path.rename(path.with_suffix(".log.1"))
        logs.add("a.log", "new\n")
        async with logs.followed():
            await until(lambda: len(logs.recorder.records) == 4)
        assert set(logs.recorder.records) == {b"one", b"two", b"rest", b"new"}
        async with logs.followed():
            logs.add("a.log", "newer\n")
            await until(lambda: len(logs.recorder.records) == 5)
        assert not logs.recorder.refusals

    asyncio.run(test())


@pytest.mark.parametrize("again", ["x\n", "completely different and longer than what was there\n"])
@pytest.mark.parametrize("down", [False, True])
def test_a_truncated_file_is_read_from_its_beginning(tmp_path: Path, again: str, *, down: bool) -> None:
    async def test() -> None:
        logs = Logs(tmp_path)
        path = logs.add("a.log", "one\ntwo\n")
        async with logs.followed():
            await logs.taken("one", "two")
            if not down:
                path.write_text(again)
                await logs.taken("one", "two", again.strip())
        if down:
            path.write_text(again)
            async with logs.followed():
                await logs.taken("one", "two", again.strip())
        assert logs.lost == down

    asyncio.run(test())


def test_what_vanished_while_nobody_looked_is_counted(tmp_path: Path) -> None:
    async def test() -> None:
        logs = Logs(tmp_path)
        path = logs.add("a.log", "one\n")
        async with logs.followed():
            await logs.taken("one")
        path.unlink()
        for _ in range(2):
            async with logs.followed():
                await until(lambda: logs.lost)
        assert logs.lost == 1

    asyncio.run(test())


def test_another_file_with_the_inode_of_one_that_is_gone_is_not_taken_for_it(tmp_path: Path) -> None:
    async def test() -> None:
        logs = Logs(tmp_path)
        path = logs.add("a.log", "one\n")
        async with logs.followed():
            await logs.taken("one")
        # The same inode with other content, under a name that nothing asked for.
        path.write_text("secret and longer\n")
        path.rename(path.with_name("a.private"))
        async with logs.followed():
            await until(lambda: logs.lost)
        await logs.taken("one")

    asyncio.run(test())


def test_deleted_files_are_read_to_the_end_and_let_go(tmp_path: Path) -> None:
    async def test() -> None:
        logs = Logs(tmp_path)
        path = logs.add("a.log", "one\n")
        async with logs.followed():
            await logs.taken("one")
            with path.open("a") as file:
                file.write("two\nthree")
            path.unlink()
            await logs.taken("one", "two", "three")
            await until(lambda: not [one for one in open_files() if "logs/a.log" in one])

    asyncio.run(test())


def open_files() -> list[str]:
    found = []
    for one in Path("/proc/self/fd").iterdir():
        try:
            found.append(str(one.readlink()))
        except OSError:
            continue
    return found


def test_patterns_links_and_exclusions(tmp_path: Path) -> None:
    async def test() -> None:
        logs = Logs(tmp_path, "**/*.log", exclude=(Pattern(tmp_path / "logs/**/*debug*"),))
        logs.add("deep/er/a.log", "a\n")
        logs.add("deep/debug.log", "never\n")
        target = logs.add("target.txt", "b\n")
        (logs.folder / "link.log").symlink_to(target)
        (logs.folder / "same.log").symlink_to(target)
        (logs.folder / "folder.log").mkdir()
        os.mkfifo(logs.folder / "pipe.log")
        async with logs.followed():
            await until(lambda: len(logs.recorder.records) == 2)
            logs.add("deep/new.log", "c\n")
            await until(lambda: len(logs.recorder.records) == 3)
        assert sorted(logs.recorder.records) == [b"a", b"b", b"c"]

    asyncio.run(test())


def test_start_at_the_end_holds_for_what_was_there_at_first(tmp_path: Path) -> None:
    async def test() -> None:
        logs = Logs(tmp_path, start="end")
        logs.add("a.log", "old\nhal")
        async with logs.followed():
            logs.add("a.log", "f\nnew\n")
            await logs.taken("half", "new")
            logs.add("b.log", "later\n")
            await logs.taken("half", "new", "later")
        logs.add("c.log", "down\n")
        async with logs.followed():
            await logs.taken("half", "new", "later", "down")

    asyncio.run(test())


def test_content_that_is_no_text_is_passed_over(tmp_path: Path) -> None:
    async def test() -> None:
        logs = Logs(tmp_path)
        (logs.folder / "packed.log").write_bytes(gzip.compress(b"a\nb\n" * 1000))
        (logs.folder / "wide.log").write_text("a\nb\n", "utf-16")
        (logs.folder / "mark.log").write_bytes(b"\xef\xbb\xbfone\n")
        async with logs.followed():
            await logs.taken("one")
            logs.add("z.log", "last\n")
            await logs.taken("one", "last")

    asyncio.run(test())


def test_long_lines_are_cut_and_counted(tmp_path: Path) -> None:
    async def test() -> None:
        logs = Logs(tmp_path, record=Size(1024))
        logs.add("a.log", "x" * 2000 + "\n" + "y" * 1024 + "\n" + "z" * 3_000_000)
        async with logs.followed():
            await until(lambda: len(logs.recorder.records) == 2)
            logs.add("a.log", "z\nlast\n")
            await until(lambda: len(logs.recorder.records) == 4)
        assert [len(one) for one in logs.recorder.records] == [1024, 1024, 1024, 4]
        assert logs.recorder.refusals == {Refusal.TOO_LARGE: 2}

    asyncio.run(test())


def test_more_files_than_may_be_open(tmp_path: Path) -> None:
    async def test() -> None:
        logs = Logs(tmp_path, open_files=3)
        names = [f"{number}.log" for number in range(20)]
        async with logs.followed():
            for turn in range(3):
                for name in names:
                    logs.add(name, f"{name} {turn}\n")
                await until(partial(logs.has, 20 * (turn + 1)))
                assert len([one for one in open_files() if str(logs.folder) in one]) <= 3
        for name in names:
            lines = [one for one in logs.recorder.records if one.startswith(f"{name} ".encode())]
            assert lines == [f"{name} {turn}".encode() for turn in range(3)]

    asyncio.run(test())


def test_a_journal_without_room_is_waited_for(tmp_path: Path) -> None:
    async def test() -> None:
        logs = Logs(tmp_path)
        logs.recorder.room = False
        logs.add("a.log", "one\n")
        async with logs.followed():
            await until(lambda: logs.recorder.asked > 1)
        assert not logs.recorder.records
        logs.recorder.room = True
        async with logs.followed():
            await logs.taken("one")

    asyncio.run(test())


def test_a_journal_that_has_ended_has_taken_nothing(tmp_path: Path) -> None:
    async def test() -> None:
        logs = Logs(tmp_path)
        logs.recorder.ending = True
        logs.add("a.log", "one\n")
        async with logs.followed():
            await until(lambda: logs.recorder.asked)
        logs.recorder.ending = False
        async with logs.followed():
            await logs.taken("one")

    asyncio.run(test())


def test_positions_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    logs = Logs(tmp_path)
    logs.state.mkdir()
    (logs.state / "positions").write_bytes(b"\xc1nothing")
    with pytest.raises(ConfigError, match="damaged"):
        asyncio.run(open_input("logs", logs.config, logs.recorder, logs.state).start())
