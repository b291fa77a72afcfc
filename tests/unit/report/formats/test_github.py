"""Workflow commands that log text cannot add to."""

import io

from report_samples import hostile
from tocsin.report import About
from tocsin.report.formats.github import write


def test_every_line_is_one_command_of_ours() -> None:
    matches, done = hostile()
    out = io.StringIO(newline="")
    write(out, iter(matches), lambda: done, About())
    lines = out.getvalue().removesuffix("\n").split("\n")
    assert len(lines) == len(matches) + 1 + len(done.warnings) + 1
    for line in lines:
        _, command, message = line.split("::", 2)
        name, _, properties = command.partition(" ")
        assert name in {"error", "warning", "notice"}
        keys = [pair.partition("=")[0] for pair in properties.split(",")]
        assert keys in (["title"], ["title", "file", "line"])
        assert "\r" not in message


def test_the_properties_are_escaped() -> None:
    matches, done = hostile()
    out = io.StringIO()
    write(out, iter(matches), lambda: done, About())
    assert "title=%3A%3Aerror file=x%3A%3Aowned\\r\\n##[error]owned%250A" in out.getvalue()
