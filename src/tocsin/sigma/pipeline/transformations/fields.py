"""Field names: in items, in values that refer to fields, in `fields`, and in correlations."""

from abc import abstractmethod
from collections.abc import Iterable

from msgspec.structs import replace

from tocsin.errors import ContentError
from tocsin.sigma import pattern
from tocsin.sigma.pipeline.draft import Draft, Group, Item, Join, Part
from tocsin.sigma.pipeline.step import Action, Step, change_items
from tocsin.sigma.rule import Correlation, Threshold
from tocsin.sigma.tree import ANY, SameAs, Test, Text


class Renaming(Action, frozen=True):
    """Gives fields other names; `names` says which."""

    @abstractmethod
    def names(self, field: str | None) -> tuple[str, ...] | None:
        """Return the new names, None to keep the old one. field None: keywords."""

    def apply(self, draft: Draft, step: Step) -> None:
        draft.fields = self._all(draft.fields, draft, step)
        if draft.correlation:
            draft.correlation = self._correlation(draft.correlation, draft, step)
        change_items(draft, step, lambda item: self._item(item, draft, step))

    def _item(self, item: Item, draft: Draft, step: Step) -> Part:
        tests = tuple(made for test in item.tests for made in self._referring(test, draft, step))
        named = self.names(item.field)
        if named is None or not step.wants_field(item, draft):
            return item if tests == item.tests else replace(item, tests=tests)
        draft.trail.mapped |= {item.field, *named}
        if item.field is None:
            tests = tuple(_anywhere(test) for test in tests)
        made = tuple(replace(item, field=name, tests=tests) for name in named)
        return made[0] if len(made) == 1 else Group(Join.ANY, made)

    def _referring(self, test: Test, draft: Draft, step: Step) -> Iterable[Test]:
        if isinstance(test, SameAs):
            return [replace(test, field=name) for name in self._one(test.field, draft, step)]
        return [test]

    def _one(self, name: str, draft: Draft, step: Step) -> tuple[str, ...]:
        made = self.names(name)
        if made is None or not step.wants_name(name, draft):
            return (name,)
        draft.trail.follow(name, made, step.id)
        return made

    def _all(self, names: Iterable[str], draft: Draft, step: Step) -> tuple[str, ...]:
        return tuple(made for name in names for made in self._one(name, draft, step))

    def _only(self, name: str, place: str, draft: Draft, step: Step) -> str:
        made = self._one(name, draft, step)
        if len(made) != 1:
            raise ContentError(f"{place} `{name}` cannot become several fields: {', '.join(made)}")
        return made[0]

    def _correlation(self, one: Correlation, draft: Draft, step: Step) -> Correlation:
        aliases = {
            alias: {rule: self._only(name, "the alias's field", draft, step) for rule, name in fields.items()}
            for alias, fields in one.aliases.items()
        }
        grouped = ((name,) if name in one.aliases else self._one(name, draft, step) for name in one.group_by)
        return replace(
            one,
            aliases=aliases,
            group_by=tuple(name for names in grouped for name in names),
            threshold=one.threshold and self._threshold(one.threshold, draft, step),
        )

    def _threshold(self, threshold: Threshold, draft: Draft, step: Step) -> Threshold:
        fields = tuple(self._only(name, "the condition's field", draft, step) for name in threshold.fields)
        return replace(threshold, fields=fields)


def _anywhere(test: Test) -> Test:
    """A keyword is looked for anywhere in an event; in a field, that is between wildcards."""
    return replace(test, parts=pattern.tidy((ANY, *test.parts, ANY))) if isinstance(test, Text) else test


def _listed(names: str | list[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _refuse_nothing(mapping: "dict[str | None, str | list[str]] | dict[str, str | list[str]]") -> None:
    empty = next((name for name, names in mapping.items() if not names), _FULL)
    if empty is not _FULL:
        raise ValueError(f"`{empty}` is mapped to nothing; to be rid of a field use drop_detection_item")


_FULL = object()


class Mapping(Renaming, frozen=True):
    """One name for another, or for several (any of them may match). The name null: keywords."""

    mapping: dict[str | None, str | list[str]]

    def __post_init__(self) -> None:
        _refuse_nothing(self.mapping)

    def names(self, field: str | None) -> tuple[str, ...] | None:
        return _listed(self.mapping[field]) if field in self.mapping else None


class PrefixMapping(Renaming, frozen=True):
    """One beginning of names for another, or for several; the first that fits."""

    mapping: dict[str, str | list[str]]

    def names(self, field: str | None) -> tuple[str, ...] | None:
        if field is None:
            return None
        found = next((prefix for prefix in self.mapping if field.startswith(prefix)), None)
        if found is None:
            return None
        return tuple(made + field[len(found) :] for made in _listed(self.mapping[found]))


class Prefix(Renaming, frozen=True):
    """A text before every name."""

    prefix: str

    def names(self, field: str | None) -> tuple[str, ...] | None:
        return None if field is None else (self.prefix + field,)


class Suffix(Renaming, frozen=True):
    """A text behind every name."""

    suffix: str

    def names(self, field: str | None) -> tuple[str, ...] | None:
        return None if field is None else (field + self.suffix,)
