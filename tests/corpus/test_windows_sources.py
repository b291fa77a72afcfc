"""Every recorded Windows event is recognised, routed, dated, and gives rules the fields they name."""

import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from tocsin.errors import DataError
from tocsin.model.event import ABSENT, Fields, first, get
from tocsin.model.logsource import LogSource, applies
from tocsin.ports.source import Route, Source
from tocsin.sources import catalog
from tocsin.sources.moment import to_epoch
from tocsin.sources.windows.channels import SERVICES
from tocsin.sources.windows.rendered import from_message
from tocsin.sources.windows.routing import channel_of
from tocsin.sources.windows_evtx.reader import records

pytestmark = pytest.mark.corpus

EVTX = catalog()["windows_evtx"]
FLAT = catalog()["windows_flat"]
SERVICE_OF = {channel: service for service, channels in SERVICES.items() for channel in channels}
# What a recorder adds around the event's own data, or renames in it.
AROUND = {
    "AccountName",
    "AccountType",
    "ActivityID",
    "Category",
    "Channel",
    "Domain",
    "EventID",
    "EventReceivedTime",
    "EventTime",
    "EventType",
    "EventTypeOrignal",
    "ExecutionProcessID",
    "Hostname",
    "Keywords",
    "Level",
    "Message",
    "Opcode",
    "OpcodeValue",
    "ProcessID",
    "ProcessId",
    "ProviderGuid",
    "RecordNumber",
    "RelatedActivityID",
    "Severity",
    "SeverityValue",
    "SourceModuleName",
    "SourceModuleType",
    "SourceName",
    "Task",
    "ThreadID",
    "TimeCreated",
    "UserID",
    "Version",
    "@timestamp",
    "@version",
    "host",
    "port",
    "tags",
    "type",
}


def routed(source: Source, fields: Fields) -> Route:
    return source.route(tuple(get(fields, path) for path in source.route_by))


def check(source: Source, record: bytes, fields: Fields, channel: str | None) -> None:
    scores = {name: one.recognise(record, fields) for name, one in catalog().items()}
    assert max(scores, key=lambda name: scores[name]) == source.name
    when = to_epoch(first(fields, source.time))
    assert when is not None
    assert 1.5e9 < when < 1.8e9
    route = routed(source, fields)
    if channel is not None:
        service = SERVICE_OF[channel.lower()]
        assert applies(LogSource("windows", None, service), route.logsources), (channel, route)


def otrf(corpus: Path) -> Iterator[tuple[str, bytes]]:
    for archive in sorted((corpus / "otrf").rglob("*.zip")):
        if "/windows/" not in str(archive) and "/compound/" not in str(archive):
            continue
        with zipfile.ZipFile(archive) as opened:
            for name in opened.namelist():
                if name.endswith(".json") and "__MACOSX" not in name:
                    lines = opened.read(name).splitlines()
                    yield from ((name, line) for line in lines if line.startswith(b"{"))


def test_otrf_recordings(corpus: Path) -> None:
    count = 0
    for _, line in otrf(corpus):
        fields = orjson.loads(line)
        check(FLAT, line, fields, fields["Channel"])
        count += 1
    assert count > 80_000


def test_flattened_mitre_recordings(corpus: Path) -> None:
    for line in (corpus / "evtx-mitre-cc0" / "events.ndjson").read_bytes().splitlines():
        fields = orjson.loads(line)
        channel = fields.get("Channel")
        check(FLAT, line, fields, channel if str(channel).lower() in SERVICE_OF else None)


def test_evtx_files(corpus: Path) -> None:
    count = 0
    for path in sorted(corpus.rglob("*.evtx")):
        for record in records(BytesIO(path.read_bytes())):
            assert isinstance(record, bytes), (path, record)
            fields = EVTX.parse(record)
            check(EVTX, record, fields, get(fields, "Event.System.Channel"))
            count += 1
    assert count > 180


def test_rendered_messages_say_what_the_fields_say(corpus: Path) -> None:
    """The recordings carry both; parsing the message alone must give the recorded fields back."""
    same: Counter[str] = Counter()
    differ: Counter[str] = Counter()
    for _, line in otrf(corpus):
        fields = orjson.loads(line)
        channel = channel_of(fields["Channel"], None, None)
        found = from_message(channel, fields["EventID"], fields.get("Message", ""))
        for name, value in fields.items():
            if name in found and name not in AROUND:
                equal = " ".join(str(value).split()).lower() == " ".join(found[name].split()).lower()
                (same if equal else differ)[channel] += 1
    for channel in (
        "security",
        "microsoft-windows-sysmon/operational",
        "microsoft-windows-powershell/operational",
    ):
        assert same[channel] > 500
        assert differ[channel] <= 0.01 * same[channel] + 5 or channel.endswith("powershell/operational")


