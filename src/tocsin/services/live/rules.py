"""Rules of a snapshot, ready for a worker and for the hub."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tocsin.model.match import RuleRef
from tocsin.normalise.identity import Identities, load
from tocsin.services.hunt.setup import Options, Setup, prepare
from tocsin.services.matching.seen import reference
from tocsin.settings.snapshot import Snapshot
from tocsin.settings.tables import Settings
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


def unpacked(snapshot: Snapshot, folder: Path) -> Path:
    """Write a snapshot's files below `folder`, once; returns their folder. Raises OSError."""
    top = folder / f"{snapshot.hash}.files"
    done = top / "complete"
    if done.exists():
        return top
    for group, files in snapshot.files.items():
        for name, content in files.items():
            place = top / group / name.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            place.write_bytes(content)
    top.mkdir(parents=True, exist_ok=True)
    done.touch()
    return top


def load_rules(snapshot: Snapshot, settings: Settings, folder: Path) -> LiveRules:
    """Load the rules that a snapshot holds, from its own bytes. Raises ConfigError when none can run."""
    top = unpacked(snapshot, folder)
    rules = settings.rules
    options = Options(
        paths=(),
        rules=(top / "rules",),
        level=Level(rules.level),
        placeholders=_one(top / "placeholders", rules.placeholders.path) if rules.placeholders else None,
        pipelines=tuple(_one(top / "pipelines", one.path) for one in rules.pipelines),
    )
    people = settings.identities.file
    identities = load(_one(top / "identities", people.path)) if people else NOBODY
    return LiveRules(prepare(options), snapshot.hash, identities)


def _one(folder: Path, original: Path) -> Path:
    return folder / str(original).lstrip("/")
