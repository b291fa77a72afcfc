"""The names that Sigma's taxonomy and the public log sources give: products, categories, services, fields."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


PRODUCTS = _words("""
    apache aws azure bitbucket cisco cloudflare django docker falco fortigate fortios gcp github gitlab
    google_workspace huawei jenkins juniper jvm kubernetes linux m365 macos modsecurity nginx nodejs okta onelogin
    opencanary opentelemetry paloalto postgresql python qualys rpc_firewall ruby_on_rails spring sql suricata
    terraform vault velocity windows zeek argocd circleci harbor artifactory atlassian crowdstrike mysql
""")

CATEGORIES = _words("""
    antivirus appliance application clipboard_capture create_remote_thread create_stream_hash database dns dns_query
    driver_load edr file_access file_block_executable file_block_shredding file_change file_delete file_delete_detected
    file_event file_executable_detected file_rename firewall image_load ids network_connection pipe_created
    process_access process_creation process_tampering process_termination proxy ps_classic_provider_start
    ps_classic_script ps_classic_start ps_module ps_script raw_access_thread registry_add registry_delete
    registry_event registry_rename registry_set sysmon_error sysmon_status webserver wmi_event flow smb
    authentication
""")

SERVICES = _words("""
    aaa access activitylogs apache apparmor appmodel-runtime appxdeployment-server appxpackaging-om application
    applocker audit auditd auditlogs auth bgp bits-client capi2 certificateservicesclient-lifecycle-system clamav
    cloudtrail codeintegrity-operational conn cron dce_rpc diagnosis-scripted dhcp dns dns-client dns-server
    dns-server-analytic driver-framework duo event exchange files firewall-as ftp gcp.audit globalprotect
    google_workspace.admin google_workspace.login guacamole guardduty http iis-configuration journald kerberos
    kernel-shimengine-diagnostic kern ldap ldp lsa-server microsoft-servicebus-client modsecurity
    msexchange-management netflow nginx notice ntlm okta onelogin.events openssh pim powershell powershell-classic
    printservice-admin printservice-operational rdp riskdetection route53 s3access security security-mitigations
    shell-core signinlogs smb_files smbclient-connectivity smbclient-security smbserver-connectivity smtp ssh sshd
    ssl sslvpnd sudo sysmon syslog system taskscheduler terminalservices-localsessionmanager threat_detection
    threat_management traffic vpcflow vsftpd webhook windefend wmi x509 su exporter ptypes waf
""")

NEEDS_DEFINITION = {
    "ps_script": "Script Block Logging must be enabled",
    "ps_module": "Module Logging must be enabled",
}
"""Categories that a default installation does not log, and what their `definition` should say."""

_PROCESS = _words("""
    CommandLine Image OriginalFileName ParentImage ParentCommandLine Description Product Company Hashes Imphash
    IntegrityLevel User CurrentDirectory LogonId LogonGuid ParentUser FileVersion ProcessId ParentProcessId
    ProcessGuid ParentProcessGuid TerminalSessionId md5 sha1 sha256 UtcTime Provider_Name RuleName
    GrandParentImage GrandparentCommandLine
""")
_FILE = [
    "TargetFilename",
    "Image",
    "User",
    "CreationUtcTime",
    "PreviousCreationUtcTime",
    "Hashes",
    "IsExecutable",
]
_REGISTRY = ["TargetObject", "Details", "EventType", "NewName", "Image", "User", "ProcessId"]
_NETWORK = _words("""
    Image User Protocol Initiated SourceIsIpv6 SourceIp SourceHostname SourcePort SourcePortName DestinationIsIpv6
    DestinationIp DestinationHostname DestinationPort DestinationPortName ProcessId CommandLine ParentImage
""")
_WEB = _words("""
    date time c-ip cs-username s-computername s-ip s-port cs-method cs-uri-stem cs-uri-query cs-uri sc-status
    sc-bytes cs-bytes time-taken cs-version cs-host cs-user-agent cs-referer cs-cookie cs-content-type c-uri
    c-uri-query c-uri-extension c-useragent dst_ip src_ip r-dns
""")
_THREAD = _words("""
    SourceImage TargetImage StartAddress StartFunction StartModule SourceProcessId TargetProcessId NewThreadId
    SourceUser TargetUser SourceCommandLine SourceParentImage
""")

FIELDS = {
    word: frozenset(names)
    for words, names in (
        ("process_creation process_termination process_tampering", _PROCESS),
        ("file_event file_change file_rename file_delete file_executable_detected create_stream_hash", _FILE),
        ("file_access", [*_FILE, "FileName"]),
        ("registry_event registry_set registry_add registry_delete registry_rename", _REGISTRY),
        ("network_connection", _NETWORK),
        ("dns_query", ["QueryName", "QueryStatus", "QueryResults", "Image", "User", "ProcessId"]),
        ("image_load driver_load", [*_PROCESS, "ImageLoaded", "Signed", "Signature", "SignatureStatus"]),
        ("pipe_created", ["PipeName", "Image", "EventType", "User", "ProcessId"]),
        ("create_remote_thread process_access raw_access_thread", [*_THREAD, "GrantedAccess", "CallTrace"]),
        ("ps_script", ["ScriptBlockText", "Path", "ScriptBlockId", "MessageNumber", "MessageTotal"]),
        ("ps_module", ["Payload", "ContextInfo", "UserData"]),
        ("webserver proxy nginx apache", _WEB),
        ("dns", ["query", "record_type", "answer", "question_length", "parent_domain", "src_ip", "dst_ip"]),
        (
            "auditd",
            ["type", "exe", "comm", "key", "name", "nametype", "SYSCALL", "euid", "auid", "uid", "success"],
        ),
    )
    for word in words.split()
}

TOP_LEVEL = _words("""
    title id related name taxonomy status description license references author date modified logsource detection
    correlation filter fields falsepositives level tags scope regression_tests_path simulation
""")

STATUSES = ("stable", "test", "experimental", "deprecated", "unsupported")

RELATIONS = ("derived", "obsolete", "merged", "renamed", "similar", "correlation")

TAG_NAMESPACES = ("attack", "car", "cve", "d3fend", "detection", "stp", "tlp", "owasp")
"""Those of the Sigma specification, and `owasp` for the CI/CD risks."""

TACTICS = _words("""
    reconnaissance resource-development initial-access execution persistence privilege-escalation defense-evasion
    defense-impairment stealth credential-access discovery lateral-movement collection command-and-control
    exfiltration impact
""")

NUMBER_FIELDS = frozenset(
    {"EventID", "DestinationPort", "SourcePort", "sc-status", "LogonType", "dst_port", "src_port"}
)
