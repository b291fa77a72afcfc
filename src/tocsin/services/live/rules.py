"""Rules of a snapshot, ready for a worker and for the hub."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tocsin.model.match import RuleRef
from tocsin.normalise.identity import Identities, load
from tocsin.services.hunt.setup import Setup, choose
from tocsin.services.matching.seen import reference
from tocsin.services.packs import rule_paths
from tocsin.services.placeholders import read_placeholders
from tocsin.services.settings_snapshot import path_of
from tocsin.settings.snapshot import UNPACKED, Snapshot
from tocsin.settings.tables import Rules, Settings
from tocsin.sigma.cache import load_contents
from tocsin.sigma.loader import Collection
from tocsin.sigma.rule import Level

NOBODY = Identities({})


@dataclass(frozen=True, slots=True)
class LiveRules:
    """digest: of the snapshot, all that decides what matches. identities: who is behind which account."""

    setup: Setup
    digest: str
    identities: Identities = NOBODY

    @property
    def references(self) -> Mapping[str, RuleRef]:
        """Id -> correlation, as alerts name it."""
        return {one.meta.id: reference(one.meta) for one in self.setup.correlations}


def load_rules(snapshot: Snapshot, settings: Settings, folder: Path) -> LiveRules:
    """Load the rules that a snapshot holds, from its own bytes. Raises ConfigError when none can run.

    folder: for its other files, which are written there, once.
    """
    top = _unpacked(snapshot, folder)
    chosen = choose(_collection(snapshot, settings.rules, top), Level(settings.rules.level), "the settings")
    people = settings.identities.file
    identities = load(_one(top, "identities", people.path)) if people else NOBODY
    return LiveRules(chosen, snapshot.hash, identities)


def _collection(snapshot: Snapshot, rules: Rules, top: Path) -> Collection:
    """Load the documents, in the order and under the names that checking the settings has given them."""
    contents = {path_of(name): content for name, content in snapshot.files["rules"].items()}
    ordered = {str(path): contents[path] for path in sorted(contents)}
    given = (
        read_placeholders(_one(top, "placeholders", rules.placeholders.path)) if rules.placeholders else {}
    )
    if not rules.pipelines:
        return load_contents(ordered, rule_paths(rules), given)
    from tocsin.services.pipelines import apply_all, placeholders_of

    pipelines = [_one(top, "pipelines", one.path) for one in rules.pipelines]
    return apply_all(pipelines, load_contents(ordered, rule_paths(rules), placeholders_of(pipelines, given)))


def _unpacked(snapshot: Snapshot, folder: Path) -> Path:
    """Write what is read by its path, below `folder`, once; returns where. Raises OSError."""
    top = folder / f"{snapshot.hash}{UNPACKED}"
    done = top / "complete"
    if done.exists():
        return top
    for group in ("placeholders", "identities", "pipelines"):
        for name, content in snapshot.files[group].items():
            place = _one(top, group, Path(name))
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            place.write_bytes(content)
    top.mkdir(parents=True, exist_ok=True, mode=0o700)
    done.touch()
    return top


def _one(top: Path, group: str, original: Path) -> Path:
    return top / group / str(original).lstrip("/")
