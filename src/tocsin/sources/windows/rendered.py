"""Fields of events whose shipper kept only their rendered message, or their data as one XML text."""

import re
from collections.abc import Callable

from tocsin.model.event import Fields, Value
from tocsin.sources.windows.channels import POWERSHELL, POWERSHELL_CORE, SECURITY, SYSMON
from tocsin.sources.windows.codes import CODES
from tocsin.sources.windows.labels import LABELS, USUAL, Labels
from tocsin.sources.windows.routing import channel_of, event_number
from tocsin.sources.windows.xml_data import data_of

_MESSAGES = ("Message", "message", "RenderedDescription")
_XML = ("EventData",)
_LONGEST_LABEL = 48
# A scheduled task is quoted with its line breaks, so what looks like a label in it is not one.
_QUOTED = frozenset({"TaskContent", "TaskContentNew"})
_SYSMON_LABEL = re.compile(r"([A-Z][A-Za-z0-9]{1,40}): ?(.*)", re.DOTALL)
_SCRIPT_HEAD = re.compile(r"Creating Scriptblock text \((\d{1,9}) of (\d{1,9})\):\r?\n")

WITNESSES = (
    "UtcTime",
    "SubjectUserName",
    "TargetUserName",
    "Application",
    "ContextInfo",
    "ScriptBlockText",
)
"""An event that has one of these has its fields. One that has none may hold them in a text: see `packed`."""


def packed(fields: Fields) -> bool:
    """Tell whether an event may hold fields that only `complete` can see."""
    if any(name in fields for name in WITNESSES):
        return False
    return any(_text(fields, name) for name in (*_XML, *_MESSAGES))


def complete(fields: Fields, *, channel: Value, event_id: Value, provider: Value) -> Fields:
    """Add the fields that an event's XML or rendered message holds and its keys do not."""
    found = next((data_of(text) for name in _XML if (text := _text(fields, name))), {})
    if not found:
        message = next((text for name in _MESSAGES if (text := _text(fields, name))), "")
        number = event_number(event_id)
        found = from_message(channel_of(channel, number, provider), number, message)
    return {**found, **fields} if found else fields


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def from_message(channel: str, event_id: int | None, message: str) -> dict[str, str]:
    """Return the event's data as its rendered message shows it; empty for messages of other logs."""
    if not message:
        return {}
    if channel in _READERS:
        return _READERS[channel](event_id, message)
    labels = LABELS.get((channel, event_id or 0), USUAL if channel == SECURITY else {})
    return _sections(message, labels) if labels else {}


def _sysmon(_: int | None, message: str) -> dict[str, str]:
    """`Key: value` lines; a line that is none belongs to the value before it. The first of a key counts."""
    found: dict[str, list[str]] = {}
    last = ""
    for line in _lines(message)[1:]:
        pair = _SYSMON_LABEL.fullmatch(line)
        if pair and pair[1] not in found:
            last = pair[1]
            found[last] = [pair[2]]
        elif last:
            found[last].append(line)
    return {name: "\r\n".join(lines) for name, lines in found.items()}


def _powershell(event_id: int | None, message: str) -> dict[str, str]:
    if event_id == 4103:
        return _module(message)
    return _script(message) if event_id == 4104 else {}


def _module(message: str) -> dict[str, str]:
    payload, context, rest = _split(message, "Context:")
    if not context:
        return {}
    info, _, user = _split(rest, "User Data:")
    return {"Payload": payload.strip("\r\n"), "ContextInfo": info.strip("\r\n"), "UserData": user.strip()}


def _split(text: str, heading: str) -> tuple[str, str, str]:
    """Cut at the last line that is this heading: what the user typed comes before it."""
    at = text.rfind("\n" + heading)
    return (text, "", "") if at < 0 else (text[:at], heading, text[at + 1 + len(heading) :])


def _script(message: str) -> dict[str, str]:
    head = _SCRIPT_HEAD.match(message)
    if not head:
        return {}
    text, _, tail = _split(message[head.end() :], "ScriptBlock ID:")
    block, _, path = tail.partition("\n")
    return {
        "MessageNumber": head[1],
        "MessageTotal": head[2],
        "ScriptBlockText": text.removesuffix("\r").removesuffix("\r\n").removesuffix("\n"),
        "ScriptBlockId": block.strip(),
        "Path": path.removeprefix("Path:").strip(),
    }


_READERS: dict[str, Callable[[int | None, str], dict[str, str]]] = {
    SYSMON: _sysmon,
    POWERSHELL: _powershell,
    POWERSHELL_CORE: _powershell,
}


def _sections(message: str, labels: Labels) -> dict[str, str]:
    r"""Read `Section:` and indented `Label:\tvalue` lines; further indented lines continue a value."""
    parts: dict[str, list[str]] = {}
    section = name = ""
    for line in _lines(message):
        label, colon, value = line.strip()[: _LONGEST_LABEL * 2].partition(":")
        label = label.strip() if colon and len(label) <= _LONGEST_LABEL else ""
        indented = line[:1] in {"\t", " "}
        if not indented and label in labels and not value.strip():
            section, name = label, ""
            continue
        field = labels.get(section if indented else "", {}).get(label, "")
        if field and field not in parts:
            name = field
            parts[name] = [line.partition(":")[2].strip()]
        elif name in _QUOTED or (name and indented and (not label or line[1:2] == "\t")):
            parts[name].append(line)
        else:
            name = ""
            section = section if indented or not line.strip() else ""
    return {field: _value(field, lines) for field, lines in parts.items()}


def _value(field: str, lines: list[str]) -> str:
    codes = CODES.get(field)
    if codes:
        lines = [line.replace(line.strip(), codes.get(line.strip(), line.strip())) for line in lines]
    value = "\r\n".join(lines).rstrip()
    return value.lower() if value.startswith("0x") else value


def _lines(message: str) -> list[str]:
    return message.replace("\r\n", "\n").split("\n")
