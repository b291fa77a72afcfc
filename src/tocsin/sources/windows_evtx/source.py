"""Windows events as the `evtx` package writes them: {"Event": {"System": …, "EventData": …}}."""

from tocsin.model.event import ABSENT, Fields, Value
from tocsin.ports.source import Kind, Route, Unpack
from tocsin.sources.json_record import parse_object
from tocsin.sources.windows.names import normalised
from tocsin.sources.windows.routing import route
from tocsin.sources.windows.shape import WindowsSource
from tocsin.sources.windows_evtx import reader

_DATA = ("Event.EventData.", "Event.UserData.*.")
_PROVIDER = ("Event.System.Provider.#attributes.Name", "Event.System.Provider_attributes.Name")
_TIME = (
    "Event.System.TimeCreated.#attributes.SystemTime",
    "Event.System.TimeCreated_attributes.SystemTime",
)
_HOST = ("Event.System.Computer",)


def _recognise(_: bytes, fields: Fields | None) -> int:
    event = fields.get("Event") if fields is not None else None
    system = event.get("System") if isinstance(event, dict) else None
    if not isinstance(system, dict) or "EventID" not in system:
        return 0
    return 98 if "Provider" in system or "Channel" in system else 60


def _route(values: tuple[Value, ...]) -> Route:
    channel, wrapped, plain, *providers = values
    event_id = plain if wrapped is ABSENT else wrapped
    return route(channel, event_id, next((name for name in providers if name is not ABSENT), None))


SOURCE = WindowsSource(
    name="windows_evtx",
    title="Windows event log (EVTX)",
    kind=Kind.JSON,
    accounts="host",
    parse=parse_object,
    recognise=_recognise,
    marks=("System",),
    route=_route,
    # An id with qualifiers is an object, {"#text": 7045, "#attributes": {"Qualifiers": 16384}}.
    route_by=("Event.System.Channel", "Event.System.EventID.#text", "Event.System.EventID", *_PROVIDER),
    roots=("Event.EventData.", "Event.System.", "Event.UserData.*."),
    unpack=Unpack(reader.opens, reader.records),
    instead={
        # What the route knows comes first: rules on it are then settled when they are compiled.
        "Channel": ("Event.System.Channel",),
        "EventID": ("Event.System.EventID.#text", "Event.System.EventID"),
        "Data": ("Event.EventData.Data.#text",),
    },
    envelope={
        "Provider_Name": _PROVIDER,
        "ProviderName": _PROVIDER,
        "SourceName": _PROVIDER,
        "Source": _PROVIDER,
        "Provider_Guid": ("Event.System.Provider.#attributes.Guid",),
        "ProviderGuid": ("Event.System.Provider.#attributes.Guid",),
        "EventLog": ("Event.System.Channel",),
        "LogName": ("Event.System.Channel",),
        "EventCode": ("Event.System.EventID.#text", "Event.System.EventID"),
        "ComputerName": _HOST,
        "Hostname": _HOST,
        "Qualifiers": ("Event.System.EventID.#attributes.Qualifiers",),
        "RecordNumber": ("Event.System.EventRecordID",),
        "UserID": ("Event.System.Security.#attributes.UserID",),
        "Security_UserID": ("Event.System.Security.#attributes.UserID",),
        "Execution_ProcessID": ("Event.System.Execution.#attributes.ProcessID",),
        "Execution_ThreadID": ("Event.System.Execution.#attributes.ThreadID",),
        "Correlation_ActivityID": ("Event.System.Correlation.#attributes.ActivityID",),
        "TimeCreated": _TIME,
    },
    normalised=normalised(
        _DATA,
        {
            "event.code": ("Event.System.EventID.#text", "Event.System.EventID"),
            "event.provider": _PROVIDER,
            "host.name": _HOST,
            "winlog.channel": ("Event.System.Channel",),
            "winlog.record_id": ("Event.System.EventRecordID",),
        },
    ),
    time=_TIME,
    # EventRecordID counts within one log of one host: it does not tell two events apart.
    id=(),
)
