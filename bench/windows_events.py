"""Made-up Windows events in the flat shape of nxlog: Sysmon, Security, PowerShell and System."""

from collections.abc import Callable

import orjson

from world import World

_SYSMON = "Microsoft-Windows-Sysmon/Operational"
_SYSTEM = ("RuntimeBroker.exe", "SearchIndexer.exe", "taskhostw.exe", "dllhost.exe", "sihost.exe")
_FOLDERS = (
    r"C:\Program Files\Vendor\{}",
    r"C:\Program Files\{}\{}",
    r"C:\Users\{}\AppData\Local\{}",
    r"D:\{}\{}",
)
_PROGRAMS = ("chrome.exe", "msedge.exe", "git.exe", "java.exe", "Teams.exe", "Code.exe", "node.exe")
_KEYS = (
    r"HKLM\SYSTEM\CurrentControlSet\Services\{}\Parameters\{}",
    r"HKU\S-1-5-21-{}\Software\Vendor\{}",
    r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Profile\{}\{}",
)
Fields = dict[str, object]


def _image(world: World) -> str:
    if world.random.random() < 0.4:
        return f"C:\\Windows\\System32\\{world.pick(_SYSTEM)}"
    folder = world.pick(_FOLDERS).format(world.pick(world.users), world.word())
    program = world.pick(_PROGRAMS) if world.random.random() < 0.6 else f"{world.word()}.exe"
    return f"{folder}\\{program}"


def _process(world: World) -> Fields:
    image, parent = _image(world), _image(world)
    return {
        "Image": image,
        "OriginalFileName": image.rpartition("\\")[2],
        "CommandLine": f'"{image}" --type={world.word()} --profile={world.uuid()} --port={world.number(1, 65536)}',
        "CurrentDirectory": f"C:\\Users\\{world.pick(world.users)}\\{world.word()}\\",
        "Hashes": f"SHA1={world.hex(40).upper()},MD5={world.hex(32).upper()},IMPHASH={world.hex(32).upper()}",
        "ParentImage": parent,
        "ParentCommandLine": f'"{parent}" -k {world.word()} -s {world.hex(6)}',
        "IntegrityLevel": world.pick(("Medium", "System", "High")),
        "Company": "Vendor",
        "Description": world.word(),
        "Product": world.word(),
        "LogonId": f"0x{world.hex(6)}",
    }


def _connection(world: World) -> Fields:
    return {
        "Image": _image(world),
        "Protocol": "tcp",
        "Initiated": "true",
        "SourceIp": world.pick(world.addresses),
        "SourcePort": world.number(1024, 65536),
        "DestinationIp": world.pick(world.addresses),
        "DestinationHostname": f"{world.word()}.{world.word()}.example.com",
        "DestinationPort": world.pick(("443", "80", "53", "8443", "5432")),
    }


def _image_loaded(world: World) -> Fields:
    return {
        "Image": _image(world),
        "ImageLoaded": f"C:\\Windows\\System32\\{world.word()}.dll",
        "Hashes": f"SHA1={world.hex(40).upper()},MD5={world.hex(32).upper()}",
        "Signed": "true",
        "Signature": "Vendor Ltd",
        "SignatureStatus": "Valid",
    }


def _access(world: World) -> Fields:
    trace = "|".join(f"C:\\Windows\\SYSTEM32\\{world.word()}.dll+{world.hex(5)}" for _ in range(6))
    return {
        "SourceImage": _image(world),
        "TargetImage": _image(world),
        "GrantedAccess": world.pick(("0x1000", "0x1400", "0x3000")),
        "CallTrace": trace,
    }


def _file(world: World) -> Fields:
    name = f"C:\\Users\\{world.pick(world.users)}\\AppData\\Local\\{world.word()}\\{world.hex(12)}.tmp"
    return {"Image": _image(world), "TargetFilename": name}


