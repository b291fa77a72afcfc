"""GitHub-flavoured Markdown, for a step summary or a comment. Log text stands in code spans, where nothing is markup."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

from tocsin.model.level import LEVELS
from tocsin.model.match import Match
from tocsin.model.summary import Summary
from tocsin.report.digest import KINDS, Digest, RuleDigest
from tocsin.report.facts import facts, place, rejected
from tocsin.report.format import About, Format
from tocsin.report.inert import cut, visible
from tocsin.report.words import moment

_MAX_RULES = 50
_MAX_WARNINGS = 20
_MAX_TEXT = 120
_MARKS = ("⚪", "🔵", "🟡", "🟠", "🔴")
_SPECIAL = re.compile(r"[&<>|*_`\[\]{}~#!\\^$]|:(?=/)|(?<=www)\.", re.IGNORECASE)


def write(out: TextIO, matches: Iterable[Match], summary: Callable[[], Summary], about: About) -> None:
    """Write totals, rules, entities and rejects: a page of bounded length."""
    digest = Digest(per_rule=0).take(matches)
    done = summary()
    out.write(f"## {prose(about.title)}\n\n")
    for part in (_totals(done, digest), _rules(digest), _entities(digest), _rejects(done), _warnings(done)):
        out.writelines(f"{line}\n" for line in part)


def code(text: str) -> str:
    """Write log text in a code span. A pipe stands outside it: inside, tables and spans disagree on its escape."""
    return "&#124;".join(_span(part) for part in visible(cut(text, _MAX_TEXT)).split("|") if part) or "` `"


def _span(text: str) -> str:
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    room = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{room}{text}{room}{fence}"


def prose(text: str) -> str:
    """Write a title or sentence so that nothing in it is markup, a link or a mention."""
    escaped = _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", visible(cut(text, 500)))
    return escaped.replace("@", "`@`")


def _totals(summary: Summary, digest: Digest) -> Iterator[str]:
    yield "| | |"
    yield "|---|---|"
    for label, text in facts(summary, digest):
        yield f"| **{label}** | {prose(text)} |"
    yield ""


def _rules(digest: Digest) -> Iterator[str]:
    rules = digest.rules
    if not rules:
        return
    yield "| Level | Rule | Matches | First (UTC) | Last (UTC) | ATT&CK |"
    yield "|---|---|---:|---|---|---|"
    for of in rules[:_MAX_RULES]:
        yield f"| {_level(of)} | {prose(of.rule.title)} | {of.count:,} | {_moments(of)} | {_codes(of.attack)} |"
    yield ""
    if len(rules) > _MAX_RULES:
        yield f"{len(rules) - _MAX_RULES:,} more rules matched and are not shown.\n"


def _level(of: RuleDigest) -> str:
    return f"{_MARKS[of.rank]} {LEVELS[of.rank]}"


def _moments(of: RuleDigest) -> str:
    return f"{moment(of.first)} | {moment(of.last)}"


def _codes(texts: Iterable[str]) -> str:
    return " ".join(code(text) for text in texts)


def _entities(digest: Digest) -> Iterator[str]:
    seen = [kind for kind in KINDS if len(digest.entities[kind])]
    if not seen:
        return
    yield "| Entity | Most urgent, with matches |"
    yield "|---|---|"
    for kind in seen:
        most = digest.entities[kind].most(5)
        yield f"| {kind} | {', '.join(f'{code(tally.key)} {tally.count:,}' for tally in most)} |"
    yield ""


def _rejects(summary: Summary) -> Iterator[str]:
    if not summary.reasons:
        return
    yield "| Rejected | Why | First of them |"
    yield "|---:|---|---|"
    for reason, count, heads in rejected(summary):
        first = f"{code(place(heads[0]))} {code(heads[0].head)}" if heads else ""
        yield f"| {count:,} | {prose(reason)} | {first} |"
    yield ""


def _warnings(summary: Summary) -> Iterator[str]:
    for warning in summary.warnings[:_MAX_WARNINGS]:
        yield f"- ⚠️ {prose(warning)}"
    more = len(summary.warnings) - _MAX_WARNINGS
    if more > 0:
        yield f"- and {more:,} more"


FORMAT = Format("markdown", "for a step summary or a comment", write)
