"""`tocsin rules lint`: files in, a report out; `--fix` writes, `--diff` only says what it would."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tocsin.errors import ConfigError
from tocsin.model.near import hint
from tocsin.sigma.lint.check import Check, catalog
from tocsin.sigma.lint.file import read
from tocsin.sigma.lint.finding import Severity
from tocsin.sigma.lint.fix import diff
from tocsin.sigma.lint.fix import fix as fix_text
from tocsin.sigma.lint.known import Known
from tocsin.sigma.lint.output import FORMATS, render
from tocsin.sigma.lint.pages import page
from tocsin.sigma.lint.run import Linter, Report, choose
from tocsin.sigma.loader import rule_files
from tocsin.sources import catalog as sources

__all__ = [
    "FORMATS",
    "Changed",
    "Severity",
    "exit_code",
    "explain",
    "fix_rules",
    "known",
    "lint_rules",
    "refused",
    "render",
]


@dataclass(frozen=True, slots=True)
class Changed:
    """A file that fixes change, and the unified diff."""

    path: str
    diff: str


def known() -> Known:
    """Return Sigma's taxonomy and the field names that the installed sources give."""
    fields = {name for source in sources().values() for name in source.normalised}
    return Known().more((), fields)


def lint_rules(
    paths: Iterable[Path],
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    stdin: bytes | None = None,
) -> Report:
    """Lint files and folders together. With `stdin`, that text too, under the path `-`."""
    contents = [(str(path), _read(path)) for path in rule_files(paths)]
    if stdin is not None:
        contents.append(("-", stdin))
    return Linter(choose(select, ignore), known()).lint(contents)


def fix_rules(
    paths: Iterable[Path], *, select: Sequence[str] = (), ignore: Sequence[str] = (), write: bool
) -> tuple[Changed, ...]:
    """Return the files that safe fixes change, each with its diff; with `write`, change them."""
    linter = Linter(choose(select, ignore), known())
    changed = []
    for path in rule_files(paths):
        before = _read(path)
        after = fix_text(str(path), before, linter)
        if after == before:
            continue
        changed.append(Changed(str(path), diff(str(path), before, after)))
        if write:
            _write(path, after)
    return tuple(changed)


def refused(paths: Iterable[Path]) -> tuple[str, ...]:
    """Say of each file that is not looked into, and so not mended, why."""
    files = [read(str(path), _read(path)) for path in rule_files(paths)]
    return tuple(f"{one.path}: {one.trouble.message}" for one in files if one.refused and one.trouble)


def explain(name: str) -> str:
    """Return the page of a check by its code or name, in Markdown."""
    found: type[Check] | None = next(
        (one for one in catalog().values() if name.upper() == one.code or name.lower() == one.name), None
    )
    if found is None:
        names = [word for one in catalog().values() for word in (one.code, one.name)]
        raise ConfigError(f"no check is called `{name}`{hint(name, names)}")
    return page(found)


def exit_code(report: Report, fail_on: Severity = Severity.WARNING) -> int:
    """Return 1 if something at least that bad was found, else 0."""
    return int(report.fails(fail_on))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None


def _write(path: Path, content: bytes) -> None:
    """Replace the file in one step: an interrupted run leaves the old or the new one, never half."""
    beside = path.with_name(f".{path.name}.fixing")
    try:
        beside.write_bytes(content)
        beside.chmod(path.stat().st_mode)
        beside.replace(path.resolve())
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
