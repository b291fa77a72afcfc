"""What this process takes of the machine."""

import os
from collections.abc import Iterator
from pathlib import Path

from tocsin.telemetry.status import Sample


def of_process() -> Iterator[Sample]:
    """Yield it as metrics. Raises OSError when no file is free."""
    times = os.times()
    yield Sample("process_cpu_seconds_total", times.user + times.system, kind="counter")
    pages = int(Path("/proc/self/statm").read_bytes().split()[1])
    yield Sample("process_resident_memory_bytes", pages * os.sysconf("SC_PAGE_SIZE"))
    yield Sample("process_open_fds", sum(1 for _ in Path("/proc/self/fd").iterdir()))
