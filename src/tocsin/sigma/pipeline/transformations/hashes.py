"""hashes_fields: `Hashes: MD5=…` becomes a test of a field for that kind of hash."""

from msgspec.structs import replace

from tocsin.errors import ContentError
from tocsin.sigma import pattern
from tocsin.sigma.pipeline import text
from tocsin.sigma.pipeline.draft import Group, Item, Join, Part
from tocsin.sigma.pipeline.step import ItemAction
from tocsin.sigma.tree import Text

_BY_LENGTH = {32: "MD5", 40: "SHA1", 64: "SHA256", 128: "SHA512"}


class Hashes(ItemAction, frozen=True):
    """One item for each kind of hash, any of them; other kinds than the valid ones are left out."""

    valid_hash_algos: list[str]
    field_prefix: str = ""
    drop_algo_prefix: bool = False
    field_to_parse: tuple[str, ...] = ("Hashes", "Hash")

    def change(self, item: Item) -> Part:
        texts = [test for test in item.tests if isinstance(test, Text)]
        if item.field not in self.field_to_parse or len(texts) < len(item.tests):
            return item
        found: dict[str, list[Text]] = {}
        for test in texts:
            kind, digest = _split(text.plain(test.parts))
            if kind in self.valid_hash_algos:
                made = replace(test, parts=pattern.parse(digest))
                found.setdefault(self.field_prefix + ("" if self.drop_algo_prefix else kind), []).append(made)
        if not found:
            known = ", ".join(self.valid_hash_algos)
            raise ContentError(f"`{item.field}` holds no hash of a kind that the pipeline knows: {known}")
        items = tuple(_item(name, tests) for name, tests in found.items())
        return items[0] if len(items) == 1 else Group(Join.ANY, items)


def _item(name: str, tests: list[Text]) -> Item:
    if not name:
        raise ContentError("hashes_fields makes a field without a name; give `field_prefix`")
    return Item(None if name == "keyword" else name, tuple(tests))


def _split(value: str) -> tuple[str, str]:
    """Return the kind of hash and the hash: by its name, else by its length."""
    parts = value.split("|") if "|" in value else value.split("=")
    if len(parts) == 2:
        return parts[0].lstrip("*").upper(), parts[1].strip("*?")
    digest = parts[0].strip("*?")
    return _BY_LENGTH.get(len(digest), ""), digest
