"""Tocsin beside RSigma: the same rules and events on the same core, in turn; then match by match.

RSigma is built from its crate when it is not there yet: under $RSIGMA_ROOT, or out/rsigma.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import orjson

from common import ROOT, Report, Size, last_core, options, otrf_files, rules_of, sigmahq, spread
from rsigma_diff import Difference, Judge, Pair
from tocsin.model.event import get
from tocsin.model.logsource import LogSource
from tocsin.sources import catalog

VERSION = "0.23.0"
ROW = "bench_row"
LABELS = str(ROOT / "bench" / "rsigma_labels.yml")
FASTEST = "routing by labels, its families told apart"
CONFIGURATIONS: dict[str, list[str]] = {
    "as it is": [],
    "built-in pipeline `sysmon`": ["-p", "sysmon"],
    "routing by labels": ["--logsource-routing"],
    FASTEST: ["--logsource-routing", "-p", LABELS],
    "the same, `--bloom-prefilter`": ["--logsource-routing", "-p", LABELS, "--bloom-prefilter"],
    "the same, `--cross-rule-ac` (daachorse)": ["--logsource-routing", "-p", LABELS, "--cross-rule-ac"],
}
RUNS: dict[Size, int] = {"tiny": 1, "quick": 1, "full": 5}
FAMILIES = {
    "registry_event": "registry",
    "registry_add": "registry",
    "registry_delete": "registry",
    "registry_set": "registry",
    "registry_rename": "registry",
    "file_delete_detected": "file_delete",
}
Command = list[str]


class Taken(NamedTuple):
    """Seconds that a command took."""

    wall: float
    processor: float


class Files(NamedTuple):
    """The events as both read them, a file without any, and the rules."""

    events: Path
    nothing: Path
    rules: Path


def main() -> None:
    """Build RSigma if need be, time all configurations in turn, compare the matches."""
    given = options(__doc__ or "")
    report = Report("Beside RSigma", given)
    size: Size = given.size
    binary = built()
    if binary is None:
        sys.exit(f"RSigma {VERSION} could not be built: cargo is missing or cannot reach its crates")
    with tempfile.TemporaryDirectory() as folder:
        lines = labelled(
            [line for lines in otrf_files().values() for line in lines][:: 50 if size == "tiny" else 1]
        )
        files = Files(Path(folder, "events.ndjson"), Path(folder, "nothing.ndjson"), sigmahq())
        files.events.write_bytes(b"\n".join(lines) + b"\n")
        files.nothing.touch()
        commands = {"Tocsin": hunt(files.rules)} | {
            name: [
                str(binary),
                "-q",
                "engine",
                "eval",
                "-r",
                str(files.rules),
                "--input-format",
                "json",
                *more,
            ]
            for name, more in CONFIGURATIONS.items()
        }
        _tell_speed(report, commands, files, len(lines), RUNS[size])
        ours = matches([*commands["Tocsin"], str(files.events)], ("rule", "id"))
        theirs = matches([*commands[FASTEST], "--include-event", "-e", f"@{files.events}"], ("rule_id",))
    judge = Judge(rules_of(sigmahq()), catalog()["windows_flat"], lines)
    _tell_matches(report, ours, theirs, judge.differences(ours, theirs))
    report.finish()


def built() -> Path | None:
    """Return RSigma's program, building it if it is not there; None when that cannot be done."""
    root = Path(os.environ.get("RSIGMA_ROOT") or ROOT / "out" / "rsigma")
    binary = root / "bin" / "rsigma"
    if not binary.exists() and shutil.which("cargo"):
        print("building RSigma; this takes a quarter of an hour", file=sys.stderr)
        install = ["cargo", "install", "rsigma", "--version", VERSION, "--locked", "--root", str(root)]
        subprocess.run(install, check=False)
    return binary if binary.exists() else None


def hunt(rules: Path) -> Command:
    """Return the command of a hunt, but for the file."""
    return [
        sys.executable,
        "-m",
        "tocsin",
        "hunt",
        "--rules",
        str(rules),
        "--format",
        "ndjson",
        "-q",
        "--exit-zero",
    ]


