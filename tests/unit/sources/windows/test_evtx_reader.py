"""What is no EVTX file is said to be none; the corpus tests read and damage real ones."""

from io import BytesIO
from pathlib import Path

import pytest

from tocsin.errors import DataError
from tocsin.sources.windows_evtx.reader import records


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        (b"", ["not an EVTX file"]),
        (b"hello world" * 900, ["not an EVTX file"]),
        (b"ElfFile\0" + bytes(50), ["EVTX file cut short"]),
        (b"ElfFile\0" + bytes(4088), []),
        (b"ElfFile\0" + bytes(4088) + b"\xff" * 65536, ["damaged EVTX chunk"]),
        (b"ElfFile\0" + bytes(4088 + 65536), []),
    ],
)
def test_files_without_records(tmp_path: Path, content: bytes, reasons: list[str]) -> None:
    path = tmp_path / "some.evtx"
    path.write_bytes(content)
    found = [
        one.reason if isinstance(one, DataError) else "a record"
        for one in records(BytesIO(path.read_bytes()))
    ]
    assert found == reasons
