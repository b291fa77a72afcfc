"""`tocsin rules coverage`: which ATT&CK techniques the rules look for, as a Navigator layer, and which not.

ATT&CK itself is not bundled: gaps are told against a file, its STIX bundle or another Navigator layer.
"""

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import orjson
from msgspec import Struct

from tocsin.errors import ConfigError
from tocsin.sigma.loader import Collection
from tocsin.sigma.rule import Correlation, Level, Meta, Rule

_TECHNIQUE = re.compile(r"T\d{4}(?:\.\d{3})?")
_COLORS = ["#d8ecff", "#0b5cad"]
_MAX_FILE = 256 * 1024 * 1024
_SHOWN = 20  # rule titles in the Navigator's panel of one technique


class Technique(Struct, frozen=True):
    """A technique as the file of techniques knows it."""

    id: str
    name: str = ""
    tactics: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()


class Covered(Struct, frozen=True):
    """A technique that rules look for. level: the highest among them."""

    id: str
    rules: tuple[str, ...]
    level: Level


class Coverage(Struct, frozen=True):
    """What the rules look for. tactics: how many rules each. untagged: rules that name no technique."""

    covered: tuple[Covered, ...]
    tactics: dict[str, int]
    rules: int
    untagged: int


class Gaps(Struct, frozen=True):
    """Against a file of techniques: not looked for, looked for only in part, and named but not in the file."""

    missing: tuple[Technique, ...]
    partly: tuple[Technique, ...]
    """Techniques of which rules name some sub-techniques but neither all nor the technique itself."""
    unknown: tuple[str, ...]
    """Named by rules and not in the file: revoked, misspelt, or of another matrix."""
    total: int


def measure_coverage(collection: Collection, *, level: Level = Level.INFORMATIONAL) -> Coverage:
    """Sum up the tags of rules and correlations of this level and above."""
    documents: list[Rule | Correlation] = [*collection.rules, *collection.correlations]
    metas = [one.meta for one in documents if one.meta.level.rank >= level.rank]
    named: dict[str, list[Meta]] = defaultdict(list)
    tactics: Counter[str] = Counter()
    for meta in metas:
        for technique in dict.fromkeys(meta.attack):
            named[technique].append(meta)
        tactics.update({name for tag in meta.tags if (name := _tactic(tag))})
    covered = tuple(
        Covered(
            technique,
            tuple(meta.title for meta in by),
            max((meta.level for meta in by), key=lambda one: one.rank),
        )
        for technique, by in sorted(named.items())
        if _TECHNIQUE.fullmatch(technique)
    )
    untagged = sum(not meta.attack for meta in metas)
    return Coverage(covered, dict(tactics.most_common()), len(metas), untagged)


def _tactic(tag: str) -> str:
    name = tag.lower().removeprefix("attack.").replace("_", "-")
    return name if tag.lower().startswith("attack.") and not re.search(r"\d", name) else ""


def layer(coverage: Coverage, *, name: str = "Tocsin rules", gaps: Gaps | None = None) -> dict[str, Any]:
    """Return an ATT&CK Navigator layer (format 4.5); with gaps, missing techniques are in it with score 0."""
    parents = {one.id.partition(".")[0] for one in coverage.covered if "." in one.id}
    techniques = [_entry(one, open_up=one.id in parents) for one in coverage.covered]
    listed = {one.id for one in coverage.covered}
    techniques += [
        {"techniqueID": parent, "score": 0, "showSubtechniques": True} for parent in sorted(parents - listed)
    ]
    if gaps:
        techniques += [
            {"techniqueID": one.id, "score": 0, "comment": "no rule"}
            for one in gaps.missing
            if one.id not in listed | parents
        ]
    most = max((len(one.rules) for one in coverage.covered), default=1)
    return {
        "name": name,
        "versions": {"navigator": "5.1.0", "layer": "4.5"},
        "domain": "enterprise-attack",
        "description": f"{len(coverage.covered)} techniques named by {coverage.rules} rules; score: how many rules",
        "sorting": 3,
        "hideDisabled": False,
        "techniques": techniques,
        "gradient": {"colors": _COLORS, "minValue": 0, "maxValue": max(most, 1)},
        "legendItems": [
            {"label": "no rule", "color": _COLORS[0]},
            {"label": f"{most} rules", "color": _COLORS[1]},
        ],
        "metadata": [],
        "links": [],
        "showTacticRowBackground": False,
        "selectTechniquesAcrossTactics": True,
        "selectSubtechniquesWithParent": False,
    }