def labelled(lines: Sequence[bytes]) -> list[bytes]:
    """Add to each event what RSigma routes by, as a shipper would, and its number."""
    source = catalog()["windows_flat"]
    found = []
    for row, line in enumerate(lines):
        fields = orjson.loads(line)
        route = source.route(tuple(get(fields, path) for path in source.route_by))
        more = orjson.dumps({**labels(route.logsources), ROW: row})
        found.append(line.rstrip()[:-1] + b"," + more[1:])
    return found


def labels(logsources: tuple[LogSource, ...]) -> dict[str, str]:
    """Return one product, service and category. What has none gets a word that no rule has: unset is any."""
    categories = [FAMILIES.get(one.category, one.category) for one in logsources if one.category]
    service = logsources[0].service or "none"
    return {"product": "windows", "service": service, "category": categories[0] if categories else "none"}


def timed(command: Command) -> Taken:
    """Run a command on one core, its output thrown away."""
    started = time.perf_counter()
    pinned = ["taskset", "-c", str(last_core()), *command]
    with subprocess.Popen(pinned, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    return Taken(time.perf_counter() - started, usage.ru_utime + usage.ru_stime)


def _tell_speed(report: Report, commands: dict[str, Command], files: Files, events: int, runs: int) -> None:
    timed([*commands["Tocsin"], str(files.nothing)])  # fills the cache of rules
    whole: dict[str, list[Taken]] = {name: [] for name in commands}
    loading: dict[str, list[Taken]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            for found, file in ((whole, files.events), (loading, files.nothing)):
                place = [str(file)] if name == "Tocsin" else ["-e", f"@{file}"]
                found[name].append(timed([*command, *place]))
    net = {
        name: [one.processor - none.processor for one, none in zip(whole[name], loading[name], strict=True)]
        for name in commands
    }
    rows = [
        [
            name if name == "Tocsin" else f"RSigma: {name}",
            spread([one.wall for one in whole[name]], 2),
            spread([one.processor for one in whole[name]], 2),
            spread([one.processor for one in loading[name]], 2),
            spread([events / seconds for seconds in net[name]]),
            spread([mine and other / mine for mine, other in zip(net["Tocsin"], net[name], strict=True)], 2),
        ]
        for name in commands
    ]
    report.note(
        f"{events:,} events (OTRF), SigmaHQ `rules/`, RSigma {VERSION} with its default features; both read the same "
        "file, on which each event carries `product`, `service` and `category` for RSigma's routing; both are whole "
        f"commands on one core, run in turn, {runs} times: median (lowest-highest). Loading is the same command over "
        "an empty file (Tocsin: rules from the cache); Tocsin's events/s hold the compilation of partitions, and "
        "writing each match with its event, RSigma's writing each match without."
    )
    head = ["", "seconds on the clock", "processor seconds", "of these loading", "events/s without loading"]
    report.table([*head, "Tocsin is faster by"], rows)


def matches(command: Command, key: tuple[str, ...]) -> set[Pair]:
    """Run a command and return its matches."""
    done = subprocess.run(command, check=True, capture_output=True)
    found: set[Pair] = set()
    for line in done.stdout.splitlines():
        match = orjson.loads(line)
        name = match
        for step in key:
            name = name[step]
        found.add((str(name), int(match["event"][ROW])))
    return found


def _tell_matches(report: Report, ours: set[Pair], theirs: set[Pair], found: Sequence[Difference]) -> None:
    report.note(
        f"Matches (rule, event) of Tocsin: {len(ours):,}; of RSigma ({FASTEST}): {len(theirs):,}; of both: "
        f"{len(ours & theirs):,}. Each difference, with the reason that the slow engine gives: what must be taken "
        "away from it to turn its verdict."
    )
    if found:
        rows = [[one.side, one.rules.total(), len(one.rules), one.reason, _examples(one)] for one in found]
        report.table(["side", "matches", "rules", "why", "for example"], rows)


def _examples(one: Difference) -> str:
    return "; ".join(title for title, _ in one.rules.most_common(2))


if __name__ == "__main__":
    main()
