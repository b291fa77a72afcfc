"""Which Azure log an event is from, and how public rules name its fields; only shapes with names differ."""

from tocsin.model.event import Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Route

# What the categories of a diagnostic setting are, in lower case.
_SIGN_IN = {
    "signinlogs",
    "noninteractiveusersigninlogs",
    "serviceprincipalsigninlogs",
    "managedidentitysigninlogs",
    "microsoftserviceprincipalsigninlogs",
    "adfssigninlogs",
    "b2crequestlogs",
}
_RISK = {"userriskevents", "riskyusers", "serviceprincipalriskevents", "riskyserviceprincipals"}
_ACTIVITY = {
    "administrative",
    "security",
    "servicehealth",
    "alert",
    "recommendation",
    "policy",
    "autoscale",
    "resourcehealth",
}
# Directory activities by their own category, where an export has dropped the category of the log.
_AUDIT = {
    "auditlogs",
    "usermanagement",
    "groupmanagement",
    "rolemanagement",
    "applicationmanagement",
    "directorymanagement",
    "devicemanagement",
    "keymanagement",
    "authorization",
    "authentication",
    "provisioninglogs",
}

_PERSON = ("identity", "userPrincipalName", "initiatedBy.user.userPrincipalName", "caller", "Caller")
_COMMON: dict[str, tuple[str, ...]] = {
    "CallerIpAddress": ("callerIpAddress", "ipAddress"),
    "callerIpAddress": ("calleripaddress", "CallerIpAddress", "ipAddress"),
    "operationName": ("operationname", "OperationName", "OperationNameValue", "activityDisplayName"),
    "OperationName": ("operationName", "operationname", "activityDisplayName"),
    "OperationNameValue": ("operationName.value", "operationName", "operationname"),
    "CategoryValue": ("category.value", "category", "eventCategory"),
    "ResourceId": ("resourceId", "resourceid"),
    "resourceId": ("resourceid", "ResourceId"),
    "ResultType": ("resultType", "resulttype", "status.errorCode"),
    "resultType": ("resulttype", "ResultType", "status.errorCode"),
    "ResultDescription": ("resultDescription", "status.failureReason"),
    "Resultdescription": ("resultDescription", "status.failureReason"),
    "Initiatedby": _PERSON,
    "Initiatied.By": _PERSON,
}

_ACTIVITY_ROUTE = Route(
    logsources=(LogSource("azure", None, "activitylogs"),),
    aliases={
        **_COMMON,
        "ResourceProviderValue": (
            "resourceProviderName.value",
            "resourceProviderValue",
            "resourceId",
            "resourceid",
        ),
        "Status": ("status.value", "resultType", "resultSignature"),
    },
)
_AUDIT_ROUTE = Route(
    logsources=(LogSource("azure", None, "auditlogs"),),
    aliases={
        **_COMMON,
        "Category": ("category",),
        "properties.message": ("activityDisplayName", "operationName", "operationname"),
        "ActivityDisplayName": ("activityDisplayName", "operationName"),
        "ActivityType": ("activityDisplayName", "operationName"),
        "activityType": ("activityDisplayName", "operationName"),
        "LoggedByService": ("loggedByService",),
        "Status": ("result", "resultType", "resultSignature"),
        "TargetResources": ("targetResources.id", "targetResources.displayName"),
        "TargetResources.modifiedProperties": ("targetResources.modifiedProperties.displayName",),
        "TargetResources.ModifiedProperties.DisplayName": ("targetResources.modifiedProperties.displayName",),
        "TargetResources.ModifiedProperties.NewValue": ("targetResources.modifiedProperties.newValue",),
        "TargetResources.modifiedProperties.newValue": ("targetResources.modifiedProperties.newValue",),
        "Target": ("targetResources.userPrincipalName", "targetResources.displayName"),
        "additionalDetails.additionalInfo": ("additionalDetails.value", "resultReason"),
        "failure_status_reason": ("resultReason", "resultDescription"),
    },
)
_SIGN_IN_ROUTE = Route(
    logsources=(LogSource("azure", None, "signinlogs"),),
    aliases={
        **_COMMON,
        "Status": ("resultType", "resulttype", "status.errorCode"),
        "AuthenticationRequirement": ("authenticationRequirement",),
        "RiskState": ("riskState",),
        "ResourceDisplayName": ("resourceDisplayName",),
        "ConditionalAccessStatus": ("conditionalAccessStatus",),
        "DeviceDetail.trusttype": ("deviceDetail.trustType",),
        "DeviceDetail.deviceId": ("deviceDetail.deviceId",),
        "DeviceDetail.isCompliant": ("deviceDetail.isCompliant",),
        "NetworkLocationDetails": ("networkLocationDetails",),
        "ClientApp": ("clientAppUsed",),
        "Username": ("userPrincipalName",),
        "ActivityDetails": ("operationName", "operationname"),
        "properties.message": ("authenticationProtocol", "activityDisplayName"),
    },
    values={
        "Status": {"success": "0"},
        "ActivityDetails": {"sign-ins": "Sign-in activity"},
        "properties.message": {"device code": "deviceCode", "ropc": "ropc"},
    },
)
_RISK_ROUTE = Route(
    logsources=(LogSource("azure", None, "riskdetection"),),
    aliases={**_COMMON, "riskEventType": ("riskeventtype", "RiskEventType", "riskType")},
)
_PIM_ROUTE = Route(
    logsources=(LogSource("azure", None, "pim"),),
    aliases={**_COMMON, "riskEventType": ("alertDefinitionId", "alertType", "RiskEventType")},
)
_OTHER_ROUTE = Route(logsources=(LogSource("azure", None, None),), aliases=_COMMON)

# The values that decide, in this order: the kind of risk or alert, the log's category, the operation.
ROUTE_BY = (
    "properties.riskEventType",
    "properties.alertDefinitionId",
    "riskEventType",
    "category",
    "category.value",
    "CategoryValue",
    "Category",
    "operationName",
    "operationName.value",
    "operationname",
    "OperationNameValue",
)


def _text(value: Value) -> str:
    return value.lower() if isinstance(value, str) else ""


def route(values: tuple[Value, ...]) -> Route:
    """Return the route of an event that holds these values at ROUTE_BY."""
    risks = [_text(value) for value in values[:3]]
    if any("alertincident" in risk or "alertconfiguration" in risk for risk in risks):
        return _PIM_ROUTE
    categories = [_text(value) for value in values[3:7]]
    operations = [_text(value) for value in values[7:]]
    if any(risks) or any(category in _RISK for category in categories):
        return _RISK_ROUTE
    # Entra ID and Azure both say "Policy"; only Azure's operations are paths of a provider.
    if "policy" in categories and not any("/" in operation for operation in operations):
        return _AUDIT_ROUTE
    return _by_category(categories) or _by_operation(operations)


def _by_category(categories: list[str]) -> Route | None:
    for category in categories:
        if category in _SIGN_IN:
            return _SIGN_IN_ROUTE
        if category in _AUDIT:
            return _AUDIT_ROUTE
        if category in _ACTIVITY:
            return _ACTIVITY_ROUTE
    return None


def _by_operation(operations: list[str]) -> Route:
    if "sign-in activity" in operations:
        return _SIGN_IN_ROUTE
    return _OTHER_ROUTE
