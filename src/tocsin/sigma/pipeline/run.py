"""Pipelines over all that was loaded: rules first, then correlations, which look at theirs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from tocsin.errors import ContentError
from tocsin.model.logsource import LogSource
from tocsin.model.near import hint
from tocsin.sigma.loader import Collection, finish
from tocsin.sigma.pipeline.conditions.rules import ATTRIBUTES, HasAttribute
from tocsin.sigma.pipeline.draft import Draft, close_rule, open_correlation, open_rule
from tocsin.sigma.pipeline.pipeline import Pipeline, in_order
from tocsin.sigma.pipeline.step import Step
from tocsin.sigma.pipeline.transformations.rules import SetCustomAttribute
from tocsin.sigma.rule import Correlation, Rule


def run_pipelines(pipelines: Iterable[Pipeline], collection: Collection) -> Collection:
    """Return a new collection; what a pipeline refuses is in its errors, the rest goes on."""
    chain = in_order(pipelines)
    steps = tuple(step for one in chain for step in one.steps)
    errors = [warning for one in chain for warning in one.warnings] + list(_idle_references(chain))
    rules = [made for rule in collection.rules if (made := _rule(rule, steps, errors))]
    sources = _sources(rules, collection.correlations)
    correlations = [
        changed
        for one in collection.correlations
        if (changed := _correlation(one, sources.get(id(one), ()), steps, errors))
    ]
    # Filters are part of the rules by now: finish() must not add them again, only look at references.
    checked = finish(Collection(rules, correlations, [], errors))
    return replace(
        checked,
        filters=collection.filters,
        waiting=collection.waiting,
        files=collection.files,
        errors=[*collection.errors, *checked.errors],
    )


def _rule(rule: Rule, steps: Sequence[Step], errors: list[ContentError]) -> Rule | None:
    draft = open_rule(rule)
    if not _run(draft, steps, errors):
        return None
    try:
        return close_rule(draft)
    except ContentError as error:
        errors.append(_refused(draft, error, "the pipeline"))
        return None


def _correlation(
    one: Correlation, sources: tuple[LogSource, ...], steps: Sequence[Step], errors: list[ContentError]
) -> Correlation | None:
    draft = open_correlation(one, sources)
    return draft.correlation if _run(draft, steps, errors) else None


def _run(draft: Draft, steps: Sequence[Step], errors: list[ContentError]) -> bool:
    for step in steps:
        try:
            step.run(draft)
        except ContentError as error:
            errors.append(_refused(draft, error, f"{step.type} in {step.place}"))
            return False
    return True


def _refused(draft: Draft, error: ContentError, by: str) -> ContentError:
    return ContentError(f"left out by {by}: {error.message}", path=draft.meta.path, line=draft.meta.line)


def _sources(rules: list[Rule], correlations: list[Correlation]) -> dict[int, tuple[LogSource, ...]]:
    """Return, by identity, the log sources of the rules that each correlation is made of in the end."""
    every: list[Rule | Correlation] = [*rules, *correlations]
    named = {name: one for one in every for name in (one.meta.id, one.meta.name) if name}
    return {id(one): tuple(dict.fromkeys(_beneath(one, named))) for one in correlations}


def _beneath(one: Rule | Correlation, named: dict[str, Rule | Correlation]) -> Iterator[LogSource]:
    waiting, seen = [one], set()
    while waiting:
        this = waiting.pop()
        if isinstance(this, Rule):
            yield this.logsource
        elif id(this) not in seen:
            seen.add(id(this))
            waiting += [named[name] for name in this.rules if name in named]


def _idle_references(chain: Sequence[Pipeline]) -> Iterator[ContentError]:
    """Warn of conditions that can never hold: they ask for a step or an attribute that nothing makes."""
    steps = [step for one in chain for step in one.every_step()]
    known = {step.id for step in steps}
    made = ATTRIBUTES | {s.action.attribute for s in steps if isinstance(s.action, SetCustomAttribute)}
    for step in steps:
        for check in (step.rules, step.items, step.names):
            for condition in check.conditions.values():
                wanted = getattr(condition, "processing_item_id", None)
                if wanted is not None and wanted not in known:
                    yield _idle(step, f"no step has the id `{wanted}`{hint(wanted, known)}")
                if isinstance(condition, HasAttribute) and condition.attribute not in made:
                    name = condition.attribute
                    yield _idle(step, f"Tocsin keeps no `{name}` of a rule{hint(name, made)}")


def _idle(step: Step, what: str) -> ContentError:
    path, _, line = step.place.rpartition(":")
    return ContentError(f"{what}; a condition of this `{step.type}` never holds", path=path, line=int(line))
