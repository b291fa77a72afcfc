"""`tocsin rules coverage`."""

import argparse
from pathlib import Path

import orjson

from tocsin.cli import parsing
from tocsin.cli.main import OK
from tocsin.cli.rules.common import add_paths, loaded, paths_of
from tocsin.services.rules_coverage import Coverage, Gaps, find_gaps, layer, measure_coverage, read_techniques
from tocsin.sigma.rule import Level


def arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_paths(parser)
    parser.add_argument(
        "--level", type=parsing.level, default=Level.INFORMATIONAL, metavar="LEVEL", help="this and above"
    )
    parser.add_argument(
        "--attack", metavar="FILE", help="techniques to compare with: ATT&CK in STIX, or a Navigator layer"
    )
    parser.add_argument("--format", choices=["text", "navigator"], default="text")


def run(given: argparse.Namespace) -> int:
    """Say which techniques are looked for, and which are not."""
    coverage = measure_coverage(loaded(paths_of(given)), level=given.level)
    gaps = find_gaps(coverage, read_techniques(Path(given.attack))) if given.attack else None
    if given.format == "navigator":
        print(orjson.dumps(layer(coverage, gaps=gaps), option=orjson.OPT_INDENT_2).decode())
    else:
        _print(coverage, gaps)
    return OK


def _print(coverage: Coverage, gaps: Gaps | None) -> None:
    print(f"{len(coverage.covered)} techniques by {coverage.rules} rules ({coverage.untagged} name none)\n")
    for tactic, count in coverage.tactics.items():
        print(f"  {tactic:<24} {count} rules")
    if gaps is None:
        print("\n--attack FILE compares with a list of techniques and names the gaps")
        return
    print(
        f"\n{len(gaps.missing)} of {gaps.total} techniques are not looked for, {len(gaps.partly)} only in part:"
    )
    for one in gaps.missing:
        print(f"  {one.id:<10} {one.name}  ({', '.join(one.tactics)})")
