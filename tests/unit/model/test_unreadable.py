"""Bytes that are no text, and that nest without end, are refused as damaged everywhere that roles read what roles wrote."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tocsin.correlate.engine import Correlator
from tocsin.correlate.snapshot import VERSION, Row
from tocsin.errors import ConfigError, DamageError, DataError
from tocsin.intake.inputs.file import positions
from tocsin.model import received, signals
from tocsin.model.received import Context
from tocsin.model.unreadable import UNREADABLE
from tocsin.store import wire
from tocsin.store.plan import PlanFile
from tocsin.telemetry import status

NO_TEXT = b"\x91\xa1\xff"
"""A list of one string that is not UTF-8."""
ENDLESS = b"\x91" * 5_000
RECORDS = msgspec.msgpack.encode([b"x"])
NAMED: dict[str, Callable[[bytes], object]] = {
    "context": lambda data: received.load(RECORDS, data),
    "records": lambda data: received.load(data, msgspec.msgpack.encode(Context("web"))),
    "signals": signals.load,
    "parts of files": positions.load,
    "correlations": lambda data: Correlator([], []).restore([Row("", "", 0, data)]),
}


@pytest.mark.parametrize("data", [NO_TEXT, ENDLESS], ids=["no text", "endless"])
@pytest.mark.parametrize("name", NAMED)
def test_payloads(name: str, data: bytes) -> None:
    with pytest.raises(DataError):
        NAMED[name](data)


def test_a_correlation_of_another_form(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="another version"):
        NAMED["correlations"](msgspec.msgpack.encode([VERSION + 1]))


@pytest.mark.parametrize("data", [b'["\xff"]', b"[" * 5_000], ids=["no text", "endless"])
def test_files(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(data)
    with pytest.raises(DamageError, match="plan"):
        PlanFile(tmp_path).read()
    (tmp_path / "intake.json").write_bytes(data)
    assert list(status.read(tmp_path)) == []


@pytest.mark.parametrize("data", [NO_TEXT, ENDLESS], ids=["no text", "endless"])
def test_positions(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "positions").write_bytes(b"\x81\xa4type" + data[1:])
    with pytest.raises(ConfigError, match="damaged"):
        positions.read(tmp_path / "positions")


def test_requests() -> None:
    with pytest.raises(UNREADABLE):
        wire.request.decode(b"\x82\xa4type\xa5Count\xa8question\x81\xa5query\xa1\xff")
