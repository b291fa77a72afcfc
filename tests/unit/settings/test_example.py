"""tocsin.example.toml says all there is to say, and nothing else."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from msgspec import NODEFAULT

from docs_pages import ROOT
from tocsin.services.kinds import kinds
from tocsin.settings.example import example, switched_on, toml
from tocsin.settings.kinds import Channel, Input, Table
from tocsin.settings.load import read_content, read_document
from tocsin.settings.mistake import Severity
from tocsin.settings.plain import plain_of
from tocsin.settings.schema import keys_of
from tocsin.settings.tables import Retention, Route, Settings

FILE = ROOT / "tocsin.example.toml"
TEXT = FILE.read_text(encoding="utf-8")
ON: dict[str, Any] = tomllib.loads(switched_on(TEXT))


def test_the_file_is_in_step() -> None:
    assert example(kinds()) == TEXT, "run: .venv/bin/python scripts/docs"


def test_it_is_exactly_the_defaults() -> None:
    reading = read_content(TEXT.encode(), Path("/x.toml"), kinds())
    assert reading.mistakes == []
    assert read_document(tomllib.loads(TEXT), kinds()) == Settings()


def lacking(table: type[Table], written: dict[str, Any], name: str) -> list[str]:
    found = []
    for key in keys_of(table).values():
        if key.name not in written:
            found.append(f"{name}.{key.name}")
        elif isinstance(key.type, type) and issubclass(key.type, Table):
            found += lacking(key.type, written[key.name], f"{name}.{key.name}")
    return found


def test_no_key_is_missing() -> None:
    """With all that is off switched on, it has every key of every table and kind, and no error."""
    assert lacking(Settings, ON, "") == []
    assert lacking(Route, ON["routes"][0], "routes") == []
    assert lacking(Retention, ON["store"]["retention"]["standard"], "retention") == []
    for base, place in ((Input, "inputs"), (Channel, "channels")):
        for kind, config in kinds()[base].items():
            assert lacking(config, ON[place][f"my-{kind}"], kind) == []
    reading = read_content(switched_on(TEXT).encode(), Path("/x.toml"), kinds())
    assert [one for one in reading.mistakes if one.severity is Severity.ERROR] == []


@pytest.mark.parametrize(("base", "place"), [(Input, "inputs"), (Channel, "channels")])
def test_kinds_show_their_defaults(base: type, place: str) -> None:
    for kind, config in kinds()[base].items():
        written = ON[place][f"my-{kind}"]
        for key in keys_of(config).values():
            if key.default not in (NODEFAULT, None) and not isinstance(key.default, Table):
                assert written[key.name] == plain_of(key.default), (kind, key.name)


def test_lines_are_short() -> None:
    assert max(map(len, TEXT.splitlines())) <= 120


def test_toml_writes_what_toml_reads() -> None:
    value = {"a": ['x"\\', 1, True, {}], "b": {"c": "d"}}
    assert tomllib.loads(f"v = {toml(value)}")["v"] == value
