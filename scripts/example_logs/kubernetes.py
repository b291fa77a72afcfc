"""The cluster's audit log. The new access entry is used: secrets, a role over everything, a pod that is the node."""

from datetime import datetime, timedelta
from typing import Any

from example_logs.world import (
    ACCOUNT,
    DOMAIN,
    INTRUDER,
    OFFICE,
    PEOPLE,
    Chance,
    Event,
    clock,
    compact,
    in_order,
    iso_micro,
)

KUBECTL = "kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9"
NODES = ("ip-10-20-3-17", "ip-10-20-4-55", "ip-10-20-5-90")
NAMESPACES = ("checkout", "rates", "billing", "notifier")

_chance = Chance("kubernetes")


def _request(moment: datetime, user: str, verb: str, resource: str, **more: Any) -> Event:
    """resource: `namespace/kind/name/subresource`, with empty parts where there are none."""
    namespace, kind, name, sub = [*resource.split("/"), "", "", ""][:4]
    group = more.pop("group", "")
    prefix = f"/apis/{group}/v1" if group else "/api/v1"
    place = prefix + (f"/namespaces/{namespace}" if namespace else "") + f"/{kind}"
    reference = {
        "resource": kind,
        "namespace": namespace,
        "name": name,
        "apiGroup": group,
        "apiVersion": "v1",
        "subresource": sub,
    }
    event = {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "auditID": _chance.uuid(),
        "stage": "ResponseComplete",
        "requestURI": place + (f"/{name}" if name else "") + (f"/{sub}" if sub else ""),
        "verb": verb,
        "user": {"username": user, "groups": ["system:authenticated"]},
        "sourceIPs": ["10.20.0.9"],
        "userAgent": KUBECTL,
        "objectRef": {key: value for key, value in reference.items() if value},
        "responseStatus": {"metadata": {}, "code": 200},
        "requestReceivedTimestamp": iso_micro(moment),
        "stageTimestamp": iso_micro(moment + timedelta(milliseconds=_chance.number(2, 40))),
        "annotations": {"authorization.k8s.io/decision": "allow"},
    }
    return moment, event | more


def _machines() -> list[Event]:
    """Kubelets that report, a delivery tool that looks."""
    events = []
    for moment in _chance.times(110, "00:00:00", "23:50:00"):
        node = _chance.one(*NODES)
        kubelet = {"userAgent": "kubelet/v1.34.1 (linux/amd64)", "sourceIPs": [node[3:].replace("-", ".")]}
        events.append(_request(moment, f"system:node:{node}", "patch", f"/nodes/{node}/status", **kubelet))
    for moment in _chance.times(70, "00:00:00", "23:50:00"):
        agent = {"userAgent": "argocd-application-controller/v3.1.8"}
        user = "system:serviceaccount:argocd:argocd-application-controller"
        kind = _chance.one("pods", "services", "configmaps")
        events.append(_request(moment, user, "list", f"{_chance.one(*NAMESPACES)}/{kind}", **agent))
    return events


def _work() -> list[Event]:
    """Deliveries, and people who look at pods."""
    events = []
    for moment in _chance.times(18, "07:30:00", "17:00:00"):
        app = _chance.one(*NAMESPACES)
        agent = {"userAgent": "argocd-application-controller/v3.1.8", "level": "RequestResponse"}
        user = "system:serviceaccount:argocd:argocd-application-controller"
        image = f"registry.{DOMAIN}/{app}:{_chance.hex(7)}"
        spec = {"template": {"spec": {"containers": [{"name": app, "image": image}]}}}
        patch = {"requestObject": {"kind": "Deployment", "spec": spec}, "group": "apps"}
        events.append(_request(moment, user, "patch", f"{app}/deployments/{app}", **patch, **agent))
    for moment in _chance.times(40, "07:30:00", "17:30:00"):
        person = f"{_chance.one(*PEOPLE)}@{DOMAIN}"
        verb, kind = _chance.one(("list", "pods"), ("get", "deployments"), ("list", "events"))
        events.append(
            _request(moment, person, verb, f"{_chance.one(*NAMESPACES)}/{kind}", sourceIPs=[OFFICE])
        )
    return events


_BINDING = {
    "kind": "ClusterRoleBinding",
    "metadata": {"name": "metrics-reader-2"},
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
    "subjects": [{"kind": "ServiceAccount", "name": "default", "namespace": "notifier"}],
}
_CONTAINER = {
    "name": "tune",
    "image": "alpine:3.22",
    "command": ["sleep", "infinity"],
    "securityContext": {"privileged": True},
    "volumeMounts": [{"name": "host", "mountPath": "/host"}],
}
_POD = {
    "kind": "Pod",
    "metadata": {"name": "node-tune", "namespace": "notifier"},
    "spec": {
        "nodeName": NODES[0],
        "hostPID": True,
        "containers": [_CONTAINER],
        "volumes": [{"name": "host", "hostPath": {"path": "/"}}],
    },
}


def _attack() -> list[Event]:
    """From an access entry to the node."""
    who = f"arn:aws:iam::{ACCOUNT}:user/backup-sync"
    from_there = {"sourceIPs": [INTRUDER]}
    made = {"level": "RequestResponse", "responseStatus": {"metadata": {}, "code": 201}}
    role = {"group": "rbac.authorization.k8s.io", "requestObject": _BINDING}
    shell = {"responseStatus": {"metadata": {}, "code": 101}, "level": "Request"}
    shell["requestObject"] = {"kind": "PodExecOptions", "container": "tune", "command": ["sh"], "stdin": True}
    return [
        _request(clock("11:14:09"), who, "list", "/namespaces", **from_there),
        _request(clock("11:14:51"), who, "list", "/secrets", **from_there),
        _request(
            clock("11:18:20"),
            who,
            "create",
            "/clusterrolebindings/metrics-reader-2",
            **role,
            **made,
            **from_there,
        ),
        _request(
            clock("11:22:02"),
            who,
            "create",
            "notifier/pods/node-tune",
            requestObject=_POD,
            **made,
            **from_there,
        ),
        _request(clock("11:22:40"), who, "create", "notifier/pods/node-tune/exec", **shell, **from_there),
        _request(clock("11:44:10"), who, "delete", "notifier/pods/node-tune", **from_there),
    ]


def log() -> str:
    """Write the log."""
    return in_order(_machines() + _work() + _attack(), compact)
