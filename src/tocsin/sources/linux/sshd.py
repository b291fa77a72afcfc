"""OpenSSH's server. User names are the client's own text: the last `from ADDRESS port N` is sshd's."""

import re

from tocsin.model.event import Fields
from tocsin.sources.linux.shapes import Shape, read_by_word
from tocsin.sources.linux.sshd_usual import read_usual

_FROM = r" from (\S+)(?: port (\d{1,5})|)"
_AT = r"(\S+) port (\d{1,5})"
_WHO = r"(?:(?:authenticating|invalid) |)(?:user (.*) |)"
_PREAUTH = r"(?: \[preauth\]|)\s*$"
_SSH = r"(?: ssh2?|)"
_KEY = r"(?:: (\S+) (\S+)|)\s*$"
_LOGIN = {"action": "ssh_login", "category": "authentication"}
_END = {"action": "ssh_disconnect", "category": "session"}
_SCAN = {"action": "ssh_probe", "category": "network", "outcome": "failure"}

_TABLE = {
    "Accepted": (
        Shape(
            r"Accepted (\S+) for (.*)" + _FROM + _SSH + r"(?:: (\S+) (\S+).*|)$",
            "ssh.auth_method user.name source.ip source.port ssh.key.type ssh.key.fingerprint",
            outcome="success",
            **_LOGIN,
        ),
    ),
    "Failed": (
        Shape(
            r"Failed (\S+) for (?:(invalid user) |(?!illegal user ))(.*)" + _FROM + _SSH + _KEY,
            "ssh.auth_method event.reason user.name source.ip source.port ssh.key.type ssh.key.fingerprint",
            outcome="failure",
            **_LOGIN,
        ),
        Shape(
            r"Failed (\S+) for illegal user (.*)" + _FROM + _SSH + _KEY,
            "ssh.auth_method user.name source.ip source.port ssh.key.type ssh.key.fingerprint",
            outcome="failure",
            reason="invalid user",
            **_LOGIN,
        ),
        Shape(
            r"Failed (\S+) for (.*)" + _FROM + _SSH + _KEY,
            "ssh.auth_method user.name source.ip source.port ssh.key.type ssh.key.fingerprint",
            outcome="failure",
            **_LOGIN,
        ),
    ),
    "Invalid": (
        Shape(
            r"Invalid user (.*)" + _FROM + r"\s*$",
            "user.name source.ip source.port",
            action="invalid_user",
            category="authentication",
            outcome="failure",
        ),
    ),
    "Illegal": (
        Shape(
            r"Illegal user (.*)" + _FROM + r"\s*$",
            "user.name source.ip source.port",
            action="invalid_user",
            category="authentication",
            outcome="failure",
        ),
    ),
    "User": (
        Shape(
            r"User (.*) from (\S+) not allowed because (.+)$",
            "user.name source.ip event.reason",
            outcome="failure",
            action="user_not_allowed",
            category="authentication",
        ),
    ),
    "ROOT": (
        Shape(
            r"ROOT LOGIN REFUSED FROM (\S+)(?: port (\d{1,5})|)",
            "source.ip source.port",
            outcome="failure",
            action="user_not_allowed",
            category="authentication",
            reason="root login refused",
        ),
    ),
    "Connection": (
        Shape(
            rf"Connection (?:closed|reset) by {_WHO}{_AT}{_PREAUTH}",
            "user.name source.ip source.port",
            **_END,
        ),
        Shape(
            rf"Connection from {_AT} on {_AT}",
            "source.ip source.port destination.ip destination.port",
            action="ssh_connect",
            category="network",
        ),
        Shape(r"Connection (?:closed|reset) by (\S+)(?: \[preauth\]|)$", "source.ip", **_END),
    ),
    "Disconnected": (
        Shape(rf"Disconnected from {_WHO}{_AT}{_PREAUTH}", "user.name source.ip source.port", **_END),
        Shape(r"Disconnected from (\S+)", "source.ip", **_END),
    ),
    "Received": (
        Shape(
            r"Received disconnect from (\S+)(?: port (\d{1,5})|): ?\d+: ?", "source.ip source.port", **_END
        ),
        Shape(r"Received signal 15", "", action="server_stopped", category="process"),
    ),
    "Disconnecting": (
        Shape(
            rf"Disconnecting {_WHO}{_AT}: Too many authentication failures",
            "user.name source.ip source.port",
            action="too_many_failures",
            category="authentication",
            outcome="failure",
        ),
    ),
    "error:": (
        Shape(
            r"error: maximum authentication attempts exceeded for (?:invalid user |)(.*)"
            + _FROM
            + r"(?: ssh2|)"
            + _PREAUTH,
            "user.name source.ip source.port",
            action="too_many_failures",
            category="authentication",
            outcome="failure",
        ),
        Shape(rf"error: Received disconnect from {_AT}: ?\d+: ?", "source.ip source.port", **_END),
        Shape(
            r"error: PAM: (.{1,80}) for (?:illegal user |invalid user |)(.*) from (\S+)",
            "event.reason user.name source.ip",
            outcome="failure",
            **_LOGIN,
        ),
        Shape(r"error: kex_exchange_identification: (.+)$", "event.reason", **_SCAN),
    ),
    "Did": (Shape(r"Did not receive identification string" + _FROM, "source.ip source.port", **_SCAN),),
    "Bad": (Shape(r"Bad protocol version identification '.*'" + _FROM, "source.ip source.port", **_SCAN),),
    "banner": (
        Shape(
            rf"banner exchange: Connection from {_AT}: (.+)$", "source.ip source.port event.reason", **_SCAN
        ),
    ),
    "Unable": (
        Shape(
            rf"Unable to negotiate with {_AT}: (no matching [a-z ]{{1,40}}) found",
            "source.ip source.port event.reason",
            **_SCAN,
        ),
    ),
    "fatal:": (
        Shape(
            r"fatal: Timeout before authentication for (\S+)(?: port (\d{1,5})|)",
            "source.ip source.port",
            **_SCAN,
        ),
        Shape(
            rf"fatal: Unable to negotiate with {_AT}: (no matching [a-z ]{{1,40}}) found",
            "source.ip source.port event.reason",
            **_SCAN,
        ),
    ),
    "reverse": (
        Shape(
            r"reverse mapping checking getaddrinfo for \S+ \[([^\]\s]+)\] failed",
            "source.ip",
            action="ssh_reverse_mapping_failed",
            category="network",
        ),
    ),
    "Starting": (
        Shape(
            r"Starting session: (\S+)(?: on \S+| '\S+')? for (.*)" + _FROM,
            "ssh.session.type user.name source.ip source.port",
            action="ssh_session_started",
            category="session",
            outcome="success",
        ),
    ),
    "Close": (
        Shape(
            r"Close session: user (.*)" + _FROM,
            "user.name source.ip source.port",
            action="ssh_session_closed",
            category="session",
        ),
    ),
    "Postponed": (
        Shape(
            r"Postponed (\S+) for (?:invalid user |)(.*)" + _FROM,
            "ssh.auth_method user.name source.ip source.port",
            action="ssh_login_postponed",
            category="authentication",
        ),
    ),
    "Server": (
        Shape(
            r"Server listening on (\S+) port (\d{1,5})",
            "server.address server.port",
            action="server_started",
            category="process",
        ),
    ),
}

_REPEATED = re.compile(r"message repeated (\d{1,6}) times: \[ ?(.*)\]\s*$")


def read_sshd(message: str, fields: Fields) -> None:
    """Read a message of sshd; one that rsyslog folded is read as the message it repeats."""
    if read_usual(message, fields):
        return
    if message[:17] == "message repeated " and (found := _REPEATED.match(message)):
        fields["event.repeated"] = int(found[1])
        message = found[2]
        if read_usual(message, fields):
            return
    read_with_care(message, fields)


def read_with_care(message: str, fields: Fields) -> None:
    """Read a message of any form, by the patterns."""
    read_by_word(_TABLE, message, fields)
