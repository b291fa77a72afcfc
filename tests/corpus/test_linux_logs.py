"""Real host logs: every line is taken, by the source it belongs to, and means what a plain grep says."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tocsin.model.event import Fields
from tocsin.sources import catalog

pytestmark = pytest.mark.corpus


def lines_of(path: Path) -> list[bytes]:
    return [line for line in path.read_bytes().splitlines() if line.strip()]


def parsed(name: str, path: Path) -> list[Fields]:
    return [catalog()[name].parse(line) for line in lines_of(path)]


def test_auth_log(corpus: Path) -> None:
    path = corpus / "host-logs" / "auth_suspicious_login.log"
    counts = Counter(
        (event.get("event.action"), event.get("event.outcome")) for event in parsed("linux_auth", path)
    )
    text = path.read_text()
    assert counts["ssh_login", "failure"] == len(re.findall(r"Failed \S+ for ", text))
    assert counts["ssh_login", "success"] == text.count(": Accepted ")
    assert counts["invalid_user", "failure"] == text.count(": Invalid user ")
    assert counts["sudo", "success"] == text.count("; COMMAND=")
    assert counts["session_opened", "success"] == text.count(": session opened for user ")


def test_audit_log(corpus: Path) -> None:
    path = corpus / "host-logs" / "msticpy_auditd_log.txt"
    events = parsed("auditd", path)
    failed = [
        event for event in events if event["type"] == "USER_LOGIN" and event["event.outcome"] == "failure"
    ]
    assert all("source.ip" in event for event in failed)
    ran = [event for event in events if event["type"] == "EXECVE"]
    assert all(len(event["process.args"]) == int(event["argc"]) for event in ran)
    assert all(event.get("SYSCALL") for event in events if event["type"] == "SYSCALL")


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("auditd-base64-exec", "auditd"),
        ("opnsense-sshd", "linux_auth"),
        ("pam-logs", "linux_auth"),
        ("ssh-generic-test", "linux_auth"),
        ("sshd-bad-keyexchange-bf", "linux_auth"),
        ("sshd-impossible-travel", "linux_auth"),
        ("sshd-logs-fp", "linux_auth"),
        ("segfault-logs", "syslog"),
        ("iptables-logs", "syslog"),
    ],
)
def test_a_log_is_recognised(corpus: Path, folder: str, name: str) -> None:
    (path,) = (corpus / "crowdsec-hub" / "logs" / folder).glob("*.log")
    for line in lines_of(path):
        scores = {source.name: source.recognise(line, None) for source in catalog().values()}
        assert max(scores, key=lambda source: scores[source]) == name
        assert catalog()[name].parse(line)["message" if name != "auditd" else "type"]
