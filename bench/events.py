"""Events made up with a fixed seed: as varied as real ones, and written by nobody but this file."""

from collections.abc import Callable, Iterator

import orjson

from windows_events import windows
from world import World

_PATHS = (
    "/", "/api/v1/orders/{n}", "/api/v1/users/{n}/basket?page={s}", "/static/app.{h}.js", "/login?next=%2Fhome",
    "/products/{w}-{n}.html", "/search?q={w}+{w2}&sort=price", "/img/{h}.webp", "/healthz", "/api/v1/session",
)  # fmt: skip
_CALLS = (
    ("ec2", "DescribeInstances", True), ("s3", "GetBucketLocation", True), ("sts", "AssumeRole", True),
    ("kms", "Decrypt", True), ("logs", "CreateLogStream", False), ("ec2", "DescribeVolumes", True),
    ("ssm", "UpdateInstanceInformation", False), ("ecr", "BatchGetImage", True), ("iam", "GetRole", True),
    ("dynamodb", "DescribeTable", True), ("autoscaling", "DescribeAutoScalingGroups", True),
    ("lambda", "Invoke20150331", False), ("cloudformation", "DescribeStacks", True), ("ec2", "RunInstances", False),
)  # fmt: skip
_ACCOUNT = "111122223333"
_SERVICES = ("autoscaling", "eks", "config", "cloudformation")
_VERBS = (
    ("get", 200), ("list", 200), ("watch", 200), ("update", 200), ("patch", 200), ("create", 201), ("get", 404),
)  # fmt: skip
_RESOURCES = (
    "pods",
    "configmaps",
    "leases",
    "endpoints",
    "nodes",
    "services",
    "events",
    "deployments",
    "secrets",
)


def sshd(world: World) -> bytes:
    """Return a line of /var/log/auth.log."""
    source, user = world.pick(world.addresses), world.pick(world.users)
    port = world.number(1024, 65536)
    kind = world.random.random()
    if kind < 0.35:
        text = f"Failed password for {'invalid user ' if kind < 0.25 else ''}{user} from {source} port {port} ssh2"
    elif kind < 0.60:
        text = f"Connection closed by authenticating user {user} {source} port {port} [preauth]"
    elif kind < 0.75:
        key = world.hex(40)
        text = f"Accepted publickey for {user} from {source} port {port} ssh2: ED25519 SHA256:{key}"
    elif kind < 0.85:
        text = f"pam_unix(sshd:session): session opened for user {user}(uid={port}) by (uid=0)"
    elif kind < 0.95:
        text = f"Received disconnect from {source} port {port}:11: disconnected by user"
    else:
        text = f"Invalid user {user} from {source} port {port}"
    stamp = world.now().strftime("%b %e %H:%M:%S")
    return f"{stamp} {world.pick(world.hosts)} sshd[{world.number(600, 60000)}]: {text}".encode()


def nginx(world: World) -> bytes:
    """Return a line of an access log in the combined format."""
    path = world.pick(_PATHS).format(
        n=world.number(1, 90_000), s=world.number(1, 9), h=world.hex(8), w=world.word(), w2=world.word()
    )
    method = "POST" if world.random.random() < 0.1 else "GET"
    status = world.pick(("200", "304", "301", "404", "500"))
    stamp = world.now().strftime("%d/%b/%Y:%H:%M:%S +0000")
    referrer = "-" if world.random.random() < 0.5 else f"https://shop.example.com/{world.word()}"
    return (
        f'{world.pick(world.addresses)} - - [{stamp}] "{method} {path} HTTP/1.1" {status} '
        f'{world.number(150, 90000)} "{referrer}" "{world.pick(world.agents)}"'
    ).encode()


