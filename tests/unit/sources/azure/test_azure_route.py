"""Which Azure log an event is taken for: the category decides, then the kind of risk, then the operation."""

from typing import Any

import pytest

from tocsin.model.event import get
from tocsin.sources.azure.source import SOURCE


@pytest.mark.parametrize(
    ("event", "service"),
    [
        ({"category": "Administrative", "operationName": "Microsoft.Compute/disks/write"}, "activitylogs"),
        ({"category": {"value": "Administrative"}, "operationName": {"value": "x/y"}}, "activitylogs"),
        ({"CategoryValue": "Administrative", "OperationNameValue": "x/y"}, "activitylogs"),
        (
            {"category": "Policy", "operationName": "Microsoft.Authorization/policies/audit/action"},
            "activitylogs",
        ),
        ({"category": "Policy", "operationName": "Update conditional access policy"}, "auditlogs"),
        ({"category": "AUDITLOGS", "operationName": "Add user"}, "auditlogs"),
        ({"category": "UserManagement", "operationName": "Add user"}, "auditlogs"),
        ({"category": "ServicePrincipalSignInLogs"}, "signinlogs"),
        ({"operationName": "Sign-in activity"}, "signinlogs"),
        ({"category": "UserRiskEvents"}, "riskdetection"),
        ({"riskEventType": "passwordSpray"}, "riskdetection"),
        ({"category": "AuditLogs", "properties": {"riskEventType": "invalidLicenseAlertIncident"}}, "pim"),
        ({"category": "kube-audit", "operationName": "Microsoft.ContainerService/x/Read"}, None),
        ({"category": ["SignInLogs"], "riskEventType": {"a": 1}}, None),
    ],
)
def test_an_event_is_routed_to_its_log(event: dict[str, Any], service: str | None) -> None:
    route = SOURCE.route(tuple(get(event, path) for path in SOURCE.route_by))
    assert [declared.service for declared in route.logsources] == [service]
