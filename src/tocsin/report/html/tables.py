"""Matches by rule, by ATT&CK tactic and technique, and by entity."""

from collections.abc import Iterator, Sequence

from tocsin.model.moment import to_iso
from tocsin.report import attack
from tocsin.report.digest import KINDS, Digest, RuleDigest
from tocsin.report.html.chart import bar
from tocsin.report.html.icons import badge, labelled
from tocsin.report.html.markup import Html, join, tag
from tocsin.report.top import Tally, Top
from tocsin.report.words import moment

_MAX_RULES = 500
_MAX_TECHNIQUES = 50
_MAX_ENTITIES = 8
_MAX_NAMED = 5
_TITLES = {"user": "Users", "host": "Hosts", "ip": "Addresses", "repo": "Repositories"}


def anchor(index: int) -> str:
    """Name the place of a rule's matches."""
    return f"rule-{index}"


def table(caption: str, columns: Sequence[str], rows: Iterator[Html]) -> Html:
    """Write a table that scrolls by itself on a narrow screen; `#` begins a column of numbers, `##` one with bars."""
    head = (_column(name) for name in columns)
    made = tag("table", tag("caption", caption), tag("thead", tag("tr", *head)), tag("tbody", *rows))
    return tag("div", made, class_="scroll", tabindex=0, role="region", aria_label=caption)


def _column(name: str) -> Html:
    bars = len(name) - len(name.lstrip("#"))
    return tag(
        "th",
        name.lstrip("#"),
        scope="colgroup" if bars == 2 else "col",
        colspan=bars if bars == 2 else None,
        class_="number" if bars else None,
    )


def count(number: int, most: int, rank: int) -> Html:
    """Write a number with its bar: two cells."""
    return join(
        tag("td", bar(number / most, rank), class_="share"), tag("td", f"{number:,}", class_="number")
    )


def when(time: float | None) -> Html:
    """Write a time so that a program can read it too."""
    return tag("time", moment(time), datetime=to_iso(time)) if time is not None else tag("span", "no time")


def technique(name: str) -> Html:
    """Write a technique, linked to ATT&CK if it is one."""
    if not attack.is_technique(name):
        return tag("span", name, class_="chip")
    link = f"https://attack.mitre.org/techniques/{name.replace('.', '/')}/"
    return tag("a", name, href=link, rel="noreferrer", class_="chip")


def rules(digest: Digest) -> Html:
    """Write the table of rules."""
    found = digest.rules
    most = max(of.count for of in found)
    rows = (_rule(of, index, most) for index, of in enumerate(found[:_MAX_RULES]))
    columns = ("Level", "Rule", "##Matches", "First (UTC)", "Last (UTC)", "ATT&CK")
    made = table("Rules that matched, most urgent first", columns, rows)
    more = len(found) - _MAX_RULES
    note = tag("p", f"{more:,} more rules matched and are not listed.", class_="quiet") if more > 0 else None
    return tag("section", tag("h2", "By rule"), tag("div", made, note, class_="card"), id="rules")


def _rule(of: RuleDigest, index: int, most: int) -> Html:
    return tag(
        "tr",
        tag("td", badge(of.rank)),
        tag("th", tag("a", of.rule.title, href=f"#{anchor(index)}"), scope="row"),
        count(of.count, most, of.rank),
        tag("td", when(of.first), class_="time"),
        tag("td", when(of.last), class_="time"),
        tag("td", *(technique(name) for name in of.attack[:_MAX_NAMED])),
    )


def techniques(digest: Digest) -> Html | None:
    """Write how far along an intrusion the matches are, and the techniques they name."""
    tactics = attack.by_tactic(digest.rules)
    named = attack.by_technique(digest.rules)
    if not named and not any(tally.count for tally in tactics.values()):
        return None
    path = tag("ol", *(_tactic(tally) for tally in tactics.values()), class_="tactics")
    anchors = {of.rule.id: anchor(index) for index, of in enumerate(digest.rules)}
    rows = (_technique(tally, rules, anchors) for tally, rules in named[:_MAX_TECHNIQUES])
    made = table(
        "Techniques that matched, most urgent first", ("Level", "Technique", "#Matches", "Rules"), rows
    )
    return tag(
        "section",
        tag("h2", "By ATT&CK tactic and technique"),
        tag("div", path, made if named else None, _left_out(len(named) - _MAX_TECHNIQUES), class_="card"),
        id="attack",
    )


def _tactic(tally: Tally) -> Html:
    name = tag("span", attack.title(tally.key), class_="name")
    if not tally.count:
        return tag("li", name, tag("span", "–", aria_label="none", role="img", class_="none"), class_="empty")  # noqa: RUF001
    return tag("li", name, tag("strong", labelled(tally.rank), f"{tally.count:,}"), class_=f"c{tally.rank}")


def _technique(tally: Tally, rules: list[RuleDigest], anchors: dict[str, str]) -> Html:
    links = (tag("li", tag("a", of.rule.title, href=f"#{anchors[of.rule.id]}")) for of in rules[:_MAX_NAMED])
    more = len(rules) - _MAX_NAMED
    return tag(
        "tr",
        tag("td", badge(tally.rank)),
        tag("th", technique(tally.key), scope="row"),
        tag("td", f"{tally.count:,}", class_="number"),
        tag("td", tag("ul", *links, tag("li", f"and {more:,} more") if more > 0 else None, class_="plain")),
    )


def _left_out(more: int) -> Html | None:
    return tag("p", f"{more:,} more techniques are not listed.", class_="quiet") if more > 0 else None


def entities(digest: Digest) -> Html | None:
    """Write who and what the matches are about."""
    seen = [kind for kind in KINDS if len(digest.entities[kind])]
    if not seen:
        return None
    cards = (_entity(kind, digest.entities[kind]) for kind in seen)
    return tag("section", tag("h2", "By entity"), tag("div", *cards, class_="cards"), id="entities")


def _entity(kind: str, top: Top) -> Html:
    shown = top.most(_MAX_ENTITIES)
    most = max(tally.count for tally in shown)
    rows = (
        tag(
            "tr",
            tag("th", labelled(tally.rank), tag("code", tally.key), scope="row"),
            count(tally.count, most, tally.rank),
        )
        for tally in shown
    )
    caption = tag("caption", _TITLES[kind])
    head = tag(
        "tr", tag("th", kind, scope="col"), tag("th", "matches", scope="colgroup", colspan=2, class_="number")
    )
    made = tag("table", caption, tag("thead", head), tag("tbody", *rows))
    return tag("div", made, _note(len(top) - len(shown), exact=top.exact), class_="card")


def _note(more: int, *, exact: bool) -> Html | None:
    notes = [f"and {more:,}{'' if exact else ' or more'} others"] if more > 0 else []
    if not exact:
        notes.append("so many that the counts are at least these")
    return tag("p", ", ".join(notes), class_="quiet") if notes else None
