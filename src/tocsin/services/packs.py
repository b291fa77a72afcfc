"""Where rules are: the built-in packs, and what the settings name."""

from pathlib import Path

import tocsin.content
from tocsin.settings.tables import Rules

BUILT_IN = Path(tocsin.content.__file__).parent / "rules"


def packs() -> tuple[str, ...]:
    """List the built-in packs."""
    return tuple(sorted(folder.parent.name for folder in BUILT_IN.glob("*/pack.toml")))


def rule_paths(rules: Rules) -> tuple[Path, ...]:
    """Return the files and folders that hold the rules."""
    chosen = packs() if "all" in rules.packs else tuple(name for name in rules.packs if name in packs())
    return (*(BUILT_IN / name for name in chosen), *(one.path for one in rules.paths if one.path.exists()))
