"""Which Sigma service a Windows channel is, and which channel a provider writes to when none is named."""

SYSMON = "microsoft-windows-sysmon/operational"
SECURITY = "security"
POWERSHELL = "microsoft-windows-powershell/operational"
POWERSHELL_CORE = "powershellcore/operational"
POWERSHELL_CLASSIC = "windows powershell"
DEFENDER = "microsoft-windows-windows defender/operational"
KERNEL_FILE = "microsoft-windows-kernel-file/analytic"
FORWARDED = "forwardedevents"
"""A collector's own log: says nothing about what the event is."""

SERVICES: dict[str, tuple[str, ...]] = {
    "application": ("application",),
    "application-experience": (
        "microsoft-windows-application-experience/program-telemetry",
        "microsoft-windows-application-experience/program-compatibility-assistant",
    ),
    "applocker": (
        "microsoft-windows-applocker/exe and dll",
        "microsoft-windows-applocker/msi and script",
        "microsoft-windows-applocker/packaged app-deployment",
        "microsoft-windows-applocker/packaged app-execution",
    ),
    "appmodel-runtime": ("microsoft-windows-appmodel-runtime/admin",),
    "appxdeployment-server": ("microsoft-windows-appxdeploymentserver/operational",),
    "appxpackaging-om": ("microsoft-windows-appxpackaging/operational",),
    "bitlocker": ("microsoft-windows-bitlocker/bitlocker management",),
    "bits-client": ("microsoft-windows-bits-client/operational",),
    "capi2": ("microsoft-windows-capi2/operational",),
    "certificateservicesclient-lifecycle-system": (
        "microsoft-windows-certificateservicesclient-lifecycle-system/operational",
    ),
    "codeintegrity-operational": ("microsoft-windows-codeintegrity/operational",),
    "dhcp": ("microsoft-windows-dhcp-server/operational",),
    "diagnosis-scripted": ("microsoft-windows-diagnosis-scripted/operational",),
    "dns-client": ("microsoft-windows-dns client events/operational",),
    "dns-server": ("dns server",),
    "dns-server-analytic": ("microsoft-windows-dns-server/analytical",),
    "dns-server-audit": ("microsoft-windows-dns-server/audit",),
    "driver-framework": ("microsoft-windows-driverframeworks-usermode/operational",),
    "firewall-as": ("microsoft-windows-windows firewall with advanced security/firewall",),
    "hyper-v-worker": (
        "microsoft-windows-hyper-v-worker",
        "microsoft-windows-hyper-v-worker-admin",
        "microsoft-windows-hyper-v-worker-operational",
    ),
    "iis-configuration": ("microsoft-iis-configuration/operational",),
    "kernel-event-tracing": (
        "microsoft-windows-kernel-eventtracing",
        "microsoft-windows-kernel-eventtracing/admin",
    ),
    "kernel-shimengine": (
        "microsoft-windows-kernel-shimengine/operational",
        "microsoft-windows-kernel-shimengine/diagnostic",
    ),
    "ldap": ("microsoft-windows-ldap-client/debug",),
    "ldap_debug": ("microsoft-windows-ldap-client/debug",),
    "lsa-server": ("microsoft-windows-lsa/operational",),
    "microsoft-servicebus-client": (
        "microsoft-servicebus-client",
        "microsoft-servicebus-client/operational",
        "microsoft-servicebus-client/admin",
    ),
    "msexchange-management": ("msexchange management",),
    "ntfs": ("microsoft-windows-ntfs/operational",),
    "ntlm": ("microsoft-windows-ntlm/operational",),
    "openssh": ("openssh/operational",),
    "powershell": (POWERSHELL, POWERSHELL_CORE),
    "powershell-classic": (POWERSHELL_CLASSIC,),
    "printservice-admin": ("microsoft-windows-printservice/admin",),
    "printservice-operational": ("microsoft-windows-printservice/operational",),
    "security": (SECURITY,),
    "security-mitigations": (
        "microsoft-windows-security-mitigations/kernel mode",
        "microsoft-windows-security-mitigations/kernelmode",
        "microsoft-windows-security-mitigations/user mode",
        "microsoft-windows-security-mitigations/usermode",
    ),
    "sense": ("microsoft-windows-sense/operational",),
    "servicebus-client": (
        "microsoft-servicebus-client",
        "microsoft-servicebus-client/operational",
        "microsoft-servicebus-client/admin",
    ),
    "shell-core": ("microsoft-windows-shell-core/operational",),
    "smbclient-audit": ("microsoft-windows-smbclient/audit",),
    "smbclient-connectivity": ("microsoft-windows-smbclient/connectivity",),
    "smbclient-operational": ("microsoft-windows-smbclient/operational",),
    "smbclient-security": ("microsoft-windows-smbclient/security",),
    "smbserver-audit": ("microsoft-windows-smbserver/audit",),
    "smbserver-connectivity": ("microsoft-windows-smbserver/connectivity",),
    "smbserver-operational": ("microsoft-windows-smbserver/operational",),
    "smbserver-security": ("microsoft-windows-smbserver/security",),
    "sysmon": (SYSMON,),
    "system": ("system",),
    "taskscheduler": ("microsoft-windows-taskscheduler/operational",),
    "terminalservices-localsessionmanager": (
        "microsoft-windows-terminalservices-localsessionmanager/operational",
    ),
    "vhdmp": ("microsoft-windows-vhdmp/operational",),
    "windefend": (DEFENDER,),
    "wmi": ("microsoft-windows-wmi-activity/operational",),
}
"""Sigma service -> its channels in lower case: a channel's name is compared without case."""

