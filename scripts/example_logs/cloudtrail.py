"""The account's CloudTrail. The pipeline's key comes back from a stranger's address, and makes itself at home."""

from datetime import datetime, timedelta
from typing import Any

from example_logs.world import (
    ACCOUNT,
    INTRUDER,
    OFFICE,
    PEOPLE,
    REGION,
    RUNNERS,
    Chance,
    Event,
    clock,
    compact,
    iso,
)

CLI = (
    "aws-cli/2.31.9 md/awscrt#0.28.1 ua/2.1 os/linux#6.8.0-71-generic md/arch#x86_64 lang/python#3.13.7"
    " md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off"
)
STRANGE_CLI = CLI.replace("6.8.0-71-generic", "6.16.8+kali-amd64").replace(
    "installer#exe", "installer#source"
)
SECRETS = (
    "prod/checkout/db", "prod/checkout/stripe", "prod/rates/db", "prod/billing/db", "prod/mail/smtp", "prod/geo/api",
    "prod/deploy/ssh", "prod/etl/warehouse", "prod/notifier/push", "prod/customs/api", "prod/search/db", "prod/sdk/publish",
)  # fmt: skip
CLUSTER = "bq-prod"
_DEPLOY: tuple[tuple[str, dict[str, Any] | None], ...] = (
    ("sts.GetCallerIdentity", None),
    ("ecr.GetAuthorizationToken", {}),
    ("eks.DescribeCluster", {"name": CLUSTER}),
)

_chance = Chance("cloudtrail")


def _call(
    moment: datetime, who: dict[str, Any], call: str, parameters: dict[str, Any] | None, **more: Any
) -> Event:
    service, name = call.split(".")
    event = {
        "eventVersion": "1.11",
        "userIdentity": who,
        "eventTime": iso(moment),
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "sourceIPAddress": OFFICE,
        "userAgent": CLI,
        "requestParameters": parameters,
        "responseElements": None,
        "requestID": _chance.uuid(),
        "eventID": _chance.uuid(),
        "readOnly": name.startswith(("Get", "List", "Describe")),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }
    return moment, event | more


def _user(name: str) -> dict[str, Any]:
    return {
        "type": "IAMUser",
        "principalId": f"AIDA{name.upper().replace('-', '')}EXMP",
        "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "accountId": ACCOUNT,
        "accessKeyId": f"AKIA{name.upper().replace('-', '')}EXMP",
        "userName": name,
    }


def _role(role: str, session: str) -> dict[str, Any]:
    issuer = {
        "type": "Role",
        "principalId": f"AROA{role.upper().replace('-', '')}EXMP",
        "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}",
        "accountId": ACCOUNT,
        "userName": role,
    }
    return {
        "type": "AssumedRole",
        "principalId": f"{issuer['principalId']}:{session}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}",
        "accountId": ACCOUNT,
        "accessKeyId": "ASIAEXMP",
        "sessionContext": {"sessionIssuer": issuer, "attributes": {"mfaAuthenticated": "true"}},
    }


