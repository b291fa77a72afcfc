"""Checks of field modifiers: `CommandLine|contains|windash`."""

import ipaddress
import re
from collections.abc import Iterator

from tocsin.model.near import hint
from tocsin.sigma.lint.check import ItemCheck
from tocsin.sigma.lint.file import Doc
from tocsin.sigma.lint.finding import Edit, Found, Severity
from tocsin.sigma.lint.items import Item
from tocsin.sigma.modifiers import AFFIXES, ALL
from tocsin.sigma.tree import ANY

_DASH = re.compile(r"\B[-/]\b")
_HOLE = re.compile(r"%[A-Za-z0-9_.-]+%")


class UnknownModifier(ItemCheck):
    code, name, severity = "TS321", "unknown-modifier", Severity.ERROR
    summary = "A modifier that Sigma does not have."
    explain = "The rule does not load: what an unknown modifier means cannot be guessed."
    bad = """
        detection:
            selection:
                Image|endwith: tool.exe
            condition: selection
    """
    good = """
        detection:
            selection:
                Image|endswith: tool.exe
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        for word in item.modifiers:
            if word not in ALL:
                yield doc.at(item.key, f"unknown modifier `{word}`{hint(word, sorted(ALL))}")


class ModifierConflict(ItemCheck):
    code, name, severity = "TS322", "modifier-conflict", Severity.WARNING
    summary = "A modifier stands twice, or two of contains, startswith and endswith stand together."
    explain = (
        "Two affixes together mean `contains`; a modifier said twice means nothing more, or encodes twice."
    )
    bad = """
        detection:
            selection:
                Image|startswith|endswith: tool
            condition: selection
    """
    good = """
        detection:
            selection:
                Image|contains: tool
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        affixes = [word for word in item.modifiers if word in AFFIXES]
        twice = [word for word in item.modifiers if item.modifiers.count(word) > 1]
        if twice:
            yield doc.at(item.key, f"`{twice[0]}` stands here twice")
        elif len(affixes) > 1:
            yield doc.at(item.key, f"`{affixes[0]}` and `{affixes[1]}` together mean `contains`")


class AllOfOneValue(ItemCheck):
    code, name, severity, fixes = "TS323", "all-of-one-value", Severity.INFO, True
    summary = "`|all` with a single value."
    explain = "All of one value is that value. `--fix` takes the modifier away."
    bad = """
        detection:
            selection:
                CommandLine|contains|all: ' -hide '
            condition: selection
    """
    good = """
        detection:
            selection:
                CommandLine|contains: ' -hide '
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        if "all" in item.modifiers and len(item.values) == 1 and item.field:
            rest = [word for word in item.modifiers if word != "all"]
            edit = doc.rewrite(item.key, "|".join([item.field, *rest]))
            yield doc.at(item.key, "`all` of a single value", *([edit] if edit else []))


class CasedWithoutLetters(ItemCheck):
    code, name, severity = "TS324", "cased-without-letters", Severity.INFO
    summary = "`cased`, or the flag `i`, on values without letters."
    explain = "Digits and signs have no case; the modifier does nothing."
    bad = """
        detection:
            selection:
                CommandLine|contains|cased: '1234'
            condition: selection
    """
    good = """
        detection:
            selection:
                CommandLine|contains|cased: 'Hide'
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        said = "cased" if item.cased else "i" if "i" in item.flags else ""
        texts = [re.sub(r"\\.", "", value.text) if item.flags else str(value.read) for value in item.values]
        if (
            said
            and "fieldref" not in item.modifiers
            and not any(char.isalpha() for text in texts for char in text)
        ):
            yield doc.at(item.key, f"`{said}` on values without letters does nothing")


class Base64OffsetAlone(ItemCheck):
    code, name, severity = "TS325", "base64offset-alone", Severity.WARNING
    summary = "`base64offset` without `contains`."
    explain = "It encodes a piece out of the middle of something; the whole value is never equal to it."
    bad = """
        detection:
            selection:
                CommandLine|base64offset: 'http://'
            condition: selection
    """
    good = """
        detection:
            selection:
                CommandLine|base64offset|contains: 'http://'
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        if "base64offset" in item.modifiers and not item.affix:
            yield doc.at(item.key, "`base64offset` needs `contains` behind it")


class WindashWithoutDash(ItemCheck):
    code, name, severity = "TS326", "windash-without-dash", Severity.WARNING
    summary = "`windash` on a value without a switch."
    explain = "`windash` lets `-x` be `/x` too. A value without `-` or `/` before a word stays what it is."
    bad = """
        detection:
            selection:
                CommandLine|contains|windash: 'hide'
            condition: selection
    """
    good = """
        detection:
            selection:
                CommandLine|contains|windash: ' -hide'
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        if "windash" in item.modifiers and not any(_DASH.search(value.text) for value in item.values):
            yield doc.at(item.key, "no value has a `-` or `/` before a word; `windash` does nothing")


