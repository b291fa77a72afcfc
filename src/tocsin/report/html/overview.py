"""The top of the page: what was found, where it was looked for, and every number of the hunt."""

from collections.abc import Iterator

from tocsin.model.level import LEVELS
from tocsin.model.moment import to_iso
from tocsin.model.summary import Summary
from tocsin.report.digest import Digest
from tocsin.report.facts import facts
from tocsin.report.format import About
from tocsin.report.html import chart
from tocsin.report.html.icons import bell, shape
from tocsin.report.html.markup import Html, join, tag
from tocsin.report.words import moment, plural, span

_MAX_INPUTS = 12


def top(digest: Digest, summary: Summary, about: About) -> Html:
    """Write the header: title, when, and the result in one sentence."""
    made = None
    if about.made is not None:
        made = join("made ", tag("time", f"{moment(about.made)} UTC", datetime=to_iso(about.made)))
    return tag(
        "header",
        tag("div", bell(), tag("span", made, class_="quiet"), class_="masthead"),
        tag("h1", about.title),
        tag("p", *_verdict(digest), class_="verdict"),
        tag("p", _where(digest, summary), class_="lede"),
        _tiles(digest),
    )


def _verdict(digest: Digest) -> Iterator[str]:
    if not digest.total:
        yield "No rule matched."
        return
    yield f"{plural(digest.total, 'match', 'matches')} of {plural(len(digest.rules), 'rule')}"
    worst = max(of.rank for of in digest.rules)
    all_of_them = digest.levels[worst] == digest.total
    yield ", "
    yield tag(
        "strong",
        f"{'all' if all_of_them else f'{digest.levels[worst]:,} of them'} {LEVELS[worst]}",
        class_=f"c{worst}",
    )
    yield "."


def _where(digest: Digest, summary: Summary) -> str:
    looked = f"{plural(summary.rules, 'rule')} looked at {plural(summary.events, 'event')} from {plural(summary.files, 'file')}"
    if digest.total == digest.timeline.undated:
        return f"{looked}."
    return f"{looked}; what matched is of {span(*digest.span)} UTC."


def _tiles(digest: Digest) -> Html:
    return tag("ul", *(_tile(digest, rank) for rank in reversed(range(len(LEVELS)))), class_="tiles")


def _tile(digest: Digest, rank: int) -> Html:
    rules = sum(1 for of in digest.rules if of.rank == rank)
    count = digest.levels[rank]
    return tag(
        "li",
        tag("span", shape(rank), LEVELS[rank], class_="level"),
        tag("strong", f"{count:,}"),
        tag("span", plural(rules, "rule") if count else "none", class_="quiet"),
        class_=f"tile c{rank}" if count else f"tile c{rank} none",
    )


def timeline(digest: Digest) -> Html | None:
    """Write the chart of matches over time, and what it leaves out."""
    bars = digest.timeline.bars()
    if bars is None:
        return None
    notes = [
        f"{plural(count, 'match', 'matches')} {text}"
        for count, text in (
            (bars.before, "lie far before the others and are left out of the chart"),
            (bars.after, "lie far after the others and are left out of the chart"),
            (digest.timeline.undated, "have no time"),
        )
        if count
    ]
    note = tag("p", "; ".join(notes) + ".", class_="quiet") if notes else None
    return tag(
        "section", tag("h2", "Timeline"), tag("div", chart.timeline(bars), note, class_="card"), id="timeline"
    )


def numbers(digest: Digest, summary: Summary, about: About) -> Html:
    """Write every number, the inputs among them."""
    pairs = [pair for pair in facts(summary, digest) if pair[0] not in {"Matches", "Between"}]
    if about.inputs:
        pairs.insert(0, ("Inputs", _inputs(about.inputs)))
    rows = (join(tag("dt", label), tag("dd", text)) for label, text in pairs)
    return tag(
        "section", tag("h2", "What was looked at"), tag("dl", *rows, class_="facts card"), id="numbers"
    )


def _inputs(inputs: tuple[str, ...]) -> str:
    shown = ", ".join(inputs[:_MAX_INPUTS])
    more = len(inputs) - _MAX_INPUTS
    return f"{shown} and {more:,} more" if more > 0 else shown