def _identity(world: World, when: str) -> dict[str, object]:
    name, at = world.pick(world.users), world.random.random()
    if at < 0.35:
        return {"type": "AWSService", "invokedBy": f"{world.pick(_SERVICES)}.amazonaws.com"}
    key = {"accountId": _ACCOUNT, "accessKeyId": f"A{'K' if at < 0.6 else 'S'}IA{world.hex(16).upper()}"}
    if at < 0.6:
        arn = f"arn:aws:iam::{_ACCOUNT}:user/{name}"
        return {
            "type": "IAMUser",
            "principalId": f"AIDA{world.hex(16).upper()}",
            "arn": arn,
            "userName": name,
            **key,
        }
    arn = f"arn:aws:iam::{_ACCOUNT}:role/{name}"
    session = {
        "sessionIssuer": {"type": "Role", "arn": arn, "accountId": _ACCOUNT, "userName": name},
        "attributes": {"creationDate": when, "mfaAuthenticated": "false"},
    }
    principal = f"AROA{world.hex(16).upper()}:{world.word()}"
    return {
        "type": "AssumedRole",
        "principalId": principal,
        "arn": f"arn:aws:sts::{_ACCOUNT}:assumed-role/{name}/{world.word()}",
        **key,
        "sessionContext": session,
    }


def cloudtrail(world: World) -> bytes:
    """Return an event of a trail, of about 1 KB."""
    service, call, read_only = _CALLS[int(len(_CALLS) * world.random.random() ** 2)]
    when = world.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    resource = f"{service}-{world.hex(12)}"
    return orjson.dumps(
        {
            "eventVersion": "1.09",
            "userIdentity": _identity(world, when),
            "eventTime": when,
            "eventSource": f"{service}.amazonaws.com",
            "eventName": call,
            "awsRegion": world.pick(("eu-central-1", "us-east-1", "ap-southeast-2")),
            "sourceIPAddress": world.pick(world.addresses),
            "userAgent": f"aws-sdk-go-v2/1.{world.number(10, 40)} os/linux lang/go md/GOARCH#amd64",
            "requestParameters": {
                "resourceId": resource,
                "maxResults": 100,
                "filterSet": {"items": [resource]},
            },
            "responseElements": None,
            "requestID": world.uuid(),
            "eventID": world.uuid(),
            "readOnly": read_only,
            "resources": [
                {"ARN": f"arn:aws:{service}:eu-central-1:{_ACCOUNT}:{resource}", "accountId": _ACCOUNT}
            ],
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": _ACCOUNT,
            "eventCategory": "Management",
            "tlsDetails": {"tlsVersion": "TLSv1.3", "clientProvidedHostHeader": f"{service}.amazonaws.com"},
        }
    )


def kubernetes(world: World) -> bytes:
    """Return an event of an API server's audit log, of about 1 KB."""
    verb, code = _VERBS[int(len(_VERBS) * world.random.random() ** 2)]
    resource, namespace = world.pick(_RESOURCES), world.pick(world.users)
    name = f"{world.word()}-{world.hex(10)}"
    account = f"system:serviceaccount:{namespace}:{world.pick(world.users)}"
    when = world.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    reason = f'RBAC: allowed by RoleBinding "{namespace}-edit/{namespace}" of Role "edit"'
    return orjson.dumps(
        {
            "kind": "Event",
            "apiVersion": "audit.k8s.io/v1",
            "level": "Metadata",
            "auditID": world.uuid(),
            "stage": "ResponseComplete",
            "requestURI": f"/api/v1/namespaces/{namespace}/{resource}/{name}?timeout=30s",
            "verb": verb,
            "user": {
                "username": account,
                "uid": world.uuid(),
                "groups": ["system:serviceaccounts", "system:authenticated"],
                "extra": {"authentication.kubernetes.io/pod-name": [name]},
            },
            "sourceIPs": [world.pick(world.addresses)],
            "userAgent": f"controller/v1.{world.number(24, 33)} (linux/amd64) kubernetes/$Format",
            "objectRef": {"resource": resource, "namespace": namespace, "name": name, "apiVersion": "v1"},
            "responseStatus": {"metadata": {}, "code": code},
            "requestReceivedTimestamp": when,
            "stageTimestamp": when,
            "annotations": {
                "authorization.k8s.io/decision": "allow",
                "authorization.k8s.io/reason": reason,
            },
        }
    )


KINDS: dict[str, Callable[[World], bytes]] = {
    "linux_auth": sshd,
    "web_access": nginx,
    "cloudtrail": cloudtrail,
    "kubernetes_audit": kubernetes,
    "windows_flat": windows,
}
"""Source -> what makes one event of it."""


def made(source: str, count: int, seed: int = 1) -> Iterator[bytes]:
    """Yield so many events of a source."""
    world, make = World(seed), KINDS[source]
    return (make(world) for _ in range(count))
