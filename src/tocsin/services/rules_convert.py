"""`tocsin rules convert`: Sigma to the query language of another product, by pySigma and its backends.

pySigma is the extra `tocsin[convert]` and takes a second to import: only the functions here import it.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from tocsin.errors import ConfigError, ContentError
from tocsin.model.near import hint
from tocsin.sigma.depth import refuse_deep
from tocsin.sigma.loader import rule_files

_INSTALL = (
    "install pySigma with `pip install 'tocsin[convert]'` and a backend, for example `pip install {backend}`"
)


class Backend(Struct, frozen=True):
    """A query language that can be written. formats: name -> what it is."""

    name: str
    title: str
    formats: dict[str, str]


class Installed(Struct, frozen=True):
    """What pySigma finds installed."""

    backends: tuple[Backend, ...]
    pipelines: tuple[str, ...]


class Converted(Struct, frozen=True):
    """The queries, in the order of the rules, and the rules that could not be converted."""

    queries: tuple[str, ...]
    errors: tuple[ContentError, ...]
    rules: int
    """How many were read without error."""


def installed() -> Installed:
    """List the installed backends, with their formats, and pipelines."""
    plugins = _plugins()
    backends = tuple(
        Backend(name, str(getattr(one, "name", name)), dict(getattr(one, "formats", {})))
        for name, one in sorted(plugins.backends.items())
    )
    return Installed(backends, tuple(sorted(plugins.pipelines)))


def convert_rules(
    paths: Sequence[Path],
    backend: str,
    *,
    form: str = "default",
    pipelines: Sequence[str] = (),
    options: Mapping[str, str] | None = None,
) -> Converted:
    """Convert every rule of the files. pipelines: names of installed ones, or YAML files."""
    plugins = _plugins()
    writer = _backend(plugins, backend, form, pipelines, options or {})
    collection, errors = _load(rule_files(paths))
    output = _write(writer, collection, form, errors)
    errors += [_from_sigma(error, rule) for rule, error in writer.errors]
    return Converted(_texts(output), tuple(errors), len(collection.rules))


def _plugins() -> Any:
    try:
        from sigma.plugins import InstalledSigmaPlugins
    except ImportError:
        raise ConfigError(_INSTALL.format(backend="pysigma-backend-elasticsearch")) from None
    return InstalledSigmaPlugins.autodiscover()


def _backend(plugins: Any, name: str, form: str, pipelines: Sequence[str], options: Mapping[str, str]) -> Any:
    kind = plugins.backends.get(name)
    if kind is None:
        known = ", ".join(sorted(plugins.backends)) or "none"
        said = hint(name, plugins.backends) or f"; installed: {known}"
        raise ConfigError(
            f"no backend `{name}` is installed{said}; {_INSTALL.format(backend=f'pysigma-backend-{name}')}"
        )
    if form not in kind.formats:
        raise ConfigError(f"`{name}` writes no format `{form}`; it has {', '.join(sorted(kind.formats))}")
    try:
        return kind(_pipeline(plugins, pipelines), collect_errors=True, **options)
    except TypeError as error:
        raise ConfigError(f"`{name}` takes no such option: {error}") from None


def _pipeline(plugins: Any, names: Sequence[str]) -> Any:
    from sigma.exceptions import SigmaError

    try:
        return plugins.get_pipeline_resolver().resolve(list(names))
    except (SigmaError, OSError, ValueError, TypeError) as error:
        known = ", ".join(sorted(plugins.pipelines)) or "none"
        raise ConfigError(f"pipeline: {error}; installed: {known}; or give a YAML file") from None


def _load(files: list[Path]) -> tuple[Any, list[ContentError]]:
    """Read the files one by one: a broken one is an error, the rest are converted."""
    from sigma.collection import SigmaCollection

    parts, errors = [], []
    for path in files:
        try:
            part = _read(path)
        except ContentError as error:
            errors.append(error)
            continue
        errors += [ContentError(str(error), path=str(path)) for error in part.errors]
        for rule in part.rules:
            errors += [ContentError(str(error), path=str(path)) for error in rule.errors]
        part.rules = [rule for rule in part.rules if not rule.errors]
        parts.append(part)
    return SigmaCollection.merge(parts, resolve_references=False), errors


def _read(path: Path) -> Any:
    import yaml
    from sigma.collection import SigmaCollection
    from sigma.exceptions import SigmaError, SigmaRuleLocation

    try:
        content = path.read_bytes()
        refuse_deep(content)
        return SigmaCollection.from_yaml(
            content,
            collect_errors=True,
            source=SigmaRuleLocation(path),
            collect_filters=True,
            resolve_references=False,
        )
    except (ContentError, SigmaError, ValueError, TypeError, AttributeError) as error:
        raise ContentError(str(error), path=str(path)) from None
    except yaml.YAMLError as error:
        raise ContentError(f"not YAML: {getattr(error, 'problem', None) or error}", path=str(path)) from None
    except OSError as error:
        raise ContentError(f"cannot be read: {error.strerror}", path=str(path)) from None


def _write(writer: Any, collection: Any, form: str, errors: list[ContentError]) -> Any:
    """Convert all; a correlation whose rules are not there is left out, the rest go on."""
    from sigma.exceptions import SigmaError, SigmaRuleNotFoundError

    while True:
        try:
            return writer.convert(collection, form)
        except SigmaRuleNotFoundError as error:
            lost = next((rule for rule in collection.rules if _refers_to_nothing(rule, collection)), None)
            if lost is None:
                raise ConfigError(f"cannot be converted: {error}") from None
            collection.rules.remove(lost)
            errors.append(_from_sigma(error, lost))
        except (SigmaError, NotImplementedError) as error:
            raise ConfigError(f"cannot be converted: {error}") from None


def _refers_to_nothing(rule: Any, collection: Any) -> bool:
    from sigma.exceptions import SigmaRuleNotFoundError

    for reference in getattr(rule, "rules", None) or ():
        try:
            reference.resolve(collection)
        except SigmaRuleNotFoundError:
            return True
    return False


def _from_sigma(error: Exception, rule: Any) -> ContentError:
    path = str(rule.source.path) if getattr(rule, "source", None) else ""
    return ContentError(f"{rule.title}: {error}", path=path)


def _texts(output: Any) -> tuple[str, ...]:
    entries = output if isinstance(output, list) else [output]
    return tuple(one if isinstance(one, str) else _text(one) for one in entries)


def _text(one: Any) -> str:
    return one.decode() if isinstance(one, bytes) else json.dumps(one, indent=2, default=str)
