"""Hostile input, for a given time: every decoder in a process of its own, then every listener of a running monitor.

Inputs are real ones, changed; each is made of the seed, its target and its number, so `--target NAME --number N`
tries one again.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from common import ROOT, Report, Size, data, parser_of, sigmahq
from fuzzing import listeners, records, samples, trial
from fuzzing.attacks import ATTACKS
from fuzzing.trial import OPENERS, Finding, Tried

SEED = 20_261_123
SECONDS: dict[Size, float] = {"tiny": 20, "quick": 300, "full": 3_600}
LISTENERS = 0.4
"""Share of the time for the listeners."""
WEIGHTS = {"worker": 6.0, "sources": 3.0, "http bodies": 2.0, "http bytes": 2.0}
"""Of the rest, for each target; all others have 1."""


def main() -> None:
    """Try all there is, or one input again."""
    parser = parser_of(__doc__ or "")
    parser.add_argument("--seconds", type=float, help="in total, instead of what the size says")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--target", choices=(*OPENERS, *ATTACKS), help="only this one")
    parser.add_argument("--number", type=int, help="only this input of the target, told in full")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=place()) as name:
        folder = Path(name)
        samples.write(folder / "samples", samples.gathered(corpus(given.size)))
        if given.size == "full" and corpus(given.size):
            os.environ[records.RULES] = str(sigmahq())
        if given.number is not None:
            again(given, folder)
        else:
            measure(given, folder)


def place() -> Path:
    """Return a folder for what is made."""
    made = ROOT / "out"
    made.mkdir(exist_ok=True)
    return made


def corpus(size: Size) -> Path | None:
    """Return the shared corpora, None where they are not, or would take longer than the trial."""
    return data() / "corpus" if size != "tiny" and (ROOT.parent / "shared/data/unpack").exists() else None


def again(given: argparse.Namespace, folder: Path) -> None:
    """Try one input, and tell all of it."""
    if given.target in ATTACKS:
        sys.exit("of listeners a whole target is tried again: leave --number out")
    for name, text in trial.repeated(
        given.target, given.seed, given.number, folder, folder / "samples"
    ).items():
        print(f"{name}: {text}")


def measure(given: argparse.Namespace, folder: Path) -> None:
    """Try for the time that was given, and report."""
    began, total = time.monotonic(), given.seconds or SECONDS[given.size]
    report = Report("Hostile input", given)
    decoders = [name for name in OPENERS if given.target in {None, name}]
    attacks = [name for name in ATTACKS if given.target in {None, name}]
    found = []
    end = began + total * ((1 - LISTENERS) if attacks else 1.0)
    for number, name in enumerate(decoders):
        rest = sum(WEIGHTS.get(one, 1.0) for one in decoders[number:])
        seconds = max(end - time.monotonic(), 0.1) * WEIGHTS.get(name, 1.0) / rest
        found.append(trial.tried(name, given.seed, seconds, folder, folder / "samples"))
        tell(found[-1])
    if attacks:
        for one in listeners.tried(
            attacks, given.seed, began + total, folder, samples.read(folder / "samples")
        ):
            found.append(one)
            tell(one)
    write(report, given, found, time.monotonic() - began)
    report.finish()


def tell(one: Tried) -> None:
    """Say at once what came of a target: a trial that is broken off has said it."""
    print(
        f"{one.target}: {one.inputs:,} inputs in {one.seconds:.0f} s, {one.refused:,} refused",
        file=sys.stderr,
    )
    for finding in one.findings.values():
        print(
            f"  FOUND {finding.what} (number {finding.number})\n{finding.detail}", file=sys.stderr, flush=True
        )


def write(report: Report, given: argparse.Namespace, found: Sequence[Tried], seconds: float) -> None:
    """Put all of it into the report."""
    findings = [finding for one in found for finding in one.findings.values()]
    report.note(
        f"Seed {given.seed}; {sum(one.inputs for one in found):,} inputs in {seconds:,.0f} s, {len(findings)} findings. Inputs are "
        "samples of all sources and of the corpora, changed at some places; a finding is an error that is not documented, a "
        f"process that died, over {trial.SLOW:.0f} s of processor time for one input, memory that is not flat, a connection that is "
        "stuck, a record that was acknowledged and is not stored."
    )
    report.table(
        ["target", "inputs", "s", "refused as documented", "memory at most, MB", "findings"],
        [
            [
                one.target,
                f"{one.inputs:,}",
                f"{one.seconds:.0f}",
                f"{one.refused:,}",
                f"{one.peak / 1e6:,.0f}",
                len(one.findings),
            ]
            for one in found
        ],
    )
    if findings:
        report.table(
            ["target", "what", "repeat with"], [[one.target, one.what, how(given, one)] for one in findings]
        )


def how(given: argparse.Namespace, one: Finding) -> str:
    """Return the command that tries an input again."""
    number = f" --number {one.number}" if one.number >= 0 and one.target in OPENERS else ""
    size = "" if given.size == "quick" else f" --{given.size}"
    return f"`bench/fuzz.py{size} --seed {given.seed} --target '{one.target}'{number}`"


if __name__ == "__main__":
    main()
