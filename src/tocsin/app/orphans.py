"""Roles that a dead supervisor left behind.

They end by themselves when they see that it is gone. One that is stopped, or hangs, does not see it, and would keep its
files from the next.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

SUPERVISED = "--supervised"
"""What the command line of a role says that has a supervisor."""


def end_orphans(data: Path) -> list[int]:
    """Kill the roles that run on a data folder; return their process ids. For whoever holds the supervisor's lock."""
    return [pid for pid in _pids() if _is_ended(pid, data)]


def _pids() -> Iterator[int]:
    return (int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal())


def _is_ended(pid: int, data: Path) -> bool:
    """Kill a process if it is one of them; it cannot become another one meanwhile."""
    with suppress(OSError):  # it has ended, or is another user's
        process = os.pidfd_open(pid)
        try:
            if _is_role(Path(f"/proc/{pid}/cmdline").read_bytes(), data):
                signal.pidfd_send_signal(process, signal.SIGKILL)
                return True
        finally:
            os.close(process)
    return False


def _is_role(command: bytes, data: Path) -> bool:
    words = command.split(b"\0")
    return SUPERVISED.encode() in words and (b"--data", os.fsencode(data)) in pairwise(words)
