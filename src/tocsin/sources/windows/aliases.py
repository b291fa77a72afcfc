"""Which event field a rule's field name stands for, where the two differ: by channel and event id."""

from collections.abc import Mapping

from tocsin.model.event import Path
from tocsin.sources.windows.channels import DEFENDER, POWERSHELL_CLASSIC, SECURITY, SYSMON

Aliases = Mapping[str, tuple[Path, ...]]

HASHES: Aliases = {
    "Hash": ("Hashes",),
    "Hashes": ("Hash",),
    "md5": ("MD5",),
    "sha1": ("SHA1",),
    "sha256": ("SHA256",),
    "Imphash": ("IMPHASH", "imphash"),
}
"""Sysmon writes `Hashes`, but `Hash` in event 15; some shippers split them."""

_PROCESS_CREATED: Aliases = {
    "Image": ("NewProcessName",),
    "ParentImage": ("ParentProcessName",),
    "CommandLine": ("ProcessCommandLine",),
    "User": ("SubjectUserName",),
    "LogonId": ("SubjectLogonId",),
    "IntegrityLevel": ("MandatoryLabel",),
    "ParentProcessId": ("ProcessId",),
}
_PROCESS_ENDED: Aliases = {
    "Image": ("ProcessName",),
    "User": ("SubjectUserName",),
    "LogonId": ("SubjectLogonId",),
}
_REGISTRY_CHANGED: Aliases = {
    "Image": ("ProcessName",),
    "TargetObject": ("ObjectName",),
    "Details": ("NewValue",),
    "EventType": ("OperationType",),
    "User": ("SubjectUserName",),
    "LogonId": ("SubjectLogonId",),
}
_RENAMED_IN_DEFENDER = (
    "Action Name",
    "Category Name",
    "Detection User",
    "Error Code",
    "Feature Name",
    "New Value",
    "Old Value",
    "Origin Name",
    "Process Name",
    "Product Name",
    "Severity Name",
    "Source Name",
    "Threat ID",
    "Threat Name",
)
_DEFENDER: Aliases = {
    **{name.replace(" ", ""): (name,) for name in _RENAMED_IN_DEFENDER},
    **{name.replace(" ", "_"): (name,) for name in _RENAMED_IN_DEFENDER},
    "Signature": ("Threat Name", "ThreatName"),
    "Filename": ("Path",),
}
# The classic logs have no named fields: their strings are `Data`, and a shipper may keep only the text.
_CLASSIC: Aliases = {"Data": ("Message", "message")}

BY_CHANNEL: Mapping[str, Aliases] = {
    SYSMON: HASHES,
    DEFENDER: _DEFENDER,
    POWERSHELL_CLASSIC: _CLASSIC,
    "application": _CLASSIC,
    "system": _CLASSIC,
    "msexchange management": _CLASSIC,
}

BY_EVENT: Mapping[tuple[str, int], Aliases] = {
    (SECURITY, 4657): _REGISTRY_CHANGED,
    (SECURITY, 4688): _PROCESS_CREATED,
    (SECURITY, 4689): _PROCESS_ENDED,
}

_INTEGRITY = {
    "untrusted": "S-1-16-0",
    "low": "S-1-16-4096",
    "medium": "S-1-16-8192",
    "mediumplus": "S-1-16-8448",
    "medium plus": "S-1-16-8448",
    "high": "S-1-16-12288",
    "system": "S-1-16-16384",
    "protected": "S-1-16-20480",
}
# Sysmon writes a number as `DWORD (0x00000001)`, the Security log as `1`.
_NUMBERS = {f"dword (0x{number:08x})": str(number) for number in range(256)}

VALUES: Mapping[tuple[str, int], Mapping[str, Mapping[str, str]]] = {
    (SECURITY, 4657): {
        "Details": _NUMBERS,
        "EventType": {"setvalue": "%%1905", "deletevalue": "%%1906"},
    },
    (SECURITY, 4688): {"IntegrityLevel": _INTEGRITY},
}
"""A rule's exact value for a field -> what this event writes instead."""
