"""`tocsin status`: what the roles of a running monitor say of themselves, put together."""

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from tocsin.model.hidden import plain
from tocsin.telemetry import status
from tocsin.telemetry.status import Status, is_well

_SUPERVISOR = "supervisor"
_SHOWN = 500
_HASH = 12


class RoleState(Struct, frozen=True):
    """One role. Seconds and bytes; lag: of what it reads, None if it reads nothing. cpu: of one core, since its start."""

    role: str
    ready: bool
    pid: int = 0
    age: float = 0.0
    silent: float = 0.0
    """Since it last said anything."""
    snapshot: str = ""
    cpu: float = 0.0
    memory: float = 0.0
    lag_frames: float | None = None
    lag_seconds: float | None = None
    restarts: int = 0
    problems: tuple[str, ...] = ()


class Overview(Struct, frozen=True):
    """The monitor. running: some role said something a moment ago. well: all are ready and none tells of a problem."""

    running: bool
    well: bool
    roles: tuple[RoleState, ...] = ()


def overview(run: Path, now: float | None = None) -> Overview:
    """Return how the roles are whose status is in a folder. now: seconds since 1970."""
    at = time.time() if now is None else now
    said = {one.role: one for one in status.read(run)}
    fresh = {name: one for name, one in said.items() if is_well(one, at)}
    supervisor = fresh.get(_SUPERVISOR)
    restarts = _restarts(supervisor)
    # What the supervisor starts, and itself; without one, whoever is there. Others are of earlier settings.
    wanted = [_SUPERVISOR, *restarts] if supervisor else sorted(fresh)
    roles = tuple(_state(name, said.get(name), restarts.get(name, 0), at) for name in wanted)
    well = bool(roles) and all(one.ready and not one.problems for one in roles)
    return Overview(bool(fresh), well, roles)


def _restarts(supervisor: Status | None) -> dict[str, int]:
    samples = supervisor.samples if supervisor else ()
    return {one.labels["restarted"]: int(one.value) for one in samples if one.name == "role_restarts_total"}


def _state(name: str, said: Status | None, restarts: int, now: float) -> RoleState:
    if said is None:
        return RoleState(name, ready=False, restarts=restarts, problems=("it has said nothing yet",))
    age = max(0.0, now - said.started)
    processor = sum(_values(said, "process_cpu_seconds_total"))
    return RoleState(
        role=name,
        ready=is_well(said, now),
        pid=said.pid,
        age=age,
        silent=max(0.0, now - said.at),
        snapshot=said.snapshot[:_HASH],
        cpu=processor / age if age else 0.0,
        memory=sum(_values(said, "process_resident_memory_bytes")),
        lag_frames=sum(frames) if (frames := _values(said, "consumer_lag_frames")) else None,
        lag_seconds=max(_values(said, "consumer_lag_seconds"), default=None),
        restarts=restarts,
        problems=said.problems,
    )


def _values(said: Status, name: str) -> list[float]:
    return [one.value for one in said.samples if one.name == name]


def render(found: Overview, form: str) -> str:
    """Write it as a table with problems below, or as JSON."""
    if form == "json":
        return msgspec.json.encode(found).decode() + "\n"
    if not found.running:
        return "nothing runs here\n"
    head = ("role", "ready", "pid", "age", "snapshot", "cpu", "memory", "lag", "restarts", "problems")
    rows = [head, *(_row(one) for one in found.roles)]
    widths = [max(len(row[number]) for row in rows) for number in range(len(head))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    told = [f"{one.role}: {plain(text, _SHOWN)}" for one in found.roles for text in one.problems]
    return "\n".join([*lines, *([""] if told else []), *told]) + "\n"


def _row(one: RoleState) -> Sequence[str]:
    lag = "-" if one.lag_frames is None else f"{one.lag_frames:,.0f} frames, {one.lag_seconds or 0:.0f} s"
    ready = "yes" if one.ready else "no"
    cells: Iterable[str] = (
        *(one.role, ready, str(one.pid or "-"), _span(one.age), one.snapshot or "-"),
        *(f"{one.cpu:.1%}", f"{one.memory / (1 << 20):,.0f} MiB", lag, str(one.restarts)),
        str(len(one.problems) or "-"),
    )
    return [plain(cell, 64) for cell in cells]


def _span(seconds: float) -> str:
    """Return `45s`, `12m`, `3h`, `9d`."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:.0f}s"
