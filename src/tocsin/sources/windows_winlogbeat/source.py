"""Windows events as Winlogbeat ships them: `winlog.*` with ECS (7, 8) or `log_name`, `event_data` (6)."""

from tocsin.model.event import ABSENT, Fields, Value, get
from tocsin.ports.source import Kind, Route
from tocsin.sources.json_record import parse_object
from tocsin.sources.windows.names import normalised
from tocsin.sources.windows.routing import route
from tocsin.sources.windows.shape import WindowsSource
from tocsin.sources.windows_winlogbeat.ecs import ECS, SAME_IN_ECS

_CHANNEL = ("winlog.channel", "log_name", "winlog.log_name")
_EVENT_ID = ("winlog.event_id", "event_id", "event.code")
_PROVIDER = ("winlog.provider_name", "source_name", "event.provider")
_HOST = ("winlog.computer_name", "computer_name", "host.name", "beat.hostname")
_MESSAGE = ("message",)


def _recognise(_: bytes, fields: Fields | None) -> int:
    if fields is None:
        return 0
    if isinstance(fields.get("winlog"), dict) or "winlog.channel" in fields or "winlog.event_id" in fields:
        return 97
    if "log_name" in fields and "event_id" in fields:
        return 95
    return 80 if get(fields, "agent.type") == "winlogbeat" else 0


def _route(values: tuple[Value, ...]) -> Route:
    ids, providers = len(_CHANNEL), len(_CHANNEL) + len(_EVENT_ID)
    return route(_present(values[:ids]), _present(values[ids:providers]), _present(values[providers:]))


def _present(values: tuple[Value, ...]) -> Value:
    return next((value for value in values if value is not ABSENT), None)


SOURCE = WindowsSource(
    name="windows_winlogbeat",
    title="Windows event log (Winlogbeat)",
    kind=Kind.JSON,
    accounts="host",
    parse=parse_object,
    recognise=_recognise,
    marks=("winlog", "winlog.channel", "winlog.event_id", "log_name", '"winlogbeat"'),
    route=_route,
    route_by=(*_CHANNEL, *_EVENT_ID, *_PROVIDER),
    roots=("winlog.event_data.", "event_data.", "winlog.user_data.", "user_data.", "winlog.", ""),
    # What the route knows comes first: rules on it are then settled when they are compiled.
    instead={"Channel": _CHANNEL, "EventID": _EVENT_ID},
    envelope={
        "Channel": _CHANNEL,
        "EventLog": _CHANNEL,
        "LogName": _CHANNEL,
        "EventID": _EVENT_ID,
        "EventCode": _EVENT_ID,
        "Provider_Name": _PROVIDER,
        "ProviderName": _PROVIDER,
        "SourceName": _PROVIDER,
        "Source": _PROVIDER,
        "Computer": _HOST,
        "ComputerName": _HOST,
        "Hostname": _HOST,
        "Message": _MESSAGE,
        # Strings without a name arrive as event_data.param1 …, and as the text they are rendered into.
        "Data": _MESSAGE,
        "Level": ("winlog.level", "level", "log.level"),
        "Keywords": ("winlog.keywords", "keywords"),
        "RecordNumber": ("winlog.record_id", "record_number", "winlog.record_number"),
        "UserID": ("winlog.user.identifier", "user.identifier"),
        "Execution_ProcessID": ("winlog.process.pid", "process_id"),
        "Execution_ThreadID": ("winlog.process.thread.id", "thread_id"),
        **ECS,
    },
    normalised=normalised(
        ("winlog.event_data.", "event_data."),
        {
            **{name: (name,) for name in SAME_IN_ECS},
            "event.action": ("event.action",),
            "event.code": _EVENT_ID,
            "event.outcome": ("event.outcome",),
            "event.provider": _PROVIDER,
            "host.name": _HOST,
            "winlog.channel": _CHANNEL,
            "winlog.record_id": ("winlog.record_id", "record_number"),
        },
    ),
    time=("@timestamp", "winlog.event_data.UtcTime", "event_data.UtcTime"),
    # The record number counts within one log of one host: it does not tell two events apart.
    id=(),
)
