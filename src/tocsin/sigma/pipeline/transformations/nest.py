"""nest: steps within a step, done together under its conditions."""

from tocsin.sigma.pipeline.draft import Draft, Trail
from tocsin.sigma.pipeline.step import Action, Step


class Nest(Action, frozen=True):
    """Runs its steps with a state of their own, which is left to the steps behind it."""

    items: tuple[Step, ...]

    def apply(self, draft: Draft, _step: Step) -> None:
        outer, draft.trail = draft.trail, Trail()
        for inner in self.items:
            inner.run(draft)
        outer.join(draft.trail)
        draft.trail = outer
