"""Every kind of input and channel is one folder, found by listing, with keys that explain themselves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tocsin import registry
from tocsin.intake import inputs
from tocsin.model.level import LEVELS
from tocsin.services.kinds import kinds
from tocsin.settings.kinds import Channel, Input, Table, kind_of
from tocsin.settings.schema import Key, keys_of
from tocsin.settings.tables import Level, Settings

KINDS = [(base, name, config) for base, found in kinds().items() for name, config in found.items()]


def tables(table: type[Table]) -> Iterator[tuple[str, Key]]:
    for key in keys_of(table).values():
        yield f"{table.__module__}.{table.__name__}.{key.name}", key
        if isinstance(key.type, type) and issubclass(key.type, Table):
            yield from tables(key.type)


TABLES: list[type[Table]] = [Settings, *(config for _, _, config in KINDS)]
EVERY = dict(one for table in TABLES for one in tables(table))


def test_the_kinds_are_there() -> None:
    assert {name for base, name, _ in KINDS if base is Input} >= {"http", "syslog", "file"}
    assert {name for base, name, _ in KINDS if base is Channel} >= {"webhook", "slack", "email"}


@pytest.mark.parametrize(("base", "name", "config"), KINDS, ids=str)
def test_a_kind_is_its_folder(base: type, name: str, config: type[Table]) -> None:
    assert issubclass(config, base)
    assert config.__struct_config__.tag == name
    assert config.__struct_config__.frozen
    assert config.__doc__


@pytest.mark.parametrize(("name", "key"), EVERY.items(), ids=list(EVERY))
def test_a_key_says_what_it_is(name: str, key: Key) -> None:
    table = isinstance(key.type, type) and issubclass(key.type, Table)
    assert key.says.text or table, name
    if key.required or (key.default is None and not table):
        assert key.says.sample, "a key without a default needs a sample"
    if isinstance(key.default, int | float):
        assert key.says.least is None or key.default >= key.says.least
        assert key.says.most is None or key.default <= key.says.most


def test_levels_are_the_models() -> None:
    assert Level.__args__ == LEVELS  # type: ignore[attr-defined]


def test_a_kind_is_added_by_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No list names the kinds: a folder beside the others is enough."""
    (tmp_path / "carrier_pigeon").mkdir()
    (tmp_path / "carrier_pigeon" / "config.py").write_text(
        "from tocsin.settings.kinds import Input\n"
        "class Config(Input, frozen=True, kw_only=True, tag='carrier_pigeon'):\n"
        "    'Birds.'\n"
        "    loft: str = 'roof'\n"
    )
    monkeypatch.setattr(inputs, "__path__", [*inputs.__path__, str(tmp_path)])
    found = inputs.catalog()["carrier_pigeon"]
    assert kind_of(found()) == "carrier_pigeon"
    assert set(keys_of(found)) == {"source", "retention", "canary", "loft"}


def test_plug_ins_that_nobody_offers_are_none() -> None:
    assert registry.installed("tocsin.nothing") == {}