def fields_named(detection: Any) -> Iterator[str]:
    if isinstance(detection, dict):
        yield from (str(name).split("|")[0] for name in detection if not str(name).startswith("|"))
    elif isinstance(detection, list):
        for one in detection:
            yield from fields_named(one)


@pytest.fixture(scope="module")
def rules(sigmahq: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in sigmahq.rglob("*.yml"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("id: "):
                found[line[4:].strip()] = path
                break
    return found


def events_of(folder: Path) -> Iterator[Fields]:
    for path in folder.glob("*.evtx"):
        for record in records(BytesIO(path.read_bytes())):
            assert isinstance(record, bytes)
            yield EVTX.parse(record)
    for path in folder.glob("*.json"):
        yield from documents(path.read_text(encoding="utf-8-sig"))


def documents(text: str) -> Iterator[Fields]:
    """The published JSON is one document a file, several behind one another, or a list."""
    decoder = json.JSONDecoder()
    at = 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        value, at = decoder.raw_decode(text, at)
        yield from value if isinstance(value, list) else [value]


def test_published_regression_rules(corpus: Path, rules: dict[str, Any]) -> None:
    base = corpus / "sigma-regression"
    expected = [orjson.loads(line) for line in (base / "expected.ndjson").read_bytes().splitlines()]
    assert len(expected) == 87
    for case in expected:
        path = rules[case["rule_id"]]
        rule = next(yaml.load_all(path.read_bytes(), Loader=yaml.CSafeLoader))
        said = rule["logsource"]
        wanted = LogSource(said.get("product"), said.get("category"), said.get("service"))
        events = list(events_of(base / case["dir"]))
        applying = [fields for fields in events if applies(wanted, routed(EVTX, fields).logsources)]
        assert len(applying) >= (case["match_count"] or 1), path
        names = {
            name for key, one in rule["detection"].items() if key != "condition" for name in fields_named(one)
        }
        for fields in applying:
            check_fields(fields, names)


def check_fields(fields: Fields, names: set[str]) -> None:
    route = routed(EVTX, fields)
    event = fields["Event"]
    parts = [event.get("EventData"), event["System"], *(event.get("UserData") or {}).values()]
    own = {name: part[name] for part in reversed(parts) if isinstance(part, dict) for name in part}
    for name in names & set(own):
        value = first(fields, EVTX.paths(name, route))
        assert value is not ABSENT, name
        # A place with a wildcard gives a list of what it found.
        assert value in (own[name], [own[name]])


def damaged(corpus: Path) -> bytes:
    return max((corpus / "evtx-mitre-cc0" / "raw").glob("*.evtx"), key=lambda path: path.name).read_bytes()


def read(path: Path, content: bytes) -> tuple[int, list[str]]:
    path.write_bytes(content)
    found = list(records(BytesIO(path.read_bytes())))
    reasons = [one.reason for one in found if isinstance(one, DataError)]
    return len(found) - len(reasons), reasons


def test_cut_and_damaged_files_give_what_can_be_read(corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "damaged.evtx"
    whole = damaged(corpus)
    count, reasons = read(path, whole)
    assert count > 0
    assert reasons == []

    second = whole.index(b"**\0\0", whole.index(b"**\0\0") + 8)
    assert read(path, whole[:second])[0] == 1
    assert "EVTX file cut short" in read(path, whole[:second])[1]
    assert read(path, whole[:4096]) == (0, ["EVTX file cut short"])
    assert read(path, whole[:100]) == (0, ["EVTX file cut short"])

    flipped = bytearray(whole)
    flipped[second + 30 : second + 60] = b"\xff" * 30
    assert read(path, bytes(flipped)) == (count - 1, ["damaged EVTX chunk", "damaged EVTX record"])

    no_magic = bytearray(whole)
    no_magic[4096] = 0
    assert read(path, bytes(no_magic) + whole[4096:]) == (count, ["damaged EVTX chunk"])

    unused = whole + b"\0" * 65536
    assert read(path, unused) == (count, [])


def test_lists_that_lead_back_into_themselves_end(corpus: Path, tmp_path: Path) -> None:
    """A name or template whose next one is itself makes the parser under us loop for ever."""
    whole = bytearray(damaged(corpus))
    for head in range(4096 + 128, 4096 + 512, 4):
        offset = int.from_bytes(whole[head : head + 4], "little")
        if offset:
            whole[4096 + offset : 4096 + offset + 4] = offset.to_bytes(4, "little")
    _, reasons = read(tmp_path / "loop.evtx", bytes(whole))
    assert "damaged EVTX chunk" in reasons
