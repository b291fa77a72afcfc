"""What `tocsin status` says of what the roles have said."""

import json
from pathlib import Path

import pytest

from tocsin.cli.main import main
from tocsin.services.status import overview, render
from tocsin.telemetry import status
from tocsin.telemetry.status import STALE_SECONDS, Sample, Status

NOW = 1_795_000_000.0


def said(run: Path, role: str, *, ready: bool = True, at: float = NOW - 1, **given: object) -> None:
    one = Status(role=role, pid=7, started=NOW - 100, at=at, ready=ready, snapshot="ab" * 32)
    status.write(Status(**{**{name: getattr(one, name) for name in one.__struct_fields__}, **given}), run)


def supervised(run: Path, *roles: str) -> None:
    counts = tuple(Sample("role_restarts_total", 2, {"restarted": role}, "counter") for role in roles)
    said(run, "supervisor", samples=counts)


def test_all_is_well(tmp_path: Path) -> None:
    lag = (
        Sample("consumer_lag_frames", 3, {"partition": "0"}),
        Sample("consumer_lag_frames", 4, {"partition": "1"}),
        Sample("consumer_lag_seconds", 1.5, {"partition": "0"}),
        Sample("process_cpu_seconds_total", 25, kind="counter"),
    )
    supervised(tmp_path, "hub")
    said(tmp_path, "hub", samples=lag)
    found = overview(tmp_path, NOW)
    assert (found.running, found.well) == (True, True)
    hub = found.roles[1]
    assert (hub.lag_frames, hub.lag_seconds, hub.cpu, hub.restarts) == (7, 1.5, 0.25, 2)
    assert found.roles[0].lag_frames is None
    assert [line.split()[0] for line in render(found, "table").splitlines()] == ["role", "supervisor", "hub"]


@pytest.mark.parametrize(
    "given",
    [{"ready": False}, {"at": NOW - STALE_SECONDS - 1}, {"problems": ("the disk\x1b[2J is full",)}],
    ids=["not ready", "silent", "a problem"],
)
def test_something_is_wrong(tmp_path: Path, given: dict[str, object]) -> None:
    supervised(tmp_path, "hub")
    said(tmp_path, "hub", **given)  # type: ignore[arg-type]
    found = overview(tmp_path, NOW)
    assert (found.running, found.well) == (True, False)
    assert "\x1b" not in render(found, "table")


def test_a_role_that_never_spoke_is_missed_and_one_of_earlier_settings_is_not(tmp_path: Path) -> None:
    supervised(tmp_path, "hub")
    said(tmp_path, "worker-3", at=NOW - 1_000)
    found = overview(tmp_path, NOW)
    assert [one.role for one in found.roles] == ["supervisor", "hub"]
    assert not found.well


def test_a_role_that_runs_alone_is_shown(tmp_path: Path) -> None:
    said(tmp_path, "store")
    found = overview(tmp_path, NOW)
    assert ([one.role for one in found.roles], found.well) == (["store"], True)


def test_nothing_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tocsin.toml").write_text('[tocsin]\ndata = "data"\n')
    assert main(["status", "--config", str(tmp_path / "tocsin.toml")]) == 3
    assert main(["status", "--format", "json", "--config", str(tmp_path / "tocsin.toml")]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "nothing runs here"
    assert json.loads(lines[1]) == {"running": False, "well": False, "roles": []}
