"""What could not be looked at: records that no parser took, files and rules with a warning."""

from collections.abc import Iterator

from tocsin.model.summary import Summary
from tocsin.report.facts import place, rejected
from tocsin.report.html.markup import Html, tag
from tocsin.report.html.tables import table

_MAX_WARNINGS = 1000


def rejects(summary: Summary) -> Html | None:
    """Write why records were rejected, with how the first of them begin."""
    if not summary.reasons:
        return None
    made = table("Records that no parser took", ("Why", "#Records", "The first of them"), _reasons(summary))
    return tag("section", tag("h2", "Rejected records"), tag("div", made, class_="card"), id="rejected")


def _reasons(summary: Summary) -> Iterator[Html]:
    for reason, count, heads in rejected(summary):
        begun = (
            tag("li", tag("code", place(head), class_="quiet"), tag("span", head.head, class_="value"))
            for head in heads
        )
        yield tag(
            "tr",
            tag("th", reason, scope="row"),
            tag("td", f"{count:,}", class_="number"),
            tag("td", tag("ul", *begun, class_="plain")),
        )


def warnings(summary: Summary) -> Html | None:
    """Write the warnings: files that ended early, rules that did not load."""
    if not summary.warnings:
        return None
    shown = (tag("li", warning) for warning in summary.warnings[:_MAX_WARNINGS])
    more = len(summary.warnings) - _MAX_WARNINGS
    rest = tag("li", f"and {more:,} more") if more > 0 else None
    said = "Files that could not be read to their end, and rules that did not load."
    body = tag(
        "div", tag("p", said, class_="quiet"), tag("ul", *shown, rest, class_="warnings"), class_="card"
    )
    return tag("section", tag("h2", "Warnings"), body, id="warnings")