class CidrHostBits(ItemCheck):
    code, name, severity, fixes = "TS327", "cidr-host-bits", Severity.WARNING, True
    summary = "A network is written with an address inside it."
    explain = (
        "`10.1.2.3/8` is all of 10.0.0.0/8: the prefix or the address is wrong. `--fix` writes the network."
    )
    bad = """
        detection:
            selection:
                DestinationIp|cidr: 10.1.2.3/8
            condition: selection
    """
    good = """
        detection:
            selection:
                DestinationIp|cidr: 10.0.0.0/8
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        for value in item.values if "cidr" in item.modifiers else ():
            network = _network(value.text)
            if network and "/" in value.text and _network(value.text, strict=True) is None:
                edit = doc.rewrite(value.node, str(network))
                yield doc.at(
                    value.node, f"`{value.text}` is the network {network}", *([edit] if edit else [])
                )


def _network(text: str, *, strict: bool = False) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=strict)
    except ValueError:
        return None


class CidrEverything(ItemCheck):
    code, name, severity = "TS328", "cidr-everything", Severity.WARNING
    summary = "A network of prefix length 0: every address there is."
    explain = "Use `|exists: true` if any address will do."
    bad = """
        detection:
            selection:
                DestinationIp|cidr: 0.0.0.0/0
            condition: selection
    """
    good = """
        detection:
            selection:
                DestinationIp|cidr: 192.0.2.0/24
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        for value in item.values if "cidr" in item.modifiers else ():
            network = _network(value.text)
            if network and network.prefixlen == 0:
                yield doc.at(value.node, f"`{value.text}` holds every address")


class NullWithModifier(ItemCheck):
    code, name, severity = "TS329", "null-with-modifier", Severity.ERROR
    summary = "null under a modifier such as `contains`."
    explain = (
        "null means that the field is absent; nothing can contain that. Put it in a detection of its own."
    )
    bad = """
        detection:
            selection:
                CommandLine|contains:
                    - ' -hide '
                    - null
            condition: selection
    """
    good = """
        detection:
            selection:
                CommandLine|contains: ' -hide '
            selection_none:
                Image: tool.exe
                CommandLine: null
            condition: 1 of selection*
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        if set(item.modifiers) <= {"all", "neq"}:
            return
        for value in item.values:
            if value.read is None:
                yield doc.at(value.node, f"null cannot stand under `{'|'.join(item.modifiers)}`")


class ExpandWithoutPlaceholder(ItemCheck):
    code, name, severity = "TS330", "expand-without-placeholder", Severity.WARNING
    summary = "`expand` on a value without a `%placeholder%`."
    explain = "There is nothing to fill in; the modifier does nothing."
    bad = """
        detection:
            selection:
                User|expand: admins
            condition: selection
    """
    good = """
        detection:
            selection:
                User|expand: '%admins%'
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        for value in item.values if "expand" in item.modifiers else ():
            if value.text and not _HOLE.search(value.text):
                yield doc.at(value.node, "no `%placeholder%` in it to expand")


class FieldrefToItself(ItemCheck):
    code, name, severity = "TS331", "fieldref-to-itself", Severity.WARNING
    summary = "A field is compared with itself."
    explain = "That is true of every event that has the field."
    bad = """
        detection:
            selection:
                User|fieldref: User
            condition: selection
    """
    good = """
        detection:
            selection:
                User|fieldref: ParentUser
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        for value in item.values if "fieldref" in item.modifiers else ():
            if value.text == item.field:
                yield doc.at(value.node, f"`{item.field}` is compared with itself")


class AffixWildcard(ItemCheck):
    code, name, severity, fixes = "TS332", "affix-wildcard", Severity.WARNING, True
    summary = "A wildcard at an end where the modifier has put one already."
    explain = "`contains: '*x*'` is `contains: x`. `--fix` takes the wildcards away."
    bad = """
        detection:
            selection:
                CommandLine|contains: '*hide*'
            condition: selection
    """
    good = """
        detection:
            selection:
                CommandLine|contains: 'hide'
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        if not item.is_text or item.is_encoded or not item.affix:
            return
        for value in item.values:
            parts = value.parts
            head = item.affix != "startswith" and bool(parts) and parts[0] == ANY
            tail = item.affix != "endswith" and bool(parts) and parts[-1] == ANY
            if any(part != ANY for part in parts) and (head or tail):
                edit = doc.rewrite(value.node, value.text[int(head) : len(value.text) - int(tail)])
                message = f"`{item.affix}` puts a wildcard there already"
                yield doc.at(value.node, message, *([edit] if isinstance(edit, Edit) else []))
