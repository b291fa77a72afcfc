"""The linter's report in the forms that people and machines read; one file each, `FORMATS` lists them."""

from importlib import import_module
from pathlib import Path

from tocsin.errors import ConfigError
from tocsin.sigma.lint.run import Report

FORMATS = tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__"))


def render(report: Report, form: str) -> str:
    """Write a report in one of FORMATS, its last newline included."""
    if form not in FORMATS:
        raise ConfigError(f"unknown format `{form}`; known: {', '.join(FORMATS)}")
    text: str = import_module(f"tocsin.sigma.lint.output.{form}").write(report)
    return text
