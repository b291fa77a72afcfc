"""Snapshots: the same content has the same name, and comes back as it was."""

import random
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs_pages import ROOT
from tocsin.errors import ConfigError
from tocsin.services.kinds import kinds
from tocsin.services.settings_snapshot import take
from tocsin.settings.example import switched_on
from tocsin.settings.load import read_content, read_document
from tocsin.settings.plain import plain_of
from tocsin.settings.snapshot import keep, kept, snapshot
from tocsin.settings.tables import Settings

EXAMPLE = switched_on((ROOT / "tocsin.example.toml").read_text(encoding="utf-8"))


def full() -> Settings:
    found = read_content(EXAMPLE.encode(), Path("/etc/tocsin.toml"), kinds()).settings
    assert found is not None
    return found


def shuffled(value: Any, chance: random.Random) -> Any:
    if isinstance(value, list):
        return [shuffled(one, chance) for one in value]
    if not isinstance(value, dict):
        return value
    names = list(value)
    chance.shuffle(names)
    return {name: shuffled(value[name], chance) for name in names}


@given(st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_count(chance: random.Random) -> None:
    document = tomllib.loads(EXAMPLE)
    one = snapshot(read_document(document, kinds()), {"rules": {"a": b"1", "b": b"2"}})
    other = snapshot(read_document(shuffled(document, chance), kinds()), {"rules": {"b": b"2", "a": b"1"}})
    assert one.hash == other.hash
    assert one.parts == other.parts


def test_what_is_written_out_does_not_count_but_what_it_means_does() -> None:
    plain = snapshot(read_document({}, kinds()), {})
    assert snapshot(read_document({"alerts": {"window": "60m"}}, kinds()), {}).hash == plain.hash
    changed = snapshot(read_document({"alerts": {"window": "61m"}}, kinds()), {})
    assert changed.hash != plain.hash
    assert {name for name, one in changed.parts.items() if plain.parts[name] != one} == {"alerts"}


def test_the_hash_is_a_promise() -> None:
    """It stands in frames: a change of defaults or of the format must be meant."""
    assert snapshot(Settings(), {"rules": {"a.yml": b"x"}}).hash == (
        "964216286a76103b99a7f309bce080fb184e77f76838496f0ce2065272d17ece"
    )


def test_settings_come_back() -> None:
    settings = full()
    assert snapshot(settings, {}).restored(kinds()) == settings
    assert read_document(plain_of(settings), kinds()) == settings
    assert hash(settings.routes) == hash(snapshot(settings, {}).restored(kinds()).routes)


def test_secrets_are_references(tmp_path: Path) -> None:
    text = (
        "channels.c = {kind = 'slack', url = 'hunter2-literal'}\nchannels.d = {kind='slack', url={env='X'}}"
    )
    found = read_content(text.encode(), tmp_path / "tocsin.toml", kinds()).settings
    assert found is not None
    place = keep(snapshot(found, {}), tmp_path / "snapshots")
    assert b"hunter2" not in place.read_bytes()
    assert snapshot(found, {}).restored(kinds()) == found


def test_kept_and_found_by_its_hash(tmp_path: Path) -> None:
    one = snapshot(full(), {"rules": {"a": b"\0\xff"}})
    place = keep(one, tmp_path / "deep" / "er")
    assert keep(one, tmp_path / "deep" / "er") == place
    assert [path.name for path in place.parent.iterdir()] == [f"{one.hash}.snapshot"]
    assert place.stat().st_mode & 0o077 == 0
    assert kept(one.hash, place.parent) == one


@pytest.mark.parametrize("content", [b"", b"\xc1", b"\x91" * 5000, b"\x82\xa8settings\x80\xa5files\x80"])
def test_what_is_not_what_its_name_says_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ("0" * 64 + ".snapshot")).write_bytes(content)
    with pytest.raises(ConfigError):
        kept("0" * 64, tmp_path)
    with pytest.raises(ConfigError):
        kept("1" * 64, tmp_path)


def test_take_reads_the_rules(tmp_path: Path) -> None:
    rule = tmp_path / "own.yml"
    rule.write_text("title: x")
    settings = read_document({"rules": {"packs": ["aws"], "paths": [str(tmp_path)]}}, kinds())
    one = take(settings)
    assert str(rule) in one.files["rules"]
    assert all(name.startswith("built-in/aws/") for name in one.files["rules"] if name != str(rule))
    rule.write_text("title: y")
    changed = {name for name, digest in take(settings).parts.items() if one.parts[name] != digest}
    assert changed == {"files.rules"}
