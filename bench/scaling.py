"""`tocsin hunt --jobs 2` beside `--jobs 1`, on one big file of JSON and one of lines."""

import hashlib
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import Report, Size, options, sigmahq, spread
from events import made

RUNS: dict[Size, int] = {"tiny": 1, "quick": 1, "full": 3}
SIZES: dict[Size, int] = {"tiny": 34_000_000, "quick": 150_000_000, "full": 300_000_000}
"""Bytes of a file. Files under 32 MB are not shared between processes."""
FILES = {"kubernetes_audit": "NDJSON", "linux_auth": "lines"}
CHUNK = 10_000


def main() -> None:
    """Write the files, hunt through each with one process and with two, in turn."""
    given = options(__doc__ or "")
    report = Report("Scaling", given)
    size: Size = given.size
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for source, name in FILES.items():
            path = Path(folder, f"{source}.log")
            events = write(path, source, SIZES[size])
            rows.append([name, *measure(path, events, RUNS[size])])
            path.unlink()
    report.note(
        f"Made-up Kubernetes audit events and sshd lines, {SIZES[size] / 1e6:,.0f} MB each; SigmaHQ `rules/`; seconds "
        f"on the clock of the whole command, in turn, {RUNS[size]} times: median (lowest-highest). Both give the "
        "same matches, byte for byte, or the script stops. Nothing else may run on the machine's two cores: what "
        "does is taken from `--jobs 2` alone."
    )
    report.table(
        ["file", "events", "`--jobs 1`, s", "`--jobs 2`, s", "events/s with 2", "faster by", "target"], rows
    )
    report.finish()


def write(path: Path, source: str, size: int) -> int:
    """Write events until the file is big enough; the same ten thousand events never come twice."""
    written = events = 0
    stream = made(source, sys.maxsize)
    with path.open("wb") as file:
        while written < size:
            written += file.write(b"\n".join(itertools.islice(stream, CHUNK)) + b"\n")
            events += CHUNK
    return events


def measure(path: Path, events: int, runs: int) -> list[str]:
    """Return the cells of a file: its events, the seconds with one process and two, and what comes of it."""
    seconds: dict[int, list[float]] = {1: [], 2: []}
    results = set()
    for _ in range(runs):
        for jobs, taken in seconds.items():
            started = time.perf_counter()
            results.add(hunt(path, jobs))
            taken.append(time.perf_counter() - started)
    if len(results) != 1:
        sys.exit(f"--jobs 2 gives other matches than --jobs 1 on {path.name}")
    gains = [one / two for one, two in zip(seconds[1], seconds[2], strict=True)]
    rate = events / statistics.median(seconds[2])
    return [
        f"{events:,}", spread(seconds[1], 1), spread(seconds[2], 1), f"{rate:,.0f}", spread(gains, 2), "1.8"
    ]  # fmt: skip


def hunt(path: Path, jobs: int) -> str:
    """Run a hunt; return the digest of its matches."""
    command = [
        sys.executable,
        "-m",
        "tocsin",
        "hunt",
        str(path),
        "--rules",
        str(sigmahq()),
        "--jobs",
        str(jobs),
    ]
    done = subprocess.run(
        [*command, "--format", "ndjson", "-q", "--exit-zero"], check=True, capture_output=True
    )
    return hashlib.sha256(done.stdout).hexdigest()


if __name__ == "__main__":
    main()
