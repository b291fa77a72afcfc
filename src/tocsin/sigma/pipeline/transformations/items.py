"""Whole detection items: left out, or a reason to refuse the rule."""

from tocsin.errors import ContentError
from tocsin.sigma.pipeline.draft import Item
from tocsin.sigma.pipeline.step import ItemAction


class Drop(ItemAction, frozen=True):
    """Leaves the item out, as if the rule did not have it."""

    def change(self, _item: Item) -> None:
        return None


class Fail(ItemAction, frozen=True):
    """Refuses the rule if there is such an item."""

    message: str

    def change(self, _item: Item) -> None:
        raise ContentError(self.message)
