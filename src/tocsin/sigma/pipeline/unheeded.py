"""Conditions that a step carries and cannot heed: said aloud, because they read as if they narrowed it."""

from collections.abc import Iterator

from tocsin.sigma.pipeline.step import ItemAction, Step
from tocsin.sigma.pipeline.transformations.fields import Renaming
from tocsin.sigma.pipeline.transformations.nest import Nest
from tocsin.sigma.pipeline.transformations.placeholders import Placeholders


def unheeded(step: Step) -> Iterator[str]:
    """Yield a warning for each."""
    if isinstance(step.action, ItemAction | Renaming):
        return
    if isinstance(step.action, Placeholders):
        if step.rules.formula or step.items.formula or step.names.formula:
            yield (
                f"`{step.type}` fills placeholders while rules are read, before conditions can be asked: "
                "it fills them in every rule; narrow it by `include`"
            )
        return
    why = "each of its items has its own" if isinstance(step.action, Nest) else "use `rule_conditions`"
    for check, name in ((step.items, "detection_item_conditions"), (step.names, "field_name_conditions")):
        if check.formula:
            yield f"`{step.type}` is about the whole rule and heeds no `{name}`; {why}"
