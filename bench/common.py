"""What every benchmark shares: the corpora, fresh processes, statistics, and the page of results."""

import argparse
import importlib.metadata
import multiprocessing
import os
import platform
import re
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, ParamSpec, TypeVar

from tocsin.detect.engine import Engine
from tocsin.line import Work
from tocsin.model.event import get
from tocsin.ports.source import Source
from tocsin.sigma.cache import load_cached
from tocsin.sigma.rule import Rule

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "docs" / "benchmarks.md"
BATCH = 1_000
"""Records in a batch, as in a hunt."""

CORE = (
    "event.action", "event.outcome", "event.code", "event.provider", "user.name", "user.id", "user.target.name",
    "host.name", "source.ip", "source.port", "destination.ip", "destination.port", "process.name",
    "process.executable", "process.command_line", "file.path", "url.original", "http.request.method",
    "http.response.status_code", "user_agent.original", "cloud.account.id", "cloud.region",
    "orchestrator.namespace", "orchestrator.resource.name", "container.image.name", "vcs.repository.name",
    "cicd.pipeline.name", "rule.name", "error.message",
)  # fmt: skip
"""Normalised names that get a column of their own wherever columns are asked for here."""

P = ParamSpec("P")
T = TypeVar("T")
Size = Literal["tiny", "quick", "full"]


def options(about: str) -> argparse.Namespace:
    """Read the command line that all benchmarks have; `size` says how much is measured."""
    return parser_of(about).parse_args()


def parser_of(about: str) -> argparse.ArgumentParser:
    """Return what reads it, for those that have more options."""
    parser = argparse.ArgumentParser(description=about)
    sizes = parser.add_mutually_exclusive_group()
    for size, text in (
        ("full", "the measurement of the claim"),
        ("tiny", "only prove that the script works"),
    ):
        sizes.add_argument(f"--{size}", dest="size", action="store_const", const=size, help=text)
    parser.add_argument("--save", action="store_true", help="put the results into docs/benchmarks.md")
    parser.set_defaults(size="quick")
    return parser


def data() -> Path:
    """Return the folder that holds corpus/ and sigmahq-rules/, unpacked."""
    unpack = ROOT.parent / "shared" / "data" / "unpack"
    if not unpack.exists():
        sys.exit("the shared corpora are not beside this checkout (../shared/data)")
    return Path(subprocess.run([unpack], check=True, capture_output=True, text=True).stdout.strip())


def sigmahq(folder: str = "rules") -> Path:
    """Return SigmaHQ's rules, or the whole tree of its folders for "."."""
    return data() / "sigmahq-rules" / folder


def rules_of(*paths: Path) -> list[Rule]:
    """Load rules, by way of the cache."""
    return load_cached(paths, {}).rules


def otrf_files() -> dict[str, list[bytes]]:
    """Return the distinct JSON lines of the OTRF recordings, by recording, in a fixed order."""
    seen: set[bytes] = set()
    found: dict[str, list[bytes]] = {}
    base = data() / "corpus" / "otrf" / "datasets"
    for path in sorted(base.rglob("*.zip")):
        lines = found.setdefault(str(path.relative_to(base)), [])
        for line in _json_lines(path):
            if line not in seen:
                seen.add(line)
                lines.append(line)
    return found


def _json_lines(path: Path) -> Iterator[bytes]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".json") and "__MACOSX" not in name:
                yield from (line for line in archive.read(name).splitlines() if line[:1] == b"{")


def run(work: Work, source: Source, records: Sequence[bytes]) -> int:
    """Run records through the line in batches; return how many signals they gave."""
    return sum(len(work(source, records[at : at + BATCH]).signals) for at in range(0, len(records), BATCH))


def one_of_each(source: Source, records: Sequence[bytes]) -> list[bytes]:
    """Return the first record of each kind that the source's routing tells apart."""
    found: dict[str, bytes] = {}
    for record in records:
        fields = source.parse(record)
        found.setdefault(repr([get(fields, path) for path in source.route_by]), record)
    return list(found.values())


def forget_values(engine: Engine) -> None:
    """Empty what the engine remembers of values; what is compiled stays."""
    for memo in engine.values.budget.memos:
        memo.clear()


def cpu_of(task: Callable[[], object]) -> float:
    """Return the processor seconds that a task takes in this process."""
    started = time.process_time()
    task()
    return time.process_time() - started


def fresh(task: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a task in a process of its own, on one core, and return what it returns."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=pin) as pool:
        return pool.submit(task, *args, **kwargs).result()


def apart(task: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a task in a process of its own, on all cores: for what has threads and processes of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(task, *args, **kwargs).result()


def pin() -> None:
    """Stay on one core: the last that we may use."""
    os.sched_setaffinity(0, {last_core()})


def last_core() -> int:
    """Return the core that measurements run on."""
    return max(os.sched_getaffinity(0))


def spread(values: Sequence[float], digits: int = 0) -> str:
    """Write the median and, when there are several, the range."""
    middle = f"{statistics.median(values):,.{digits}f}"
    if len(values) == 1:
        return middle
    return f"{middle} ({min(values):,.{digits}f}-{max(values):,.{digits}f})"


@dataclass
class Report:
    """One section of docs/benchmarks.md: tables and notes, under the command that made them."""

    title: str
    options: argparse.Namespace
    lines: list[str] = field(default_factory=list)
    load: float = field(default_factory=lambda: os.getloadavg()[0])
    shown: int = 0

    def table(self, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Add a table."""
        self.lines += ["", _row(head), _row(["---"] * len(head)), *map(_row, rows)]

    def note(self, text: str) -> None:
        """Add a paragraph."""
        self.lines += ["", text]

    def show(self) -> None:
        """Say on stderr what is new: a run that is broken off has said what it measured."""
        print("\n".join(self.lines[self.shown :]), file=sys.stderr, flush=True)
        self.shown = len(self.lines)

    def finish(self) -> None:
        """Print the section and, when asked to, put it in the place of the last one in the page."""
        name = Path(sys.argv[0]).name
        size = "" if self.options.size == "quick" else f" --{self.options.size}"
        when = f"{datetime.now(UTC):%Y-%m-%d}, commit {commit()}; load of the machine before: {self.load:.1f}"
        text = "\n".join([f"## {self.title}", "", f"`bench/{name}{size}`, {when}.", *self.lines, ""])
        print(text)
        if self.options.save:
            _save(Path(name).stem, text)


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _save(name: str, text: str) -> None:
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
    page = RESULTS.read_text()
    before, found, rest = page.partition(begin)
    if not found:
        sys.exit(f"{RESULTS} has no section {begin.strip()}")
    head = re.sub(r"(?m)^\*\*Machine:\*\*.*$", f"**Machine:** {machine()}.", before)
    RESULTS.write_text(head + begin + text + end + rest.partition(end)[2])


def commit() -> str:
    """Return the commit that is measured."""
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    return done.stdout.strip() or "unknown"


def machine() -> str:
    """Describe what ran: processor, Python and the libraries that do the work."""
    names = ("orjson", "msgspec", "ahocorasick-rs", "google-re2")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    return f"{os.cpu_count()} cores ({_processor()}), Python {platform.python_version()}, {versions}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()
