"""Texts that a rendered message shows for the codes an event's data holds (`%%1538`): tables."""

from collections.abc import Mapping

_ACCESSES = {
    "DELETE": 1537,
    "READ_CONTROL": 1538,
    "WRITE_DAC": 1539,
    "WRITE_OWNER": 1540,
    "SYNCHRONIZE": 1541,
    "ACCESS_SYS_SEC": 1542,
    "ReadData (or ListDirectory)": 4416,
    "WriteData (or AddFile)": 4417,
    "AppendData (or AddSubdirectory or CreatePipeInstance)": 4418,
    "ReadEA": 4419,
    "WriteEA": 4420,
    "Execute/Traverse": 4421,
    "DeleteChild": 4422,
    "ReadAttributes": 4423,
    "WriteAttributes": 4424,
    "Query key value": 4432,
    "Set key value": 4433,
    "Create sub-key": 4434,
    "Enumerate sub-keys": 4435,
    "Notify about changes to keys": 4436,
    "Create Link": 4437,
    "Force process termination": 4480,
    "Create new thread in process": 4481,
    "Set process session ID": 4482,
    "Perform virtual memory operation": 4483,
    "Read from process memory": 4484,
    "Write to process memory": 4485,
    "Duplicate handle into or out of process": 4486,
    "Create a subprocess of process": 4487,
    "Set process quotas": 4488,
    "Set process information": 4489,
    "Query process information": 4490,
    "Set process termination port": 4491,
    "Control Access": 7688,
}
_INTEGRITY = {
    "Untrusted": 0,
    "Low": 4096,
    "Medium": 8192,
    "Medium Plus": 8448,
    "High": 12288,
    "System": 16384,
}

_ACCESS_CODES = {text: f"%%{code}" for text, code in _ACCESSES.items()}
_VALUE_TYPES = {
    "REG_NONE": "%%1872",
    "REG_SZ": "%%1873",
    "REG_EXPAND_SZ": "%%1874",
    "REG_BINARY": "%%1875",
    "REG_DWORD": "%%1876",
    "REG_MULTI_SZ": "%%1879",
    "REG_QWORD": "%%1883",
}

CODES: Mapping[str, Mapping[str, str]] = {
    "AccessList": _ACCESS_CODES,
    "AccessMask": _ACCESS_CODES,
    "Direction": {"Inbound": "%%14592", "Outbound": "%%14593"},
    "ElevatedToken": {"Yes": "%%1842", "No": "%%1843"},
    "FailureReason": {
        "An Error occured during Logon.": "%%2304",
        "Account locked out.": "%%2307",
        "Account currently disabled.": "%%2310",
        "Unknown user name or bad password.": "%%2313",
    },
    "ImpersonationLevel": {
        "Identification": "%%1832",
        "Impersonation": "%%1833",
        "Delegation": "%%1840",
    },
    "MandatoryLabel": {
        f"Mandatory Label\\{name} Mandatory Level": f"S-1-16-{code}" for name, code in _INTEGRITY.items()
    },
    "LayerName": {
        "Resource Assignment": "%%14608",
        "Listen": "%%14609",
        "Receive/Accept": "%%14610",
        "Connect": "%%14611",
    },
    "NewValueType": _VALUE_TYPES,
    "OldValueType": _VALUE_TYPES,
    "OperationType": {
        "New registry value created": "%%1904",
        "Existing registry value modified": "%%1905",
        "Registry value deleted": "%%1906",
    },
    "TokenElevationType": {
        "TokenElevationTypeDefault (1)": "%%1936",
        "TokenElevationTypeFull (2)": "%%1937",
        "TokenElevationTypeLimited (3)": "%%1938",
    },
    "VirtualAccount": {"Yes": "%%1842", "No": "%%1843"},
}
"""Field -> text of one line of its value -> code."""
