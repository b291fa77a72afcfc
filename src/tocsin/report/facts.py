"""The numbers at the end of a report, as label and sentence, and the records that no parser took."""

from collections.abc import Iterator

from tocsin.model.level import LEVELS
from tocsin.model.summary import Reject, Summary
from tocsin.report.digest import Digest
from tocsin.report.inert import visible
from tocsin.report.words import duration, plural, size, span


def by_level(digest: Digest) -> str:
    """Write `2 critical, 11 high`, only levels with matches."""
    named = (
        f"{digest.levels[rank]:,} {LEVELS[rank]}"
        for rank in reversed(range(len(LEVELS)))
        if digest.levels[rank]
    )
    return ", ".join(named)


def headline(digest: Digest) -> str:
    """Write the result in one sentence."""
    if not digest.total:
        return "No rule matched"
    matches = plural(digest.total, "match", "matches")
    return f"{matches} of {plural(len(digest.rules), 'rule')}: {by_level(digest)}"


def facts(summary: Summary, digest: Digest) -> Iterator[tuple[str, str]]:
    """Yield each number of the hunt with its label."""
    yield "Matches", headline(digest)
    if digest.total > digest.timeline.undated:
        yield "Between", f"{span(*digest.span)} UTC"
    yield "Records", ledger(summary)
    yield "Read", _read(summary)
    yield "Rules", f"{summary.rules:,} loaded"
    if summary.by_source:
        sources = sorted(summary.by_source.items(), key=lambda item: (-item[1], item[0]))
        yield "Sources", ", ".join(f"{visible(name)} {count:,}" for name, count in sources)
    if summary.cut_values:
        yield "Cut", f"{plural(summary.cut_values, 'value')} too long: only the beginning was looked at"


def ledger(summary: Summary) -> str:
    """Write where every record went."""
    parts = [plural(summary.events, "event"), f"{summary.rejected:,} rejected"]
    if summary.outside:
        parts.append(f"{summary.outside:,} outside the time range")
    return f"{summary.records:,} = {' + '.join(parts)}"


def _read(summary: Summary) -> str:
    read = f"{plural(summary.files, 'file')}, {size(summary.bytes)} in {duration(summary.seconds)}"
    if summary.seconds >= 0.1:
        read += f", {summary.events / summary.seconds:,.0f} events/s"
    return read


def rejected(summary: Summary) -> Iterator[tuple[str, int, list[Reject]]]:
    """Yield each reason with how many records it took and the first of them, most frequent first."""
    for reason, count in sorted(summary.reasons.items(), key=lambda item: (-item[1], item[0])):
        yield visible(reason), count, [reject for reject in summary.rejects if reject.reason == reason]


def place(reject: Reject) -> str:
    """Write where a rejected record stands."""
    return visible(f"{reject.file}:{reject.line}" if reject.line else reject.file)
