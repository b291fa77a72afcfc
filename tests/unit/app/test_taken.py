"""What a monitor starts with, and what it takes over while it runs."""

from pathlib import Path

import pytest

from live_rules import OWN_RULE
from tocsin.app.taken import start_with, take_over
from tocsin.errors import ConfigError
from tocsin.services.kinds import load_settings
from tocsin.services.settings_snapshot import take
from tocsin.settings.snapshot import keep

SETTINGS = """\
[tocsin]
data = "data"
[rules]
packs = []
paths = ["rules"]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "good.yml").write_text(OWN_RULE)
    (tmp_path / "tocsin.toml").write_text(SETTINGS)
    return tmp_path / "tocsin.toml"


def test_both_take_the_same(config: Path) -> None:
    first, second = start_with(config), take_over(config)
    assert first.snapshot.hash == second.snapshot.hash
    assert first.layout.data == config.parent / "data"
    assert not first.layout.data.exists()


def test_one_broken_rule_keeps_a_start_from_nothing_and_is_not_taken_over(config: Path) -> None:
    (config.parent / "rules" / "bad.yml").write_text("title: no detection\n")
    assert len(start_with(config).snapshot.files["rules"]) == 2
    with pytest.raises(ConfigError, match=r"bad\.yml"):
        take_over(config)


def test_nothing_starts_without_a_rule(config: Path) -> None:
    (config.parent / "rules" / "good.yml").write_text("title: no detection\n")
    with pytest.raises(ConfigError, match="no rule is left"):
        start_with(config)


def test_mistakes_in_settings_are_told_together(config: Path) -> None:
    config.write_text(SETTINGS.replace("packs", "pakcs") + "[metrics]\nenabeld = true\n")
    for taking in (start_with, take_over):
        with pytest.raises(ConfigError, match=r"(?s)pakcs.*enabeld.*tocsin check"):
            taking(config)


def test_rules_that_a_monitor_has_run_with_are_not_looked_at_again(config: Path) -> None:
    (config.parent / "rules" / "good.yml").write_text("title: no detection\n")
    settings = load_settings(config)
    never = take(settings)
    with pytest.raises(ConfigError):
        start_with(config)
    # What is kept was checked. Here it was not, which shows that it is not done again.
    keep(never, Path(str(settings.tocsin.data.path)) / "snapshots")
    assert start_with(config).snapshot.hash == never.hash
    with pytest.raises(ConfigError):
        take_over(config)