def _entry(one: Covered, *, open_up: bool) -> dict[str, Any]:
    count = f"{len(one.rules)} rule{'' if len(one.rules) == 1 else 's'}"
    return {
        "techniqueID": one.id,
        "score": len(one.rules),
        "enabled": True,
        "comment": f"{count}, highest level {one.level.value}",
        "metadata": [{"name": "rule", "value": title} for title in one.rules[:_SHOWN]],
        "links": [],
        "showSubtechniques": open_up,
    }


def find_gaps(coverage: Coverage, techniques: tuple[Technique, ...]) -> Gaps:
    """Compare coverage with the techniques of a file."""
    listed = {one.id for one in coverage.covered}
    children: dict[str, set[str]] = defaultdict(set)
    for one in techniques:
        if "." in one.id:
            children[one.id.partition(".")[0]].add(one.id)

    def covered(one: Technique) -> bool:
        # A rule for a whole technique does not say which of its sub-techniques it sees.
        below = children[one.id]
        return one.id in listed or (bool(below) and below <= listed)

    open_ones = [one for one in techniques if not covered(one)]
    partly = tuple(one for one in open_ones if children[one.id] & listed)
    missing = tuple(one for one in open_ones if not children[one.id] & listed)
    known = {one.id for one in techniques}
    return Gaps(missing, partly, tuple(sorted(listed - known)), len(techniques))


def read_techniques(path: Path) -> tuple[Technique, ...]:
    """Read an ATT&CK STIX 2 bundle, or the techniques of a Navigator layer."""
    try:
        if path.stat().st_size > _MAX_FILE:
            raise ConfigError(
                f"{path}: larger than {_MAX_FILE} bytes; give ATT&CK's STIX bundle or a Navigator layer"
            )
        read = orjson.loads(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except orjson.JSONDecodeError as error:
        raise ConfigError(f"{path}: not JSON: {error}") from None
    content = read if isinstance(read, dict) else {}
    objects, listed = content.get("objects"), content.get("techniques")
    found = (
        _of_bundle(objects)
        if isinstance(objects, list)
        else _of_layer(listed)
        if isinstance(listed, list)
        else {}
    )
    if not found:
        raise ConfigError(f"{path}: holds no techniques; give ATT&CK's STIX bundle or a Navigator layer")
    return tuple(found[key] for key in sorted(found))


def _of_layer(listed: list[Any]) -> dict[str, Technique]:
    ids = [str(one.get("techniqueID", "")).upper() for one in listed if isinstance(one, dict)]
    return {name: Technique(name) for name in ids if _TECHNIQUE.fullmatch(name)}


def _of_bundle(objects: list[Any]) -> dict[str, Technique]:
    found = {}
    for one in objects:
        if not isinstance(one, dict) or one.get("type") != "attack-pattern":
            continue
        if one.get("revoked") is True or one.get("x_mitre_deprecated") is True:
            continue
        identity = _external_id(one.get("external_references"))
        if identity:
            found[identity] = Technique(
                identity,
                str(one.get("name", "")),
                tuple(str(phase.get("phase_name", "")) for phase in _maps(one.get("kill_chain_phases"))),
                tuple(str(platform) for platform in one.get("x_mitre_platforms") or ()),
            )
    return found


def _external_id(references: Any) -> str:
    ids = (
        str(one.get("external_id", ""))
        for one in _maps(references)
        if one.get("source_name") == "mitre-attack"
    )
    return next((name for name in ids if _TECHNIQUE.fullmatch(name)), "")


def _maps(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
