"""What each role says of itself: a small file a second, replaced as a whole, for whoever wants to know."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from tocsin.model.unreadable import UNREADABLE

SUFFIX = ".json"
STALE_SECONDS = 10.0
"""A status older than this is of a role that hangs, or is gone."""


class Sample(Struct, frozen=True):
    """One figure, as Prometheus has it. Counters begin with 0 when their role starts."""

    name: str
    value: float
    labels: dict[str, str] = {}
    kind: Literal["counter", "gauge"] = "gauge"


class Status(Struct, frozen=True):
    """role: `intake`, `worker-0` … started, at: seconds since 1970. ready: it does its work. problems: what a person
    should know, in plain text. snapshot: hash of what it runs with.
    """

    role: str
    pid: int
    started: float
    at: float
    ready: bool
    snapshot: str = ""
    problems: tuple[str, ...] = ()
    samples: tuple[Sample, ...] = ()


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Status)


def write(status: Status, folder: Path) -> None:
    """Replace the role's file. Raises OSError."""
    fresh = folder / f"{status.role}{SUFFIX}.{os.getpid()}"
    fresh.write_bytes(_encoder.encode(status))
    fresh.replace(folder / f"{status.role}{SUFFIX}")


def read(folder: Path) -> Iterator[Status]:
    """Yield what all roles said last, by name; what cannot be read is left out."""
    try:
        paths = sorted(folder.glob(f"*{SUFFIX}"))
    except OSError:  # no file is free
        return
    for path in paths:
        if said := read_one(path.stem, folder):
            yield said


def read_one(role: str, folder: Path) -> Status | None:
    """Return what a role said last; None if it said nothing, or nobody can read it."""
    try:
        return _decoder.decode((folder / f"{role}{SUFFIX}").read_bytes())
    except (OSError, *UNREADABLE):
        return None


def clear(folder: Path) -> None:
    """Remove what was said, whole or half, by roles that are gone. Raises OSError."""
    for path in folder.glob(f"*{SUFFIX}*"):
        path.unlink(missing_ok=True)


def is_well(status: Status, now: float) -> bool:
    """Tell whether a role is ready, and was a moment ago."""
    return status.ready and now - status.at < STALE_SECONDS
