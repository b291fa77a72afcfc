"""A pipeline as read from its file, and several as one."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from tocsin.errors import ContentError
from tocsin.sigma.pipeline.step import Step
from tocsin.sigma.pipeline.transformations.nest import Nest


class Pipeline(Struct, frozen=True):
    """Steps in the order in which they are done. warnings: what the file says and Tocsin leaves aside."""

    path: Path
    name: str = ""
    priority: int = 0
    variables: Mapping[str, Any] = {}
    steps: tuple[Step, ...] = ()
    warnings: tuple[ContentError, ...] = ()

    def every_step(self) -> Iterator[Step]:
        """Yield the steps, those within a `nest` too."""
        return _unfolded(self.steps)


def _unfolded(steps: Iterable[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        if isinstance(step.action, Nest):
            yield from _unfolded(step.action.items)


def in_order(pipelines: Iterable[Pipeline]) -> list[Pipeline]:
    """Sort by priority, lowest first; equal ones stay in the order in which they were given."""
    return sorted(pipelines, key=lambda one: one.priority)
