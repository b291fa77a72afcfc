"""SARIF 2.1.0, for code scanning. Results are written as they come; the rules they name follow them."""

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any, TextIO
from urllib.parse import quote

from tocsin.model.level import rank
from tocsin.model.match import Match, RuleRef
from tocsin.model.moment import to_iso
from tocsin.model.summary import Summary
from tocsin.report.encode import encode, text
from tocsin.report.format import About, Format
from tocsin.report.inert import cut, show, visible
from tocsin.report.level import SARIF, SEVERITY
from tocsin.report.match_line import entities

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_MAX_MESSAGE = 1000


def write(out: TextIO, matches: Iterable[Match], summary: Callable[[], Summary], about: About) -> None:
    """Write one run."""
    rules: dict[str, tuple[int, RuleRef]] = {}
    out.write(
        f'{{"$schema":"{_SCHEMA}","version":"2.1.0","runs":[{{"columnKind":"unicodeCodePoints","results":['
    )
    before = "\n"
    for match in matches:
        index, _ = rules.setdefault(match.rule.id, (len(rules), match.rule))
        out.write(before + text(_result(match, index)))
        before = ",\n"
    described = [_descriptor(rule) for _, rule in rules.values()]
    out.write(f'\n],"tool":{text(_tool(described, about))},\n')
    out.write(f'"invocations":[{text(_invocation(summary()))}]}}]}}\n')


def _result(match: Match, index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": match.rule.id,
        "ruleIndex": index,
        "level": SARIF[rank(match.rule.level)],
        "message": {"text": _message(match)},
        "partialFingerprints": {"tocsinMatch/v1": _fingerprint(match)},
        "properties": {
            "time": None if match.time is None else to_iso(match.time),
            "source": match.source,
            "event_id": match.event_id,
            "entities": entities(match),
            "attack": match.attack,
            "events": match.events,
        },
    }
    if match.file:
        result["locations"] = [{"physicalLocation": _location(match)}]
    return result


def _message(match: Match) -> str:
    fields = "; ".join(f"{show(field.name)} = {show(field.value)}" for field in match.fields)
    return _literal(
        cut(f"{visible(match.rule.title)}: {fields}" if fields else visible(match.rule.title), _MAX_MESSAGE)
    )


def _literal(text: str) -> str:
    """Keep a plain text message from holding links or placeholders (SARIF 3.11.5 and 3.11.6)."""
    for special in "\\[]":
        text = text.replace(special, f"\\{special}")
    return text.replace("{", "{{").replace("}", "}}")


def _location(match: Match) -> dict[str, Any]:
    path = quote(_bytes(match.file))
    location: dict[str, Any] = {
        "artifactLocation": {"uri": f"file://{path}" if path.startswith("/") else path}
    }
    if match.line:
        location["region"] = {"startLine": match.line}
    return location


def _bytes(path: str) -> bytes:
    try:
        return path.encode("utf-8", "surrogateescape")  # a file name that is not UTF-8
    except UnicodeEncodeError:
        return path.encode("utf-8", "replace")


def _fingerprint(match: Match) -> str:
    """Name the match the same in every run: by its event's own id, or its place and content."""
    own: tuple[Any, ...] = (match.event_id, match.events)
    if not match.event_id or match.events:
        own += (match.file, match.line, match.event)
    return sha256(encode((match.rule.id, match.source, *own))).hexdigest()


def _descriptor(rule: RuleRef) -> dict[str, Any]:
    level = rank(rule.level)
    return {
        "id": rule.id,
        "name": visible(rule.title),
        "shortDescription": {"text": _literal(visible(rule.title))},
        "defaultConfiguration": {"level": SARIF[level]},
        "properties": {
            "tags": list(dict.fromkeys(("security", *rule.tags))),
            "security-severity": SEVERITY[level],
            "sigma-level": rule.level,
        },
    }


def _tool(described: list[dict[str, Any]], about: About) -> dict[str, Any]:
    driver: dict[str, Any] = {"name": "Tocsin", "rules": described}
    if about.version:
        driver["semanticVersion"] = about.version
    return {"driver": driver}


def _invocation(summary: Summary) -> dict[str, Any]:
    texts = [visible(warning) for warning in summary.warnings]
    texts += [f"{count} records rejected: {visible(reason)}" for reason, count in summary.reasons.items()]
    notices = [{"level": "warning", "message": {"text": _literal(text)}} for text in texts]
    return {"executionSuccessful": True, "toolExecutionNotifications": notices}


FORMAT = Format("sarif", "SARIF 2.1.0, for code scanning", write)