def _work() -> list[Event]:
    """Pipelines that deploy, services that assume roles, people who look."""
    events = []
    for moment in _chance.times(60, "07:00:00", "17:30:00"):
        runner = {"sourceIPAddress": _chance.one(*RUNNERS)}
        for number, (call, parameters) in enumerate(_DEPLOY):
            then = moment + timedelta(seconds=3 * number)
            events.append(_call(then, _user("ci-deploy"), call, parameters, **runner))
    for moment in _chance.times(60, "00:00:00", "23:50:00"):
        service = {"sourceIPAddress": "ec2.amazonaws.com", "userAgent": "ec2.amazonaws.com"}
        who = {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}
        role = {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/node", "roleSessionName": "i-0a1b2c3d4e5f60718"}
        events.append(_call(moment, who, "sts.AssumeRole", role, **service))
    for moment in _chance.times(70, "07:30:00", "17:30:00"):
        person = _chance.one(*PEOPLE)
        call = _chance.one("ec2.DescribeInstances", "logs.DescribeLogGroups", "rds.DescribeDBInstances")
        events.append(_call(moment, _role("ReadOnly", f"{person}@brightquay.example"), call, {}))
    for moment in _chance.times(30, "00:10:00", "23:40:00"):
        secret = {"secretId": _chance.one(*SECRETS[:2])}
        pod = {"sourceIPAddress": "10.20.3.17", "userAgent": "aws-sdk-go-v2/1.39.2 os/linux lang/go#1.25.1"}
        who = _role("checkout-app", "checkout-7d9f")
        events.append(_call(moment, who, "secretsmanager.GetSecretValue", secret, **pod))
    return events


def _attack() -> list[Event]:
    """From the pipeline's key to the cluster."""
    stranger = {"sourceIPAddress": INTRUDER, "userAgent": STRANGE_CLI}
    key = _user("ci-deploy")
    events = [_call(clock("10:41:02"), key, "sts.GetCallerIdentity", None, **stranger)]
    refused = (
        "iam.ListRoles", "iam.GetAccountAuthorizationDetails", "organizations.DescribeOrganization", "s3.ListAllMyBuckets",
        "lambda.ListFunctions20150331", "rds.DescribeDBInstances", "dynamodb.ListTables", "kms.ListKeys",
    )  # fmt: skip
    for number, call in enumerate(refused):
        moment = clock("10:42:10") + timedelta(seconds=9 * number)
        said = {"errorCode": "AccessDenied", "errorMessage": f"User: {key['arn']} is not authorized"}
        quiet = {"sourceIPAddress": INTRUDER, "userAgent": CLI.replace("installer#exe", "installer#source")}
        events.append(_call(moment, key, call, None, **said, **quiet))
    plain = {"sourceIPAddress": INTRUDER, "userAgent": CLI.replace("installer#exe", "installer#source")}
    for number, secret in enumerate(SECRETS):
        moment = clock("10:47:30") + timedelta(seconds=6 * number)
        events.append(_call(moment, key, "secretsmanager.GetSecretValue", {"secretId": secret}, **plain))
    name = {"userName": "backup-sync"}
    admin = {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
    events += [
        _call(clock("10:55:18"), key, "iam.CreateUser", name, **plain),
        _call(clock("10:55:41"), key, "iam.AttachUserPolicy", name | admin, **plain),
        _call(clock("10:56:07"), key, "iam.CreateAccessKey", name, **plain),
    ]
    return events + _stay(plain)


def _stay(plain: dict[str, Any]) -> list[Event]:
    who = _user("backup-sync")
    entry = {"name": CLUSTER, "principalArn": who["arn"], "type": "STANDARD"}
    policy = entry | {"policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"}
    return [
        _call(clock("11:04:33"), who, "cloudtrail.StopLogging", {"name": "bq-trail"}, **plain),
        _call(clock("11:09:20"), who, "eks.CreateAccessEntry", entry, **plain),
        _call(clock("11:09:52"), who, "eks.AssociateAccessPolicy", policy, **plain),
        _call(clock("11:10:15"), who, "eks.DescribeCluster", {"name": CLUSTER}, **plain),
        _call(clock("11:31:00"), who, "cloudtrail.StartLogging", {"name": "bq-trail"}, **plain),
    ]


def log() -> str:
    """Write the trail's file: one document. Between 11:04 and 11:31 the trail was off, so most of it is not there."""
    dark = (clock("11:04:34"), clock("11:30:59"))
    kept = ("eks.amazonaws.com",)  # told by the organisation's own trail, which the intruder could not stop
    events = sorted(_work() + _attack(), key=lambda event: event[0])
    told = [what for when, what in events if not dark[0] <= when <= dark[1] or what["eventSource"] in kept]
    return compact({"Records": told}) + "\n"