def _registry(world: World) -> Fields:
    return {
        "Image": _image(world),
        "EventType": "SetValue",
        "TargetObject": world.pick(_KEYS).format(world.word(), world.hex(8)),
        "Details": f"DWORD (0x{world.hex(8)})",
    }


def _query(world: World) -> Fields:
    name = f"{world.word()}.{world.word()}.example.com"
    return {
        "Image": _image(world),
        "QueryName": name,
        "QueryResults": f"::ffff:{world.address()};",
        "QueryStatus": "0",
    }


def _logon(world: World) -> Fields:
    return {
        "TargetUserName": world.pick(world.users),
        "TargetUserSid": f"S-1-5-21-1-2-3-{world.number(1000, 9000)}",
        "LogonType": world.pick(("3", "5", "2", "7")),
        "LogonProcessName": "Kerberos",
        "AuthenticationPackageName": "Kerberos",
        "IpAddress": f"10.{world.number(0, 4)}.{world.number(0, 256)}.{world.number(1, 255)}",
        "IpPort": str(world.number(1024, 65536)),
        "WorkstationName": world.pick(world.hosts),
        "LogonGuid": f"{{{world.uuid().upper()}}}",
    }


def _object(world: World) -> Fields:
    return {
        "SubjectUserName": world.pick(world.users),
        "ObjectType": "File",
        "ObjectName": f"D:\\Shares\\{world.word()}\\{world.word()}-{world.hex(6)}.docx",
        "AccessMask": "0x1",
        "ProcessName": _image(world),
    }


def _script(world: World) -> Fields:
    lines = "\n".join(f"Set-Variable -Name {world.word()} -Value '{world.hex(16)}'" for _ in range(12))
    return {"ScriptBlockText": lines, "ScriptBlockId": world.uuid(), "MessageNumber": 1, "MessageTotal": 1}


def _service(world: World) -> Fields:
    return {"param1": f"{world.word()} Service", "param2": world.pick(("running", "stopped"))}


_KINDS: tuple[tuple[float, str, int, Callable[[World], Fields]], ...] = (
    (0.15, _SYSMON, 1, _process),
    (0.27, _SYSMON, 3, _connection),
    (0.37, _SYSMON, 7, _image_loaded),
    (0.45, _SYSMON, 10, _access),
    (0.57, _SYSMON, 11, _file),
    (0.70, _SYSMON, 13, _registry),
    (0.76, _SYSMON, 22, _query),
    (0.88, "Security", 4624, _logon),
    (0.95, "Security", 4663, _object),
    (0.98, "Microsoft-Windows-PowerShell/Operational", 4104, _script),
    (1.00, "System", 7036, _service),
)
"""(share of all, summed up; channel; event id; its fields)."""


def windows(world: World) -> bytes:
    """Return one event: nearly every one holds values that never came before."""
    at = world.random.random()
    _, channel, number, fields = next(kind for kind in _KINDS if at < kind[0])
    when, host = world.now(), world.pick(world.hosts)
    return orjson.dumps(
        {
            "EventTime": when.strftime("%Y-%m-%d %H:%M:%S"),
            "Hostname": f"{host}.corp.example.com",
            "Keywords": -9223372036854775808,
            "EventType": "INFO",
            "SeverityValue": 2,
            "Severity": "INFO",
            "EventID": number,
            "SourceName": channel.partition("/")[0],
            "ProviderGuid": "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}",
            "Version": 5,
            "RecordNumber": world.random.getrandbits(31),
            "ThreadID": world.number(100, 9000),
            "Channel": channel,
            "AccountName": "SYSTEM",
            "UserID": "S-1-5-18",
            "RuleName": "-",
            "UtcTime": when.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3],
            "ProcessGuid": f"{{{world.uuid()}}}",
            "ProcessId": str(world.number(100, 30000)),
            "User": f"CORP\\{world.pick(world.users)}",
            **fields(world),
        }
    )
