"""`--pipeline FILE`: field names, values and log sources of rules, fitted to one's own data by pySigma's format."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tocsin.sigma.loader import Collection
from tocsin.sigma.pipeline.fill import filled_by
from tocsin.sigma.pipeline.reader import read_pipeline
from tocsin.sigma.pipeline.run import run_pipelines


def apply(path: Path, collection: Collection) -> Collection:
    """Apply one pipeline; raises ConfigError when the file is wrong."""
    return apply_all([path], collection)


def apply_all(paths: Sequence[Path], collection: Collection) -> Collection:
    """Apply several as one, lowest priority first: a later one sees what earlier ones did."""
    return run_pipelines([read_pipeline(path) for path in paths], collection)


def vars_of(path: Path) -> Mapping[str, tuple[str, ...]]:
    """Return what one pipeline fills placeholders with."""
    return placeholders_of([path], {})


def placeholders_of(
    paths: Sequence[Path], given: Mapping[str, tuple[str, ...]]
) -> Mapping[str, tuple[str, ...]]:
    """Return what pipelines fill placeholders with, for load(); values that were given otherwise win."""
    return filled_by([read_pipeline(path) for path in paths], given)