PROVIDERS: dict[str, str] = {
    "microsoft-windows-sysmon": SYSMON,
    "microsoft-windows-security-auditing": SECURITY,
    "microsoft-windows-powershell": POWERSHELL,
    "powershellcore": POWERSHELL_CORE,
    "powershell": POWERSHELL_CLASSIC,
    "microsoft-windows-windows defender": DEFENDER,
    "microsoft-windows-kernel-file": KERNEL_FILE,
    "microsoft-windows-wmi-activity": "microsoft-windows-wmi-activity/operational",
    "microsoft-windows-taskscheduler": "microsoft-windows-taskscheduler/operational",
    "microsoft-windows-bits-client": "microsoft-windows-bits-client/operational",
    "microsoft-windows-codeintegrity": "microsoft-windows-codeintegrity/operational",
    "microsoft-windows-appxdeployment-server": "microsoft-windows-appxdeploymentserver/operational",
    "microsoft-windows-appxpackagingom": "microsoft-windows-appxpackaging/operational",
    "microsoft-windows-appmodel-runtime": "microsoft-windows-appmodel-runtime/admin",
    "microsoft-windows-capi2": "microsoft-windows-capi2/operational",
    "microsoft-windows-certificateservicesclient-lifecycle-system": (
        "microsoft-windows-certificateservicesclient-lifecycle-system/operational"
    ),
    "microsoft-windows-diagnosis-scripted": "microsoft-windows-diagnosis-scripted/operational",
    "microsoft-windows-dns-client": "microsoft-windows-dns client events/operational",
    "microsoft-windows-dns-server-service": "dns server",
    "microsoft-windows-driverframeworks-usermode": "microsoft-windows-driverframeworks-usermode/operational",
    "microsoft-windows-windows firewall with advanced security": (
        "microsoft-windows-windows firewall with advanced security/firewall"
    ),
    "microsoft-windows-iis-configuration": "microsoft-iis-configuration/operational",
    "microsoft-windows-ldap-client": "microsoft-windows-ldap-client/debug",
    "lsasrv": "microsoft-windows-lsa/operational",
    "microsoft-servicebus-client": "microsoft-servicebus-client",
    "msexchange cmdletlogs": "msexchange management",
    "microsoft-windows-ntfs": "microsoft-windows-ntfs/operational",
    "microsoft-windows-ntlm": "microsoft-windows-ntlm/operational",
    "microsoft-windows-security-netlogon": "microsoft-windows-ntlm/operational",
    "openssh": "openssh/operational",
    "microsoft-windows-security-mitigations": "microsoft-windows-security-mitigations/kernel mode",
    "microsoft-windows-sense": "microsoft-windows-sense/operational",
    "microsoft-windows-shell-core": "microsoft-windows-shell-core/operational",
    "microsoft-windows-terminalservices-localsessionmanager": (
        "microsoft-windows-terminalservices-localsessionmanager/operational"
    ),
    "microsoft-windows-vhdmp": "microsoft-windows-vhdmp/operational",
    "service control manager": "system",
    "microsoft-windows-kernel-general": "system",
    "microsoft-windows-kernel-power": "system",
    "microsoft-windows-directory-services-sam": "system",
    "microsoft-windows-dhcp-client": "system",
    "microsoft-windows-grouppolicy": "system",
    "microsoft-windows-distributedcom": "system",
    "microsoft-windows-kerberos-key-distribution-center": "system",
    "netlogon": "system",
    "schannel": "system",
    "user32": "system",
    "volsnap": "system",
    "ntfs": "system",
    "eventlog": "system",
    "msiinstaller": "application",
    "application error": "application",
    "windows error reporting": "application",
    "esent": "application",
    "mssqlserver": "application",
    "microsoft-windows-backup": "application",
    "microsoft-windows-audit-cve": "application",
    "microsoft-windows-restartmanager": "application",
    "screenconnect": "application",
    "vssaudit": SECURITY,
}
"""Provider in lower case -> the channel it writes to, for events that name no channel."""

EVENTLOG_PROVIDER = "microsoft-windows-eventlog"
EVENTLOG_SECURITY_IDS = frozenset({1100, 1101, 1102, 1104, 1105, 1108})
"""The event log service writes about the Security log into it, about the others into System."""
