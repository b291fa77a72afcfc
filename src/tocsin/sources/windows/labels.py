"""What the labels of a rendered Security or System message are called in the event's data: tables."""

from collections.abc import Iterable, Mapping

from tocsin.sources.windows.channels import SECURITY

Section = Mapping[str, str]
Labels = Mapping[str, Section]
"""Section -> label -> field. The section "" holds labels that stand at the start of a line."""


def _same(*labels: str) -> dict[str, str]:
    """Name each field as its label is spelt: `Handle ID` -> HandleId."""
    return {label: label.replace(" ID", "Id").replace(" ", "") for label in labels}


def _account(sid: str, prefix: str, *, logon: bool = True) -> dict[str, str]:
    names = {"Security ID": sid, "Account Name": f"{prefix}UserName", "Account Domain": f"{prefix}DomainName"}
    return {**names, "Logon ID": f"{prefix}LogonId"} if logon else names


def _each(event_ids: Iterable[int], labels: Labels) -> dict[tuple[str, int], Labels]:
    return {(SECURITY, event_id): labels for event_id in event_ids}


_SUBJECT = _account("SubjectUserSid", "Subject")
_TARGET = _account("TargetUserSid", "Target")
_TARGET_SID = _account("TargetSid", "Target", logon=False)
_PROCESS = {
    **_same("Process ID", "Process Name"),
    "Caller Process ID": "ProcessId",
    "Caller Process Name": "ProcessName",
}
_OBJECT = _same("Object Server", "Object Type", "Object Name", "Handle ID", "Resource Attributes")
_ACCESS = {
    **_same("Transaction ID", "Access Mask", "Properties"),
    "Accesses": "AccessList",
    "Access Reasons": "AccessReason",
    "Privileges Used for Access Check": "PrivilegeList",
    "Restricted SID Count": "RestrictedSidCount",
}
_NETWORK = {
    **_same("Workstation Name", "Object Type"),
    "Source Network Address": "IpAddress",
    "Source Address": "IpAddress",
    "Client Address": "IpAddress",
    "Network Address": "IpAddress",
    "Source Port": "IpPort",
    "Client Port": "IpPort",
    "Port": "IpPort",
}
_AUTHENTICATION = {
    **_same("Key Length"),
    "Logon Process": "LogonProcessName",
    "Authentication Package": "AuthenticationPackageName",
    "Transited Services": "TransmittedServices",
    "Package Name (NTLM only)": "LmPackageName",
}
_SHARE = {**_same("Share Name", "Relative Target Name"), "Share Path": "ShareLocalPath"}
_PRIVILEGES = {"Privileges": "PrivilegeList"}
_ATTRIBUTES = {
    **_same("Display Name", "User Principal Name", "Home Directory", "Script Path", "Profile Path"),
    **_same("User Workstations", "Password Last Set", "Account Expires", "Primary Group ID"),
    **_same("User Account Control", "User Parameters", "Logon Hours"),
    "SAM Account Name": "SamAccountName",
    "Home Drive": "HomePath",
    "AllowedToDelegateTo": "AllowedToDelegateTo",
    "Allowed To Delegate To": "AllowedToDelegateTo",
    "Old UAC Value": "OldUacValue",
    "New UAC Value": "NewUacValue",
    "SID History": "SidHistory",
}
_TICKET = {
    **_same("Ticket Options", "Ticket Encryption Type"),
    "Result Code": "Status",
    "Failure Code": "Status",
    "Pre-Authentication Type": "PreAuthType",
    "Transited Services": "TransmittedServices",
}
_KERBEROS = {
    "Account Information": {
        "Security ID": "TargetSid",
        "User ID": "TargetSid",
        "Account Name": "TargetUserName",
        "Account Domain": "TargetDomainName",
        "Supplied Realm Name": "TargetDomainName",
        "Logon GUID": "LogonGuid",
    },
    "Service Information": {"Service Name": "ServiceName", "Service ID": "ServiceSid"},
    "Network Information": _NETWORK,
    "Additional Information": _TICKET,
    "Certificate Information": {
        "Certificate Issuer Name": "CertIssuerName",
        "Certificate Serial Number": "CertSerialNumber",
        "Certificate Thumbprint": "CertThumbprint",
    },
}
_FILTERING = {
    "Application Information": {"Process ID": "ProcessId", "Application Name": "Application"},
    "Network Information": {
        **_same("Direction", "Source Address", "Source Port", "Protocol"),
        "Destination Address": "DestAddress",
        "Destination Port": "DestPort",
    },
    "Filter Information": {
        "Filter Run-Time ID": "FilterRTID",
        "Layer Name": "LayerName",
        "Layer Run-Time ID": "LayerRTID",
    },
}
_CONNECTION = {
    **_FILTERING,
    "Application Information": {"Process ID": "ProcessID", "Application Name": "Application"},
}

