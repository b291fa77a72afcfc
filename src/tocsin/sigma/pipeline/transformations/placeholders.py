"""`%placeholders%`: rules have theirs filled while they are read, so a step here only says with what."""

from tocsin.sigma.pipeline.draft import Draft
from tocsin.sigma.pipeline.step import Action, Step


class Placeholders(Action, frozen=True):
    """Which placeholders a step fills: all, those of `include`, or all but those of `exclude`."""

    include: list[str] | None = None
    exclude: list[str] | None = None

    def __post_init__(self) -> None:
        if self.include is not None and self.exclude is not None:
            raise ValueError("give `include` or `exclude`, not both")

    def apply(self, draft: Draft, step: Step) -> None:
        """Do nothing: a rule that was loaded has no placeholder left."""

    def handles(self, name: str) -> bool:
        """Tell whether the step fills the placeholder."""
        if self.include is not None:
            return name in self.include
        return self.exclude is None or name not in self.exclude


class ValuePlaceholders(Placeholders, frozen=True):
    """Filled from the pipeline's `vars`."""


class WildcardPlaceholders(Placeholders, frozen=True):
    """Filled with `*`."""
