"""Where the built-in rule packs are."""

from pathlib import Path

import tocsin.content

BUILT_IN = Path(tocsin.content.__file__).parent / "rules"
