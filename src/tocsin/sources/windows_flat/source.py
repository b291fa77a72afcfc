"""Windows events with all fields on the top level: nxlog, OTRF, Azure, Splunk and flattening converters."""

from tocsin.model.event import ABSENT, Fields, Value
from tocsin.ports.source import Kind, Route
from tocsin.sources.json_record import parse_object
from tocsin.sources.windows.names import normalised
from tocsin.sources.windows.rendered import WITNESSES, complete, packed
from tocsin.sources.windows.routing import event_number, route
from tocsin.sources.windows.shape import WindowsSource

_CHANNEL = ("Channel", "EventLog", "LogName")
_EVENT_ID = ("EventID", "EventCode")
_PROVIDER = ("Provider_Name", "SourceName", "EventSourceName", "ProviderName", "Source")
_HOST = ("Computer", "Hostname", "ComputerName", "MachineName")
_MESSAGE = ("Message", "message", "RenderedDescription")


def _recognise(_: bytes, fields: Fields | None) -> int:
    if fields is None or event_number(_one(fields, _EVENT_ID)) is None:
        return 0
    if isinstance(_one(fields, _CHANNEL), str):
        return 92
    return 85 if isinstance(_one(fields, _PROVIDER), str) else 0


def _one(fields: Fields, names: tuple[str, ...]) -> Value:
    return next((fields[name] for name in names if name in fields), None)


def _parse(record: bytes) -> Fields:
    fields = parse_object(record)
    if not packed(fields):
        return fields
    return complete(
        fields,
        channel=_one(fields, _CHANNEL),
        event_id=_one(fields, _EVENT_ID),
        provider=_one(fields, _PROVIDER),
    )


def _route(values: tuple[Value, ...]) -> Route:
    channels, ids = len(_CHANNEL), len(_CHANNEL) + len(_EVENT_ID)
    return route(_present(values[:channels]), _present(values[channels:ids]), _present(values[ids:]))


def _present(values: tuple[Value, ...]) -> Value:
    return next((value for value in values if value is not ABSENT), None)


SOURCE = WindowsSource(
    name="windows_flat",
    title="Windows event log (flat JSON)",
    kind=Kind.JSON,
    accounts="host",
    parse=_parse,
    recognise=_recognise,
    marks=_EVENT_ID,
    route=_route,
    route_by=(*_CHANNEL, *_EVENT_ID, *_PROVIDER),
    glance=("Channel", "EventID"),
    witnesses=WITNESSES,
    instead={
        # nxlog has names of its own that hide the event's: it keeps those under another name.
        "EventType": ("EventTypeOrignal",),
        "SourceName": ("Source Name",),
    },
    envelope={
        "Channel": _CHANNEL,
        "EventLog": _CHANNEL,
        "LogName": _CHANNEL,
        "EventID": _EVENT_ID,
        "EventCode": _EVENT_ID,
        "Provider_Name": _PROVIDER,
        "ProviderName": _PROVIDER,
        "SourceName": _PROVIDER,
        "Provider_Guid": ("ProviderGuid",),
        "ProviderGuid": ("Provider_Guid",),
        "Computer": _HOST,
        "ComputerName": _HOST,
        "Hostname": _HOST,
        "Message": _MESSAGE,
        "Level": ("EventLevel",),
        "RecordNumber": ("EventRecordID",),
        "EventRecordID": ("RecordNumber",),
        "UserID": ("Security_UserID",),
        "Security_UserID": ("UserID",),
        "Execution_ProcessID": ("ExecutionProcessID",),
        "Execution_ThreadID": ("ThreadID",),
        "Correlation_ActivityID": ("ActivityID",),
    },
    normalised=normalised(
        ("",),
        {
            "event.code": _EVENT_ID,
            "event.provider": _PROVIDER,
            "host.name": _HOST,
            "winlog.channel": _CHANNEL,
            "winlog.record_id": ("EventRecordID", "RecordNumber"),
        },
    ),
    # Sysmon's UtcTime is the only time that every shipper leaves alone; the others are, by shipper, the
    # event's, its arrival's, or local without a zone: hence this order.
    time=("UtcTime", "SystemTime", "TimeGenerated", "@timestamp", "TimeCreated", "EventTime", "_time"),
    # EventRecordID counts within one log of one host: it does not tell two events apart.
    id=(),
)