USUAL: Labels = {"Subject": _SUBJECT, "Process Information": _PROCESS, "Process": _PROCESS}
"""What most Security events have: for those that are not listed here."""

LABELS: Mapping[tuple[str, int], Labels] = {
    **_each([1102], {"Subject": _SUBJECT}),
    **_each(
        [4624],
        {
            "Subject": _SUBJECT,
            "": _same("Logon Type", "Impersonation Level"),
            "Logon Information": _same(
                "Logon Type", "Restricted Admin Mode", "Virtual Account", "Elevated Token"
            ),
            "New Logon": {
                **_TARGET,
                "Linked Logon ID": "TargetLinkedLogonId",
                "Network Account Name": "TargetOutboundUserName",
                "Network Account Domain": "TargetOutboundDomainName",
                "Logon GUID": "LogonGuid",
            },
            "Process Information": _PROCESS,
            "Network Information": _NETWORK,
            "Detailed Authentication Information": _AUTHENTICATION,
        },
    ),
    **_each(
        [4625],
        {
            "Subject": _SUBJECT,
            "": _same("Logon Type"),
            "Account For Which Logon Failed": _TARGET,
            "Failure Information": _same("Failure Reason", "Status", "Sub Status"),
            "Process Information": _PROCESS,
            "Network Information": _NETWORK,
            "Detailed Authentication Information": _AUTHENTICATION,
        },
    ),
    **_each([4611], {"Subject": _SUBJECT, "": _same("Logon Process Name")}),
    **_each([4627], {"Subject": _SUBJECT, "": _same("Logon Type"), "New Logon": _TARGET}),
    **_each([4634, 4647], {"Subject": _TARGET, "": _same("Logon Type")}),
    **_each(
        [4648],
        {
            "Subject": {**_SUBJECT, "Logon GUID": "LogonGuid"},
            "Account Whose Credentials Were Used": {**_TARGET, "Logon GUID": "TargetLogonGuid"},
            "Target Server": {
                "Target Server Name": "TargetServerName",
                "Additional Information": "TargetInfo",
            },
            "Process Information": _PROCESS,
            "Network Information": _NETWORK,
        },
    ),
    **_each(
        [4656, 4658, 4659, 4660, 4661, 4663],
        {**USUAL, "Object": {**_OBJECT, **_same("Transaction ID")}, "Access Request Information": _ACCESS},
    ),
    **_each(
        [4657],
        {
            **USUAL,
            "Object": _same("Object Name", "Object Value Name", "Handle ID", "Operation Type"),
            "Change Information": _same("Old Value Type", "Old Value", "New Value Type", "New Value"),
        },
    ),
    **_each(
        [4662],
        {**USUAL, "Object": _OBJECT, "Operation": {**_ACCESS, **_same("Operation Type", "Properties")}},
    ),
    **_each(
        [4670],
        {
            **USUAL,
            "Object": _OBJECT,
            "Permissions Change": {
                "Original Security Descriptor": "OldSd",
                "New Security Descriptor": "NewSd",
            },
        },
    ),
    **_each([4672], {"Subject": _SUBJECT, "": _PRIVILEGES}),
    **_each(
        [4673],
        {
            **USUAL,
            "Service": {"Server": "ObjectServer", "Service Name": "Service"},
            "Service Request Information": _PRIVILEGES,
        },
    ),
    **_each(
        [4674],
        {
            **USUAL,
            "Object": {**_OBJECT, "Object Handle": "HandleId"},
            "Requested Operation": {**_PRIVILEGES, "Desired Access": "AccessMask"},
        },
    ),
    **_each(
        [4688],
        {
            "Subject": _SUBJECT,
            "Creator Subject": _SUBJECT,
            "Target Subject": _TARGET,
            "Process Information": {
                **_same("New Process ID", "New Process Name", "Token Elevation Type", "Mandatory Label"),
                "Creator Process ID": "ProcessId",
                "Creator Process Name": "ParentProcessName",
                "Process Command Line": "CommandLine",
            },
        },
    ),
    **_each([4689], {"Subject": _SUBJECT, "Process Information": {**_PROCESS, "Exit Status": "Status"}}),
    **_each(
        [4690],
        {
            "Subject": _SUBJECT,
            "Source Handle Information": _same("Source Handle ID", "Source Process ID"),
            "New Handle Information": _same("Target Handle ID", "Target Process ID"),
        },
    ),
    **_each(
        [4697],
        {
            "Subject": _SUBJECT,
            "Service Information": _same(
                "Service Name", "Service File Name", "Service Type", "Service Start Type", "Service Account"
            ),
        },
    ),
    **_each(
        range(4698, 4703),
        {
            "Subject": _SUBJECT,
            "Task Information": {**_same("Task Name", "Task Content"), "Task New Content": "TaskContentNew"},
        },
    ),
    **_each(
        [4703],
        {
            **USUAL,
            "Target Account": _TARGET,
            "": {
                "Enabled Privileges": "EnabledPrivilegeList",
                "Disabled Privileges": "DisabledPrivilegeList",
            },
        },
    ),
    **_each(
        [4719],
        {
            "Subject": _SUBJECT,
            "Audit Policy Change": {
                "Category": "CategoryId",
                "Subcategory": "SubcategoryId",
                "Subcategory GUID": "SubcategoryGuid",
                "Changes": "AuditPolicyChanges",
            },
        },
    ),
    **_each(
        [4720, 4722, 4723, 4724, 4725, 4726, 4738, 4741, 4742, 4767, 4781],
        {
            "Subject": _SUBJECT,
            "New Account": _TARGET_SID,
            "Target Account": {
                **_TARGET_SID,
                "Old Account Name": "OldTargetUserName",
                "New Account Name": "NewTargetUserName",
            },
            "New Computer Account": _TARGET_SID,
            "Computer Account That Was Changed": _TARGET_SID,
            "Attributes": _ATTRIBUTES,
            "Changed Attributes": _ATTRIBUTES,
            "Additional Information": _PRIVILEGES,
        },
    ),
    **_each(
        [4740],
        {
            "Subject": _SUBJECT,
            "Account That Was Locked Out": _TARGET_SID,
            "Additional Information": {"Caller Computer Name": "TargetDomainName"},
        },
    ),
    **_each(
        [4728, 4729, 4732, 4733, 4746, 4747, 4751, 4752, 4756, 4757],
        {
            "Subject": _SUBJECT,
            "Member": {"Security ID": "MemberSid", "Account Name": "MemberName"},
            "Group": {**_TARGET_SID, "Group Name": "TargetUserName", "Group Domain": "TargetDomainName"},
            "Additional Information": _PRIVILEGES,
        },
    ),
    **_each(
        [4798, 4799],
        {
            "Subject": _SUBJECT,
            "User": _TARGET_SID,
            "Group": {**_TARGET_SID, "Group Name": "TargetUserName", "Group Domain": "TargetDomainName"},
            "Process Information": {"Process ID": "CallerProcessId", "Process Name": "CallerProcessName"},
        },
    ),
    **_each([4768, 4769, 4770, 4771, 4772, 4773], _KERBEROS),
    **_each(
        [4776],
        {
            "": {
                "Authentication Package": "PackageName",
                "Logon Account": "TargetUserName",
                "Source Workstation": "Workstation",
                "Error Code": "Status",
            }
        },
    ),
    **_each(
        [5136, 5137, 5141],
        {
            "Subject": _SUBJECT,
            "Directory Service": {"Name": "DSName", "Type": "DSType"},
            "Object": {"DN": "ObjectDN", "GUID": "ObjectGUID", "Class": "ObjectClass"},
            "Attribute": {
                "LDAP Display Name": "AttributeLDAPDisplayName",
                "Syntax (OID)": "AttributeSyntaxOID",
                "Value": "AttributeValue",
            },
            "Operation": {"Type": "OperationType"},
        },
    ),
    **_each(
        [5140, 5142, 5143, 5144, 5145],
        {
            "Subject": _SUBJECT,
            "Network Information": _NETWORK,
            "Share Information": _SHARE,
            "Access Request Information": _ACCESS,
        },
    ),
    **_each([5154, 5155, 5158, 5159], _FILTERING),
    **_each([5156, 5157], _CONNECTION),
    ("system", 7045): {
        "": {
            **_same("Service Name", "Service Type"),
            "Service File Name": "ImagePath",
            "Service Start Type": "StartType",
            "Service Account": "AccountName",
        }
    },
}
