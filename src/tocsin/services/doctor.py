"""`tocsin doctor`: one line for each thing that the monitor needs, whether it is so, and what to do if it is not."""

import errno
import os
import socket
import time
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from tocsin.errors import TocsinError
from tocsin.model.hidden import plain
from tocsin.services import doctor_data
from tocsin.services.kinds import load_settings
from tocsin.services.live.machine import free_of
from tocsin.services.settings_check import check
from tocsin.services.status import Overview, overview
from tocsin.settings import kinds
from tocsin.settings.mistake import Severity
from tocsin.settings.tables import Settings

_SHOWN = 600
_EPOCH = 1_760_000_000.0
_SLACK = 5.0


class Level(StrEnum):
    """How it is. WARN: it works, and may not for long. FAIL: it does not work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Line(Struct, frozen=True):
    """One thing. todo: what a person can do; empty if there is nothing to do."""

    level: Level
    what: str
    found: str
    todo: str = ""


class Places(NamedTuple):
    """Where the parts of a monitor are."""

    data: Path
    journal: Path
    run: Path
    store: Path
    store_socket: Path


def examine(config: Path, settings: Settings | None, places: Places | None) -> Iterator[Line]:
    """Yield what is found. settings, places: None if the settings cannot be read; nothing else is looked at then."""
    yield from _settings(config)
    if settings is None or places is None:
        return
    yield from _folders(places)
    yield from _disks(places, settings)
    state = overview(places.run)
    yield from _roles(state)
    yield from _ports(settings, running=state.running)
    yield from _clock(places)
    if not places.journal.is_dir():
        yield Line(Level.WARN, "journal", "is not there yet", "`tocsin serve` makes it when it starts")
        return
    for name, looked in doctor_data.looks(settings, places.journal, places.store_socket, state.running):
        try:
            yield from (Line(Level(one.level), name, one.found, one.todo) for one in looked())
        except (TocsinError, OSError) as error:
            yield Line(Level.FAIL, name, str(error), "put that right; nothing of it is lost meanwhile")


def load(config: Path) -> Settings | None:
    """Return the settings, None if they are wrong: `examine` says how."""
    try:
        return load_settings(config)
    except TocsinError:
        return None


def _settings(config: Path) -> Iterator[Line]:
    try:
        mistakes = check(config)
    except TocsinError as error:
        yield Line(Level.FAIL, "settings", str(error), "write a first file with `tocsin init`")
        return
    for one in mistakes:
        level = Level.FAIL if one.severity is Severity.ERROR else Level.WARN
        yield Line(level, "settings", str(one), "mend it, then send SIGHUP to `tocsin serve`")
    if not mistakes:
        yield Line(Level.OK, "settings", str(config))


def _folders(places: Places) -> Iterator[Line]:
    for name, folder in (("data", places.data), ("journal", places.journal), ("store", places.store)):
        if not folder.exists():
            yield Line(Level.OK, f"folder {name}", f"{folder} will be made")
        elif not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            todo = f"let the user that runs Tocsin own it: chown -R tocsin {places.data}"
            yield Line(
                Level.FAIL, f"folder {name}", f"{folder} cannot be written by user {os.geteuid()}", todo
            )
        elif folder.stat().st_mode & 0o077:
            found = f"{folder} is open to other users, and holds logs"
            yield Line(Level.WARN, f"folder {name}", found, f"chmod 700 {folder}")
        else:
            yield Line(Level.OK, f"folder {name}", str(folder))


def _disks(places: Places, settings: Settings) -> Iterator[Line]:
    there = next(one for one in (places.data, *places.data.absolute().parents) if one.exists())
    free = free_of(there)
    found = f"{free / (1 << 30):,.1f} GiB are free for {places.data}"
    todo = "make room, or shorten store.retention and journal.retention"
    reserve, scarce = settings.journal.reserve, settings.journal.scarce
    level = Level.FAIL if free < reserve else Level.WARN if free < scarce else Level.OK
    yield Line(level, "disk", found, "" if level is Level.OK else todo)


def _roles(state: Overview) -> Iterator[Line]:
    if not state.running:
        yield Line(Level.WARN, "roles", "nothing runs", "start `tocsin serve`")
        return
    bad = [one for one in state.roles if not one.ready]
    for one in bad:
        yield Line(Level.FAIL, f"role {one.role}", "is not ready", "read what it logged last")
    for one in state.roles:
        for text in one.problems:
            yield Line(Level.WARN, f"role {one.role}", text, "")
    if not bad:
        yield Line(Level.OK, "roles", f"all {len(state.roles)} are ready")


def _ports(settings: Settings, *, running: bool) -> Iterator[Line]:
    tables: dict[str, kinds.Table] = {f"inputs.{name}": one for name, one in settings.inputs.items()}
    for name, table in {**tables, "metrics": settings.metrics}.items():
        for one in table.sockets():
            what = f"port {one.listen.port}/{one.protocol}"
            wrong = _answered(one) if running else _taken(one)
            place = f"{name}.{one.key} {one.listen.host}:{one.listen.port}"
            if wrong:
                yield Line(Level.FAIL, what, f"{place} {wrong[0]}", wrong[1])
            else:
                yield Line(Level.OK, what, f"{place} {'is listened on' if running else 'is free'}")


def _answered(one: kinds.Socket) -> tuple[str, str] | None:
    """Say what is wrong if nobody listens there. Of UDP: if it could be bound."""
    if one.protocol == "udp":
        wrong = _taken(one)
        return None if wrong else ("is not listened on", "read the log of the role intake")
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(one.listen.host, one.listen.host)  # noqa: S104 (asked, not bound)
    try:
        socket.create_connection((host, one.listen.port), timeout=5).close()
    except OSError as error:
        return f"does not answer: {error.strerror or error}", "read the log of the role intake"
    return None


def _taken(one: kinds.Socket) -> tuple[str, str] | None:
    """Say what is wrong if it cannot be bound."""
    kind = socket.SOCK_DGRAM if one.protocol == "udp" else socket.SOCK_STREAM
    try:
        family, _, _, _, address = socket.getaddrinfo(one.listen.host, one.listen.port, type=kind)[0]
        with socket.socket(family, kind) as probe:
            if kind is socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        todo = {
            errno.EADDRINUSE: "stop what listens there (ss -ltnup shows it), or choose another port",
            errno.EACCES: "choose a port above 1023, or give the unit CAP_NET_BIND_SERVICE",
        }.get(error.errno or 0, "choose an address of this machine")
        return f"cannot be listened on: {error.strerror or error}", todo
    return None


def _clock(places: Places) -> Iterator[Line]:
    now = time.time()
    newest = max((one.stat().st_mtime for one in places.run.glob("*.json")), default=0.0)
    todo = "let a time service (chrony, systemd-timesyncd) set it"
    if now < _EPOCH:
        yield Line(Level.FAIL, "clock", f"says {time.strftime('%Y-%m-%d', time.gmtime(now))}", todo)
    elif newest > now + _SLACK:
        yield Line(
            Level.WARN, "clock", f"was set back: status was written {newest - now:.0f} s from now", todo
        )
    else:
        yield Line(Level.OK, "clock", time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now)))


def worst(lines: Sequence[Line]) -> Level:
    """Return the worst level of some lines."""
    return max((one.level for one in lines), key=list(Level).index, default=Level.OK)


def render(lines: Sequence[Line], form: str) -> str:
    """Write them as text, a line each and what to do below it, or as JSON."""
    if form == "json":
        return msgspec.json.encode(lines).decode() + "\n"
    width = max((len(one.what) for one in lines), default=0)
    return "".join(
        f"{one.level:<4}  {one.what:<{width}}  {plain(one.found, _SHOWN)}\n"
        + (f"{'':<{width + 6}}  -> {plain(one.todo, _SHOWN)}\n" if one.todo else "")
        for one in lines
    )
