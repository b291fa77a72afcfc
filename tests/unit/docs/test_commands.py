"""Every command, flag and environment variable that the pages name exists. Commands are parsed, not run."""

import argparse
import re
import shlex
from pathlib import Path

import pytest

from docs_pages import ROOT, blocks, commands, name, own, pages, spans
from tocsin.cli.commands.rules import names
from tocsin.cli.main import COMMANDS, main

PAGES = [page for page in pages() if own(page)]
FOREIGN = {
    "--bloom-prefilter",
    "--cross-rule-ac",
    "--full",
    "--require-hashes",
    "--save",
    "--tiny",
    "--update-golden",
}
"""Flags of other programs that stand alone in backticks."""


class ParsedError(BaseException):
    """The arguments were read; the command need not go on. Carries its parser."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self.parser = parser


@pytest.fixture
def parse_only(monkeypatch: pytest.MonkeyPatch) -> None:
    original = argparse.ArgumentParser.parse_args

    def stop(self: argparse.ArgumentParser, arguments: list[str]) -> None:
        original(self, arguments)
        raise ParsedError(self)

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", stop)


@pytest.fixture(scope="module")
def flags() -> dict[str, set[str]]:
    """Return the flags of each command."""

    def caught(self: argparse.ArgumentParser, *_: object) -> None:
        raise ParsedError(self)

    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(argparse.ArgumentParser, "parse_args", caught)
        for words in [*([one] for one in COMMANDS if one != "rules"), *(["rules", one] for one in names())]:
            with pytest.raises(ParsedError) as stopped:
                main(words)
            actions = stopped.value.parser._actions
            found[" ".join(words)] = {flag for action in actions for flag in action.option_strings}
    return found


@pytest.mark.usefixtures("parse_only")
@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_in_blocks_parse(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for block in blocks(page):
        for command in commands(block):
            words = shlex.split(command.replace("…", ""))
            try:
                main(words)
            except ParsedError:
                continue
            except SystemExit:
                pytest.fail(f"{name(page)}: tocsin {command}: {capsys.readouterr().err}")


def of_command(span: str, flags: dict[str, set[str]]) -> str | None:
    """Return which command `tocsin …` in running text names; None if it names none."""
    words = span.removeprefix("./run ").removeprefix("tocsin ").split()
    pair = " ".join(words[:2])
    return next((one for one in (pair, words[0]) if one in flags), None)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_in_running_text_exist(page: Path, flags: dict[str, set[str]]) -> None:
    everywhere = set().union(*flags.values()) | {"--help", "--version"}
    wrong = []
    for span in spans(page):
        named = re.findall(r"(?<!\S)--[a-z][a-z-]+", span)
        if re.match(r"(tocsin|\./run) [a-z]", span):
            command = of_command(span, flags)
            known = flags.get(command or "", set()) | {"--help"}
            if command is None and span.split()[1] not in COMMANDS:
                wrong.append(span)
            wrong += [flag for flag in named if command and flag not in known]
        elif span.startswith("--") and "src" not in page.parts:
            wrong += [flag for flag in named if flag not in everywhere | FOREIGN]
    assert not wrong, f"{name(page)}: {wrong}"


def test_environment_variables_that_the_reference_names_are_read() -> None:
    text = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    section = text.partition("## Environment")[2].partition("\n## ")[0]
    named = set(re.findall(r"^\| `([A-Z_]+)` \|", section, re.MULTILINE))
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    read = set(re.findall(r'environ(?:\.get\(|\[)"([A-Z_]+)"', source))
    assert named == read
