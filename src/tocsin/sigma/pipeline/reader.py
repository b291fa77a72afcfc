"""A pipeline file -> a Pipeline; every mistake in it is told at once, with its line."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct

from tocsin.errors import ConfigError, ContentError
from tocsin.model.near import hint
from tocsin.sigma.pipeline import conditions
from tocsin.sigma.pipeline.convert import convert
from tocsin.sigma.pipeline.formula import Formula, read_formula
from tocsin.sigma.pipeline.pipeline import Pipeline
from tocsin.sigma.pipeline.source import Source
from tocsin.sigma.pipeline.step import Action, Check, Step
from tocsin.sigma.pipeline.transformations import REFUSED, TRANSFORMATIONS
from tocsin.sigma.pipeline.transformations.nest import Nest
from tocsin.sigma.pipeline.unheeded import unheeded

Keys = tuple[str | int, ...]
Made = TypeVar("Made", bound=Struct)

_KEYS = ("name", "priority", "vars", "transformations", "postprocessing", "finalizers", "allowed_backends")
_LEFT_ASIDE = {
    "postprocessing": "shapes the text of queries, and Tocsin writes none",
    "finalizers": "shapes the text of queries, and Tocsin writes none",
    "allowed_backends": "names query languages, and Tocsin is none of them; the pipeline is applied",
}
_SCOPES: dict[str, Mapping[str, type[Struct]]] = {
    "rule": conditions.RULES,
    "detection_item": conditions.ITEMS,
    "field_name": conditions.NAMES,
}
_PARTS = ("conditions", "cond_op", "cond_expr", "cond_not")
_COMMON = ("id", "type", *(f"{scope}_{part}" for scope in _SCOPES for part in _PARTS))


class _Wrong(Exception):  # noqa: N818 (never leaves this module: it becomes one line of a ConfigError)
    """One mistake, and where."""

    def __init__(self, keys: Keys, message: str) -> None:
        super().__init__(message)
        self.keys = keys
        self.message = message


def read_pipeline(path: Path) -> Pipeline:
    """Read a file; raises ConfigError that lists all that is wrong in it."""
    return _Reader(path).read()


class _Reader:
    def __init__(self, path: Path) -> None:
        self.source = Source(path)
        self.path = path
        self.faults: list[tuple[int, str]] = []
        self.warnings: list[ContentError] = []

    def read(self) -> Pipeline:
        whole = self.source.value
        if not isinstance(whole, dict):
            raise ConfigError(f"{self.path}: a pipeline is a map with `transformations:`")
        self._check_top(whole)
        steps = self._steps(whole.get("transformations"), ("transformations",))
        priority, variables = whole.get("priority", 0), whole.get("vars") or {}
        if isinstance(priority, bool) or not isinstance(priority, int):
            self._fault(("priority",), f"`priority` is a whole number, not `{priority}`")
        if not isinstance(variables, dict):
            self._fault(("vars",), "`vars` is a map of names to values")
        if self.faults:
            raise ConfigError("\n".join(text for _, text in sorted(self.faults)))
        name = str(whole.get("name") or "")
        return Pipeline(self.path, name, priority, variables, steps, tuple(self.warnings))

    def _check_top(self, whole: Mapping[str, Any]) -> None:
        for key in whole:
            if key not in _KEYS:
                known = hint(str(key), _KEYS) or f"; known: {', '.join(_KEYS)}"
                self._fault((key,), f"unknown key `{key}`{known}")
        for key, why in _LEFT_ASIDE.items():
            if whole.get(key):
                self._warn((key,), f"`{key}` {why}")
        for key, line in self.source.repeated():
            text = f"`{key}` stands twice in one map; only the last is heard"
            self.warnings.append(ContentError(text, path=str(self.path), line=line))
        if not whole.get("transformations"):
            self._warn(("transformations",), "no `transformations`: the pipeline changes nothing")

    def _steps(self, found: Any, keys: Keys) -> tuple[Step, ...]:
        if not isinstance(found, list):
            if found is not None:
                self._fault(keys, f"`{keys[-1]}` is a list of steps, each with a `type`")
            return ()
        made = []
        for number, one in enumerate(found):
            try:
                made.append(self._step(one, (*keys, number)))
            except _Wrong as wrong:
                self._fault(wrong.keys, wrong.message)
        return tuple(made)

    def _step(self, found: Any, keys: Keys) -> Step:
        if not isinstance(found, dict):
            raise _Wrong(keys, "a step is a map with a `type`")
        kind = _kind_of(found, [*TRANSFORMATIONS, "nest"], keys, "transformation")
        place = f"{self.path}:{self.source.line(keys)}"
        step = Step(
            str(found.get("id") or place),
            kind,
            self._action(kind, found, keys),
            place,
            self._check("rule", found, keys),
            self._check("detection_item", found, keys),
            self._check("field_name", found, keys),
        )
        for what in unheeded(step):
            self._warn(keys, what)
        return step

    def _action(self, kind: str, found: Mapping[str, Any], keys: Keys) -> Action:
        said = {key: value for key, value in found.items() if key not in _COMMON}
        if kind != "nest":
            return _made(kind, said, TRANSFORMATIONS[kind], keys, _COMMON)
        strange = next((key for key in said if key != "items"), None)
        if strange is not None:
            known = ("items", *_COMMON)
            raise _Wrong((*keys, strange), f"`nest` has no `{strange}`{hint(str(strange), known)}")
        if not said.get("items"):
            raise _Wrong(keys, "`nest` needs `items`, a list of steps")
        return Nest(self._steps(said["items"], (*keys, "items")))

    def _check(self, scope: str, found: Mapping[str, Any], keys: Keys) -> Check[Any]:
        name = f"{scope}_conditions"
        listed = found.get(name)
        if listed is not None and not isinstance(listed, list | dict):
            raise _Wrong(
                (*keys, name), f"`{name}` is a list of conditions, each with a `type`, or a map of such"
            )
        pairs = listed.items() if isinstance(listed, dict) else enumerate(listed or ())
        made = {str(key): _condition(one, _SCOPES[scope], (*keys, name, key)) for key, one in pairs}
        said = [found.get(f"{scope}_{part}") for part in _PARTS[1:]]
        try:
            formula = read_formula(Formula(scope, tuple(made), isinstance(listed, dict), *said))
        except ContentError as error:
            raise _Wrong((*keys, *error.keys), error.message) from None
        return Check(made, formula)

    def _fault(self, keys: Keys, message: str) -> None:
        line = self.source.line(keys)
        self.faults.append((line, f"{self.path}:{line}: {message}"))

    def _warn(self, keys: Keys, message: str) -> None:
        self.warnings.append(ContentError(message, path=str(self.path), line=self.source.line(keys)))


def _kind_of(found: Mapping[str, Any], known: list[str], keys: Keys, what: str) -> str:
    kind = found.get("type")
    if kind is None:
        raise _Wrong(keys, f"a {what} needs a `type`")
    if not isinstance(kind, str):
        raise _Wrong((*keys, "type"), f"`type` is the name of a {what}")
    if kind in REFUSED and what == "transformation":
        raise _Wrong((*keys, "type"), f"`{kind}` is not supported: {REFUSED[kind]}")
    if kind not in known:
        near = hint(kind, known) or f"; known: {', '.join(sorted(known))}"
        raise _Wrong((*keys, "type"), f"unknown {what} `{kind}`{near}")
    return kind


def _condition(found: Any, known: Mapping[str, type[Struct]], keys: Keys) -> Struct:
    if not isinstance(found, dict):
        raise _Wrong(keys, "a condition is a map with a `type`")
    kind = _kind_of(found, list(known), keys, "condition")
    said = {key: value for key, value in found.items() if key != "type"}
    return _made(kind, said, known[kind], keys, ())


def _made(kind: str, said: Mapping[Any, Any], made: type[Made], keys: Keys, others: tuple[str, ...]) -> Made:
    try:
        return convert(kind, said, made, others)
    except ContentError as error:
        raise _Wrong((*keys, *error.keys), error.message) from None
