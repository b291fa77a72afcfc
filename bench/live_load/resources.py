"""What processes take of the machine, read from /proc."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Use(NamedTuple):
    """Of one process: processor seconds since it began, bytes of resident memory, open files."""

    cpu: float
    resident: int
    files: int


def use(pid: int) -> Use | None:
    """Return what a process takes; None when it is gone."""
    folder = Path(f"/proc/{pid}")
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        resident = int((folder / "statm").read_text().split()[1]) * _PAGE
        return Use(
            (int(fields[11]) + int(fields[12])) / _TICK, resident, sum(1 for _ in (folder / "fd").iterdir())
        )
    except (OSError, ValueError, IndexError):
        return None


def proportional(pid: int) -> int:
    """Return the bytes of memory that are a process's own: what it shares is divided by those that share it; 0 if it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def sockets(pid: int) -> int:
    """Return how many sockets a process has open."""
    found = 0
    for path in _listed(Path(f"/proc/{pid}/fd")):
        try:
            found += str(path.readlink()).startswith("socket:")
        except OSError:
            continue
    return found


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def used(pids: Mapping[str, int]) -> dict[str, Use]:
    """Return name -> what its process takes, of those that live."""
    return {name: found for name, pid in pids.items() if (found := use(pid))}


def size(folder: Path, *, but: Iterable[str] = ()) -> int:
    """Return the bytes that a folder takes on the disk, but for some folders in it."""
    left_out = set(but)
    total = 0
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in left_out]
        for name in files:
            try:
                total += Path(parent, name).stat().st_blocks * 512
            except FileNotFoundError:
                continue
    return total
