"""Rules of a snapshot are those that checking the settings has read: the same, in the same order, from the same cache."""

from pathlib import Path

import pytest

from tocsin.errors import ConfigError
from tocsin.services.kinds import load_settings
from tocsin.services.live.rules import load_rules
from tocsin.services.packs import rule_paths
from tocsin.services.settings_check import check
from tocsin.services.settings_snapshot import take
from tocsin.sigma import loader

RULE = """\
title: {title}
id: 99999999-9999-4999-8999-99999999999{number}
logsource: {{product: github, service: audit}}
detection:
  said: {{action: "%names%"}}
  condition: said
level: low
"""
SETTINGS = """\
[rules]
packs = {packs}
paths = [".own", "other/one.yml"]
placeholders = "names.yml"
"""


def settings_file(folder: Path, packs: str = "[]") -> Path:
    """Settings with rules in a hidden folder, and in a file of its own; the same number twice."""
    (folder / ".own" / "deep").mkdir(parents=True)
    (folder / "other").mkdir()
    (folder / "names.yml").write_text("names: [xyzzy]\n")
    (folder / ".own" / "b.yml").write_text(RULE.format(title="b", number=1))
    (folder / ".own" / "deep" / "a.yml").write_text(RULE.format(title="a", number=2))
    (folder / ".own" / "broken.yml").write_text("title: no detection\n")
    (folder / "other" / "one.yml").write_text(RULE.format(title="twice", number=1))
    (folder / "tocsin.toml").write_text(SETTINGS.format(packs=packs))
    return folder / "tocsin.toml"


@pytest.mark.parametrize("packs", ["[]", '["all"]'])
def test_they_are_those_that_were_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packs: str) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    file = settings_file(tmp_path, packs)
    told = {one.text for one in check(file)}
    settings = load_settings(file)
    cached = {path: path.stat().st_mtime_ns for path in (tmp_path / "cache").rglob("*.msgpack")}
    assert len(cached) == 1
    found = load_rules(take(settings), settings, tmp_path / "unpacked").setup.collection
    wanted = loader.load(rule_paths(settings.rules), {"names": ("xyzzy",)})
    assert (found.rules, found.correlations, found.files) == (wanted.rules, wanted.correlations, wanted.files)
    assert list(map(str, found.errors)) == list(map(str, wanted.errors))
    assert [rule.meta.title for rule in found.rules if rule.meta.path.startswith(str(tmp_path))] == ["b", "a"]
    assert {error.message for error in found.errors} <= told
    # Nothing was parsed: the cache is as it was.
    assert {path: path.stat().st_mtime_ns for path in cached} == cached


def test_they_come_from_the_snapshot_and_not_from_files(tmp_path: Path) -> None:
    file = settings_file(tmp_path)
    settings = load_settings(file)
    snapshot = take(settings)
    for path in (tmp_path / ".own").rglob("*.yml"):
        path.unlink()
    (tmp_path / "names.yml").unlink()
    found = load_rules(snapshot, settings, tmp_path / "unpacked").setup
    assert [rule.meta.title for rule in found.rules] == ["b", "a"]


def test_none_that_can_run_is_an_error(tmp_path: Path) -> None:
    file = settings_file(tmp_path)
    for path in [*(tmp_path / ".own").rglob("*.yml"), tmp_path / "other" / "one.yml"]:
        path.write_text("title: no detection\n")
    settings = load_settings(file)
    with pytest.raises(ConfigError, match="no rule of the settings"):
        load_rules(take(settings), settings, tmp_path / "unpacked")
