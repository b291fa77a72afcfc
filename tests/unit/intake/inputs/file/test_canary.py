"""Canaries are lines of a file that the input follows beside its own."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from intakes import Recorder, on_both_loops, until
from tocsin.errors import ConfigError, DeliveryError
from tocsin.intake.inputs import ways
from tocsin.intake.inputs.file.canary import FILE, LARGE
from tocsin.intake.inputs.file.config import Config
from tocsin.intake.inputs.file.input import open_input
from tocsin.model.canary import Canary, Marker
from tocsin.settings.paths import Pattern
from tocsin.settings.scalars import Duration


def lines(count: int) -> list[bytes]:
    marker = Marker(bytes(32))
    return [marker.write(Canary("hosts", "file", 1_795_000_000_000 + number)) for number in range(count)]


def taken(recorder: Recorder, count: int) -> bool:
    return len(recorder.records) >= count


@pytest.mark.parametrize("start", ["beginning", "end"])
def test_every_line_comes_once_though_the_file_is_begun_anew(tmp_path: Path, start: str) -> None:
    records = lines(2 * LARGE // 80)

    async def test() -> None:
        folder = tmp_path / str(id(asyncio.get_running_loop()))
        recorder = Recorder()
        config = Config(paths=(Pattern(tmp_path / "*.log"),), look=Duration(60), start=start)  # type: ignore[arg-type]  # a case's
        made = open_input("hosts", config, recorder, folder)
        await made.start()
        try:
            send = ways(config, folder)["file"]
            for begin in range(0, len(records), 500):
                for record in records[begin : begin + 500]:
                    send(record)
                await until(partial(taken, recorder, min(begin + 500, len(records))))
        finally:
            await made.stop(5)
        assert recorder.records == records
        assert (folder / FILE).stat().st_size < LARGE

    on_both_loops(test)


def test_without_canaries_there_is_no_file(tmp_path: Path) -> None:
    async def test() -> None:
        made = open_input(
            "hosts", Config(paths=(Pattern("/none"),), canary=False), Recorder(), tmp_path / "own"
        )
        await made.start()
        await made.stop(5)
        assert not (tmp_path / "own" / FILE).exists()

    on_both_loops(test)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "own").write_text("a file")
    with pytest.raises(DeliveryError):
        ways(Config(paths=()), tmp_path / "own")["file"](b"x")

    async def test() -> None:
        with pytest.raises(ConfigError, match="must be possible to read and write"):
            await open_input("hosts", Config(paths=()), Recorder(), tmp_path / "own").start()

    on_both_loops(test)
