"""Matches by ATT&CK tactic and technique, read from the rules' Sigma tags."""

import re
from collections.abc import Iterable

from tocsin.report.digest import RuleDigest
from tocsin.report.top import Tally

TACTICS = (
    "reconnaissance", "resource-development", "initial-access", "execution", "persistence",
    "privilege-escalation", "stealth", "defense-evasion", "defense-impairment", "credential-access",
    "discovery", "lateral-movement", "collection", "command-and-control", "exfiltration", "impact",
)  # fmt: skip
"""In the order of an intrusion. `defense-evasion` is what ATT&CK called the two beside it before version 19."""

_TECHNIQUE = re.compile(r"T\d{4}(?:\.\d{3})?\Z")


def is_technique(name: str) -> bool:
    """Tell whether it is written as ATT&CK writes one: `T1059.001`."""
    return bool(_TECHNIQUE.match(name))


def title(tactic: str) -> str:
    """Write a tactic's name as people do: `Command and Control`."""
    return tactic.replace("-", " ").title().replace(" And ", " and ")


def by_tactic(rules: Iterable[RuleDigest]) -> dict[str, Tally]:
    """Count the matches of each tactic, in the order of an intrusion; the old name only when used."""
    tallies = {tactic: Tally(tactic) for tactic in TACTICS}
    for of in rules:
        named = {tag[7:].replace("_", "-").lower() for tag in of.rule.tags if tag[:7].lower() == "attack."}
        for tactic in named & tallies.keys():
            tallies[tactic].count += of.count
            tallies[tactic].rank = max(tallies[tactic].rank, of.rank)
    if not tallies["defense-evasion"].count:
        del tallies["defense-evasion"]
    return tallies


def by_technique(rules: Iterable[RuleDigest]) -> list[tuple[Tally, list[RuleDigest]]]:
    """Return each technique with its matches and rules, most urgent first, then most matches."""
    found: dict[str, tuple[Tally, list[RuleDigest]]] = {}
    for of in rules:
        for name in dict.fromkeys(of.attack):
            tally, named = found.setdefault(name, (Tally(name), []))
            tally.count += of.count
            tally.rank = max(tally.rank, of.rank)
            named.append(of)
    return sorted(found.values(), key=lambda item: (-item[0].rank, -item[0].count, item[0].key))
