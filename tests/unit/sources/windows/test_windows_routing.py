"""Channel and event id decide the route; nothing hostile breaks or grows it."""

import pytest
from sigma.pipelines.common import windows_logsource_mapping

from tocsin.model.event import ABSENT, Fields, first
from tocsin.model.logsource import LogSource, applies
from tocsin.sources import catalog
from tocsin.sources.windows.categories import CATEGORIES
from tocsin.sources.windows.channels import SERVICES
from tocsin.sources.windows.routing import event_number, route

SYSMON = "Microsoft-Windows-Sysmon/Operational"


def categories(channel: str, event_id: int) -> set[str | None]:
    return {declared.category for declared in route(channel, event_id, None).logsources}


@pytest.mark.parametrize(
    ("channel", "event_id", "expected"),
    [
        (SYSMON, 1, {"process_creation"}),
        (SYSMON, 12, {"registry_event", "registry_add", "registry_delete"}),
        (SYSMON, 18, {"pipe_created"}),
        (SYSMON, 26, {"file_delete", "file_delete_detected"}),
        (SYSMON, 4242, {None}),
        ("Security", 4688, {"process_creation"}),
        ("Security", 4624, {None}),
        ("Windows PowerShell", 400, {"ps_classic_start"}),
        ("PowerShellCore/Operational", 4104, {"ps_script"}),
    ],
)
def test_categories(channel: str, event_id: int, expected: set[str | None]) -> None:
    assert categories(channel, event_id) == expected


def test_channel_is_compared_without_case() -> None:
    assert route("SECURITY", 4688, None) is route("security", 4688, None)


def test_service_rules_apply_to_events_with_a_category() -> None:
    assert applies(LogSource("windows", None, "sysmon"), route(SYSMON, 27, None).logsources)
    assert not applies(LogSource("windows", None, "security"), route(SYSMON, 1, None).logsources)


@pytest.mark.parametrize(
    ("channel", "provider", "event_id", "service"),
    [
        (ABSENT, "Microsoft-Windows-Sysmon", 1, "sysmon"),
        (None, "Service Control Manager", 7045, "system"),
        ("", "Microsoft-Windows-Eventlog", 1102, "security"),
        (None, "Microsoft-Windows-Eventlog", 104, "system"),
        ("ForwardedEvents", "Microsoft-Windows-Security-Auditing", 4624, "security"),
    ],
)
def test_provider_tells_the_channel_where_none_is_named(
    channel: object, provider: str, event_id: int, service: str
) -> None:
    assert applies(LogSource("windows", None, service), route(channel, event_id, provider).logsources)


def test_unknown_channels_are_still_windows() -> None:
    assert route("Example/Debug", 1, None).logsources == (LogSource("windows"),)


@pytest.mark.parametrize(
    "junk", [None, ABSENT, True, 1.5, float("nan"), float("inf"), [], {}, "x" * 10**6, "١٢", b"1"]
)
def test_hostile_values_give_the_plain_route(junk: object) -> None:
    assert route(junk, junk, junk).logsources == (LogSource("windows"),)
    assert route("Security", junk, junk).logsources == (LogSource("windows", None, "security"),)


@pytest.mark.parametrize(
    ("value", "number"),
    [(4688, 4688), ("4688", 4688), (4688.0, 4688), ({"#text": "7045"}, 7045), (True, None), ("9" * 11, None)],
)
def test_event_number(value: object, number: int | None) -> None:
    assert event_number(value) == number


def test_services_agree_with_the_published_mapping() -> None:
    for service, published in windows_logsource_mapping.items():
        channels = [published] if isinstance(published, str) else published
        assert {channel.lower() for channel in channels} <= set(SERVICES[service]), service


def test_all_names_are_lower_case() -> None:
    names = {channel for channels in SERVICES.values() for channel in channels} | set(CATEGORIES)
    assert all(name == name.lower() for name in names)


PROCESS = {
    "SubjectUserName": "ana",
    "NewProcessName": "C:\\a.exe",
    "ProcessId": "0x1",
    "MandatoryLabel": "S-1-16-12288",
}
SHAPES: dict[str, Fields] = {
    "windows_evtx": {"Event": {"System": {"Channel": "Security", "EventID": 4688}, "EventData": PROCESS}},
    "windows_flat": {"Channel": "security", "EventID": "4688", **PROCESS},
    "windows_winlogbeat": {"winlog": {"channel": "Security", "event_id": 4688, "event_data": PROCESS}},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_process_creation_by_audit_reads_like_sysmon(shape: str) -> None:
    source, fields = catalog()[shape], SHAPES[shape]
    found = source.route(tuple(first(fields, (path,)) for path in source.route_by))
    assert found.values["IntegrityLevel"]["high"] == "S-1-16-12288"
    for name, value in {
        "Image": "C:\\a.exe",
        "User": "ana",
        "ParentProcessId": "0x1",
        "Channel": None,
    }.items():
        got = first(fields, source.paths(name, found))
        assert got == value or (value is None and str(got).lower() == "security")


def test_wrapped_ids_and_strings_of_evtx_are_unwrapped() -> None:
    source = catalog()["windows_evtx"]
    system = {"Channel": "Windows PowerShell", "EventID": {"#text": 400, "#attributes": {"Qualifiers": 0}}}
    fields: Fields = {"Event": {"System": system, "EventData": {"Data": {"#text": ["a", "b"]}}}}
    found = source.route(tuple(first(fields, (path,)) for path in source.route_by))
    assert [declared.category for declared in found.logsources] == ["ps_classic_start"]
    assert first(fields, source.paths("EventID", found)) == 400
    assert first(fields, source.paths("Data", found)) == ["a", "b"]


def test_nxlog_event_type_is_the_events_own() -> None:
    source = catalog()["windows_flat"]
    fields: Fields = {"Channel": SYSMON, "EventID": 12, "EventType": "INFO", "EventTypeOrignal": "DeleteKey"}
    assert first(fields, source.paths("EventType", route(SYSMON, 12, None))) == "DeleteKey"
