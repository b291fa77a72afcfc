"""Workflow commands: GitHub Actions shows each match as an annotation beside its file and line."""

from collections.abc import Callable, Iterable
from typing import TextIO

from tocsin.model.level import rank
from tocsin.model.match import Match
from tocsin.model.summary import Summary
from tocsin.report.format import About, Format
from tocsin.report.inert import cut, show, visible
from tocsin.report.level import GITHUB
from tocsin.report.words import plural, precise


def write(out: TextIO, matches: Iterable[Match], summary: Callable[[], Summary], about: About) -> None:
    """Write a command a match, then one with the totals."""
    del about
    out.writelines(_annotation(match) for match in matches)
    done = summary()
    if done.rejected:
        out.write(_command("warning", _rejected(done), title="Records that no parser took"))
    out.writelines(_command("warning", visible(warning), title="Tocsin") for warning in done.warnings)
    out.write(_command("notice", _totals(done), title="Tocsin hunt"))


def _annotation(match: Match) -> str:
    lines = [f"{precise(match.time)} {show(match.source)}"]
    lines += [f"{show(field.name)} = {show(field.value)}" for field in match.fields]
    place = {"file": visible(match.file), "line": str(match.line)} if match.file and match.line else {}
    title = cut(visible(f"{match.rule.title} ({match.rule.level})"), 200)
    return _command(GITHUB[rank(match.rule.level)], "\n".join(lines), title=title, **place)


def _rejected(summary: Summary) -> str:
    reasons = sorted(summary.reasons.items(), key=lambda item: (-item[1], item[0]))
    return "\n".join(f"{count:,} {visible(reason)}" for reason, count in reasons)


def _totals(summary: Summary) -> str:
    matches = plural(summary.matches, "match", "matches")
    rules = plural(len(summary.by_rule), "rule")
    return f"{matches} of {rules} in {plural(summary.events, 'event')} from {plural(summary.files, 'file')}"


def _command(name: str, message: str, **properties: str) -> str:
    named = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {named}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


FORMAT = Format("github", "annotations for GitHub Actions", write)
