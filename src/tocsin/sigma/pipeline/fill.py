"""What the pipelines' placeholder steps fill in: rules are read with it, since a rule with a hole does not load."""

from collections.abc import Iterable, Mapping
from typing import Any

from tocsin.errors import ConfigError
from tocsin.sigma.pipeline.pipeline import Pipeline, in_order
from tocsin.sigma.pipeline.transformations.placeholders import ValuePlaceholders, WildcardPlaceholders

_ANYTHING = ("*",)


class _Anything(dict[str, tuple[str, ...]]):
    """Knows every name but some: what is not listed is `*`.

    Its one odd key is no placeholder's name; it is there so that two of these differ where a cache compares them.
    """

    def __init__(
        self, listed: Mapping[str, tuple[str, ...]], steps: tuple[WildcardPlaceholders, ...]
    ) -> None:
        super().__init__(listed)
        self._steps = steps
        self["*"] = tuple(name for step in steps for name in ("*", *(step.exclude or ())))

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or any(step.handles(str(name)) for step in self._steps)

    def __missing__(self, name: str) -> tuple[str, ...]:
        return _ANYTHING


def filled_by(
    pipelines: Iterable[Pipeline], given: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Return name -> values: `given` first, then `vars` that a step fills in, then wildcards."""
    chain = in_order(pipelines)
    steps = [step.action for one in chain for step in one.every_step()]
    by_value = [one for one in steps if isinstance(one, ValuePlaceholders)]
    found: dict[str, tuple[str, ...]] = {}
    for one in chain:
        for name, value in one.variables.items():
            if any(step.handles(str(name)) for step in by_value):
                found[str(name)] = _texts(one, str(name), value)
    wild = [one for one in steps if isinstance(one, WildcardPlaceholders)]
    for step in wild:
        found = dict.fromkeys(step.include or (), _ANYTHING) | found
    found |= given
    open_ended = tuple(step for step in wild if step.include is None)
    return _Anything(found, open_ended) if open_ended else found


def _texts(pipeline: Pipeline, name: str, value: Any) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    if not listed or not all(isinstance(one, str | int | float) for one in listed):
        raise ConfigError(f"{pipeline.path}: `vars`: `{name}` is a text or a list of texts")
    return tuple(str(one) for one in listed)
