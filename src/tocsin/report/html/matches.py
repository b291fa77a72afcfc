"""Each match that is shown: when, where, the fields that made it, and the rest of its event."""

from collections.abc import Iterator

from tocsin.model.moment import to_iso
from tocsin.report.digest import Digest, RuleDigest
from tocsin.report.example import Example, Pair
from tocsin.report.html.icons import badge
from tocsin.report.html.markup import Html, join, tag
from tocsin.report.html.tables import anchor, technique
from tocsin.report.words import plural, precise

_OPEN = 3
"""How many rules are unfolded when the page opens."""


def matches(digest: Digest) -> Iterator[Html]:
    """Yield the section, rule by rule."""
    found = digest.rules
    kept = sum(len(of.examples) for of in found)
    said = (
        f"The first {digest.per_rule} of each rule, {kept:,} of {plural(digest.total, 'match', 'matches')}."
    )
    yield Html('<section id="matches">')
    yield tag("h2", "Matches")
    yield tag("p", said if kept < digest.total else "All of them.", class_="quiet")
    for index, of in enumerate(found):
        yield _rule(of, index)
    yield Html("</section>")


def _rule(of: RuleDigest, index: int) -> Html:
    shown = len(of.examples)
    counted = plural(of.count, "match", "matches")
    head = tag(
        "summary",
        badge(of.rank),
        tag("h3", of.rule.title, id=anchor(index)),
        tag("span", counted if shown == of.count else f"{counted}, {shown:,} shown", class_="quiet"),
    )
    tags = (tag("span", name, class_="chip") for name in of.rule.tags if name[7:].upper() not in of.attack)
    about = tag("p", tag("code", of.rule.id), *(technique(name) for name in of.attack), *tags, class_="about")
    hidden = of.count - shown
    more = (
        tag("p", f"{plural(hidden, 'match is', 'matches are')} not shown.", class_="quiet")
        if hidden
        else None
    )
    body = join(about, *(_match(one) for one in of.examples), more)
    return tag(
        "details", head, tag("div", body, class_="body"), class_=f"rule card c{of.rank}", open=index < _OPEN
    )


def _match(one: Example) -> Html:
    own = one.event_id if one.event_id not in {"", one.place} else None
    return tag(
        "article",
        tag(
            "p",
            tag("time", f"{precise(one.time)} UTC", datetime=to_iso(one.time))
            if one.time is not None
            else "no time",
            tag("span", one.source, class_="source"),
            tag("code", one.place) if one.place else None,
            tag("code", own, class_="quiet") if own else None,
            class_="place",
        ),
        _fields(one.fields, "matched") if one.fields else None,
        _events(one) if one.total else None,
        _others(one),
    )


def _fields(pairs: tuple[Pair, ...], kind: str) -> Html:
    return tag(
        "dl", *(join(tag("dt", name), tag("dd", _value(value, kind))) for name, value in pairs), class_=kind
    )


def _value(value: str, kind: str) -> Html:
    if not value:
        return tag("span", "empty", class_="quiet")
    return tag("mark" if kind == "matched" else "span", value, class_="value")


def _events(one: Example) -> Html:
    ids = (tag("li", tag("code", name)) for name in one.events)
    more = one.total - len(one.events)
    rest = tag("li", f"and {more:,} more") if more > 0 else None
    return tag("div", tag("span", f"Of {plural(one.total, 'event')}"), tag("ul", *ids, rest), class_="events")


def _others(one: Example) -> Html | None:
    """Fold away the rest of the event; a correlation's group is what there is to see, so it stays open."""
    if not one.others:
        return None
    if not one.fields:
        return _fields(one.others, "matched")
    more = (
        tag("p", f"{plural(one.unshown, 'field')} more, not shown.", class_="quiet") if one.unshown else None
    )
    said = plural(len(one.others), "other field of the event", "other fields of the event")
    return tag("details", tag("summary", said), _fields(one.others, "others"), more, class_="more")
