"""Which Sigma categories an event has, by channel and event id: the taxonomy of SigmaHQ as tables."""

from tocsin.sources.windows.channels import (
    DEFENDER,
    KERNEL_FILE,
    POWERSHELL,
    POWERSHELL_CLASSIC,
    POWERSHELL_CORE,
    SECURITY,
    SYSMON,
)

_SYSMON: dict[int, tuple[str, ...]] = {
    1: ("process_creation",),
    2: ("file_change",),
    3: ("network_connection",),
    4: ("sysmon_status",),
    5: ("process_termination",),
    6: ("driver_load",),
    7: ("image_load",),
    8: ("create_remote_thread",),
    9: ("raw_access_thread",),
    10: ("process_access",),
    11: ("file_event",),
    # One event id for a key made and a key deleted: rules tell them apart by EventType, where they care.
    12: ("registry_event", "registry_add", "registry_delete"),
    13: ("registry_event", "registry_set"),
    14: ("registry_event", "registry_rename"),
    15: ("create_stream_hash",),
    16: ("sysmon_status",),
    # Sigma has one category for a pipe made (17) and a pipe connected to (18).
    17: ("pipe_created",),
    18: ("pipe_created",),
    19: ("wmi_event",),
    20: ("wmi_event",),
    21: ("wmi_event",),
    22: ("dns_query",),
    23: ("file_delete",),
    24: ("clipboard_capture",),
    25: ("process_tampering",),
    26: ("file_delete", "file_delete_detected"),
    27: ("file_block_executable",),
    28: ("file_block_shredding",),
    29: ("file_executable_detected",),
    255: ("sysmon_error",),
}

# 5156 is not a network_connection: it names the program by its device path (\device\harddiskvolume2\…),
# which no rule's `C:\Program Files\` filter can recognise, so every filtered rule would fire on it.
_SECURITY: dict[int, tuple[str, ...]] = {
    4657: ("registry_event", "registry_set"),
    4688: ("process_creation",),
    4689: ("process_termination",),
}

_POWERSHELL: dict[int, tuple[str, ...]] = {4103: ("ps_module",), 4104: ("ps_script",)}

_ANTIVIRUS_IDS = (1006, 1007, 1008, 1015, 1116, 1117, 1118, 1119)

CATEGORIES: dict[str, dict[int, tuple[str, ...]]] = {
    SYSMON: _SYSMON,
    SECURITY: _SECURITY,
    POWERSHELL: _POWERSHELL,
    POWERSHELL_CORE: _POWERSHELL,
    POWERSHELL_CLASSIC: {
        400: ("ps_classic_start",),
        600: ("ps_classic_provider_start",),
        800: ("ps_classic_script",),
    },
    DEFENDER: dict.fromkeys(_ANTIVIRUS_IDS, ("antivirus",)),
    KERNEL_FILE: {12: ("file_access",), 19: ("file_rename",), 27: ("file_rename",)},
}
"""Channel in lower case -> event id -> categories."""
