"""Settings files as cases: every mistake at once, each with its place."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from docs_pages import ROOT
from tocsin.errors import ConfigError
from tocsin.services.kinds import kinds, load_settings
from tocsin.settings.load import MAX_BYTES, MAX_LINE, read_content
from tocsin.settings.mistake import Mistake, SettingsError
from tocsin.settings.tables import Settings

CASES = yaml.safe_load((ROOT / "tests" / "fixtures" / "settings.yml").read_text(encoding="utf-8"))


def said(one: Mistake) -> str:
    return f"{one.line}:{one.column} {one.severity.value} {one.key}: {one.text}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_mistakes(case: dict[str, Any]) -> None:
    found = [said(one) for one in read_content(case["toml"].encode(), Path("tocsin.toml"), kinds()).mistakes]
    expected = case["expect"]
    assert len(found) == len(expected), found
    for one, words in zip(sorted(found), sorted(expected), strict=True):
        assert one.startswith(words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe", "is not TOML"),
        (b"a = " + b"[" * 2000 + b"]" * 2000, "nests too deep"),
        (b"a=" + b"{a=" * 900 + b"1" + b"}" * 900, "nests too deep"),
        (b"#" * (MAX_LINE + 1), "a line has"),
        (b"#\n" * MAX_BYTES, "larger than 256 KiB"),
        (b"a = 2026-13-99", "is not TOML"),
        (b"a" + b".a" * 3000 + b" = 1", "a line has"),
    ],
    ids=["not-text", "arrays", "inline-tables", "long-line", "large", "no-date", "many-parts"],
)
def test_hostile_files_are_one_mistake(content: bytes, words: str) -> None:
    reading = read_content(content, Path("x"), kinds())
    (mistake,) = reading.mistakes
    assert words in mistake.text
    assert not reading.usable


def test_many_mistakes_are_bounded() -> None:
    content = "".join(f"k{number} = 1\n" for number in range(5000)).encode()
    assert len(read_content(content, Path("x"), kinds()).mistakes) == 200


def test_byte_order_mark_and_windows_lines_are_read() -> None:
    reading = read_content(b"\xef\xbb\xbf[tocsin]\r\nworkers = 2\r\nx = 1\r\n", Path("x"), kinds())
    assert [said(one)[:28] for one in reading.mistakes] == ["3:1 error tocsin.x: unknown "]


def test_load_refuses_with_all_errors_and_lets_warnings_pass(tmp_path: Path) -> None:
    file = tmp_path / "tocsin.toml"
    file.write_text("a = 1\nb = 2\n[channels.c]\nkind = 'slack'\nurl = {env = 'X'}\n")
    with pytest.raises(SettingsError) as refused:
        load_settings(file)
    assert str(refused.value).count("unknown key") == len(refused.value.mistakes) == 2
    file.write_text("[channels.c]\nkind = 'slack'\nurl = {env = 'X'}\n")
    assert set(load_settings(file).channels) == {"c"}


@pytest.mark.parametrize("name", ["absent.toml", "nul\0"])
def test_a_file_that_cannot_be_read_says_so(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(tmp_path / name)


def test_relative_paths_are_meant_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "tocsin.toml"
    file.write_text("rules.paths = ['r', '/abs']\nchannels.c = {kind='slack', url={file='s'}}")
    settings = load_settings(file)
    assert settings.tocsin.data == str(tmp_path / "data")
    assert settings.rules.paths == (str(tmp_path / "r"), "/abs")
    assert str(tmp_path / "s") in repr(settings.channels["c"])


def test_an_empty_file_is_the_defaults() -> None:
    reading = read_content(b"", Path("/"), kinds())
    assert reading.settings is not None
    assert reading.settings.inputs == Settings().inputs == {}
    assert reading.settings.journal == Settings().journal
