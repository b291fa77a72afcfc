"""Sysmon's and Security's names -> the ECS fields that Winlogbeat's modules move their values to."""

from collections.abc import Mapping

from tocsin.model.event import Path
from tocsin.sources.windows.names import DATA

SAME_IN_ECS = tuple(DATA)
"""Every name we normalise to is Winlogbeat's own name for it."""

ECS: Mapping[str, tuple[Path, ...]] = {
    "CommandLine": ("process.command_line",),
    "Company": ("process.pe.company", "file.pe.company"),
    "CurrentDirectory": ("process.working_directory",),
    "Description": ("process.pe.description", "file.pe.description"),
    "DestinationHostname": ("destination.domain",),
    "DestinationIp": ("destination.ip",),
    "DestinationPort": ("destination.port",),
    "Details": ("registry.data.strings",),
    "FileVersion": ("process.pe.file_version", "file.pe.file_version"),
    "Image": ("process.executable",),
    "ImageLoaded": ("dll.path", "file.path"),
    "Imphash": ("process.pe.imphash", "file.pe.imphash", "dll.pe.imphash", "process.hash.imphash"),
    "IpAddress": ("source.ip",),
    "IpPort": ("source.port",),
    "NewProcessId": ("process.pid",),
    "NewProcessName": ("process.executable",),
    "OriginalFileName": ("process.pe.original_file_name", "file.pe.original_file_name"),
    "ParentCommandLine": ("process.parent.command_line",),
    "ParentImage": ("process.parent.executable",),
    "ParentProcessId": ("process.parent.pid",),
    "ParentProcessName": ("process.parent.executable",),
    "Path": ("file.path",),
    "PipeName": ("file.name",),
    "ProcessGuid": ("process.entity_id",),
    "ProcessId": ("process.pid",),
    "ProcessName": ("process.executable",),
    "Product": ("process.pe.product", "file.pe.product"),
    "Protocol": ("network.transport",),
    "QueryName": ("dns.question.name",),
    "RuleName": ("rule.name",),
    "ScriptBlockText": ("powershell.file.script_block_text",),
    "Signature": ("file.code_signature.subject_name", "dll.code_signature.subject_name"),
    "SignatureStatus": ("file.code_signature.status", "dll.code_signature.status"),
    "Signed": ("file.code_signature.signed", "dll.code_signature.signed"),
    "SourceHostname": ("source.domain",),
    "SourceImage": ("process.executable",),
    "SourceIp": ("source.ip",),
    "SourcePort": ("source.port",),
    "SubjectUserName": ("user.name",),
    "SubjectUserSid": ("user.id",),
    "TargetFilename": ("file.path",),
    "TargetObject": ("registry.path",),
    "User": ("user.name",),
    "UtcTime": ("@timestamp",),
    "md5": ("process.hash.md5", "file.hash.md5", "dll.hash.md5", "hash.md5"),
    "sha1": ("process.hash.sha1", "file.hash.sha1", "dll.hash.sha1", "hash.sha1"),
    "sha256": ("process.hash.sha256", "file.hash.sha256", "dll.hash.sha256", "hash.sha256"),
}
