"""ECS name -> the names Windows events give the same thing in their data, best first."""

from collections.abc import Mapping

from tocsin.model.event import Path

DATA: Mapping[str, tuple[str, ...]] = {
    "destination.domain": ("DestinationHostname", "TargetServerName"),
    "destination.ip": ("DestinationIp", "DestAddress"),
    "destination.port": ("DestinationPort", "DestPort"),
    "dns.question.name": ("QueryName", "QNAME"),
    "file.path": ("TargetFilename", "ImageLoaded", "RelativeTargetName"),
    "network.transport": ("Protocol",),
    "powershell.file.script_block_text": ("ScriptBlockText",),
    "process.command_line": ("CommandLine", "ProcessCommandLine"),
    "process.entity_id": ("ProcessGuid", "SourceProcessGUID"),
    "process.executable": ("Image", "NewProcessName", "ProcessName", "SourceImage", "Application"),
    "process.parent.command_line": ("ParentCommandLine",),
    "process.parent.executable": ("ParentImage", "ParentProcessName"),
    # In 4688 ProcessId is the creator's; the new process has its own name for it.
    "process.pid": ("NewProcessId", "ProcessId", "SourceProcessId"),
    "process.working_directory": ("CurrentDirectory",),
    "registry.data.strings": ("Details",),
    "registry.path": ("TargetObject",),
    "rule.name": ("RuleName",),
    "service.name": ("ServiceName",),
    "source.domain": ("SourceHostname", "WorkstationName", "Workstation"),
    "source.ip": ("IpAddress", "SourceIp", "SourceAddress", "ClientAddress"),
    "source.port": ("IpPort", "SourcePort"),
    # Who acts; who is acted on (or logs on) is user.target.
    "user.domain": ("SubjectDomainName", "TargetDomainName"),
    "user.id": ("SubjectUserSid", "UserSid", "TargetUserSid"),
    "user.name": ("SubjectUserName", "User", "UserName", "TargetUserName", "SourceUser"),
    "user.target.domain": ("TargetDomainName",),
    "user.target.id": ("TargetUserSid", "TargetSid", "MemberSid"),
    "user.target.name": ("TargetUserName", "TargetUser"),
}


def normalised(
    roots: tuple[str, ...], envelope: Mapping[str, tuple[Path, ...]]
) -> dict[str, tuple[Path, ...]]:
    """Return where each ECS name is found: the shape's own places first, then the event's data."""
    data = {name: tuple(root + key for key in keys for root in roots) for name, keys in DATA.items()}
    return {name: envelope.get(name, ()) + data.get(name, ()) for name in sorted({*data, *envelope})}
