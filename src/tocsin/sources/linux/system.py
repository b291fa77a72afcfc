"""cron, logind, login, systemd and the kernel."""

import re

from tocsin.model.event import Fields
from tocsin.sources.linux.shapes import Shape, number, read_by_word, read_first
from tocsin.sources.linux.sudo import add_command

_CRON = re.compile(
    r"\(([^)]{1,255})\) (CMD|CMDOUT|REPLACE|DELETE|LIST|BEGIN EDIT|END EDIT|RELOAD|EDIT) \((.*)\)\s*$"
)
_CRON_ACTIONS = {
    "CMD": "cron_command",
    "CMDOUT": "cron_output",
    "REPLACE": "crontab_replaced",
    "DELETE": "crontab_deleted",
    "LIST": "crontab_listed",
    "BEGIN EDIT": "crontab_edit_begun",
    "EDIT": "crontab_edit_begun",
    "END EDIT": "crontab_edit_ended",
    "RELOAD": "crontab_reloaded",
}
_LOGIND = (
    Shape(
        r"New session (\S+) of user (.+?)\.?$",
        "session.id user.name",
        action="logind_session_new",
        category="session",
    ),
    Shape(r"Session (\S+) logged out", "session.id", action="logind_session_closed", category="session"),
    Shape(r"Removed session (\S+?)\.?$", "session.id", action="logind_session_removed", category="session"),
    Shape(
        r"(?:System is|The system will) (rebooting|powering down|reboot|power off)",
        "event.reason",
        action="system_shutdown",
        category="host",
    ),
)
_LOGIN = (
    Shape(
        r"FAILED LOGIN (?:\(\d+\) |\d+ )?(?:on '([^']*)'|FROM (\S+)) FOR '?([^',]*)'?, (.*)$",
        "process.tty source.ip user.name event.reason",
        action="login",
        category="authentication",
        outcome="failure",
    ),
    Shape(
        r"LOGIN ON (\S+) BY (\S+)",
        "process.tty user.name",
        action="login",
        category="authentication",
        outcome="success",
    ),
)
_ROOT_LOGIN = Shape(
    r"ROOT LOGIN +(?:ON|on) '?([^'\s]+)",
    "process.tty",
    action="login",
    category="authentication",
    outcome="success",
)


def _unit_shapes(word: str, dots: str, action: str) -> tuple[Shape, ...]:
    """Read the unit up to ` - `, or up to the end and its dots.

    The first shape takes the lines without ` - ` at a gallop; the second tries each place in turn.
    """
    patterns = (rf"{word} (?!.+ - )(.*[^.\n])(?:{dots}|)$", rf"{word} (.+?)(?: - .*|{dots}|)$")
    return tuple(Shape(pattern, "service.name", action=action, category="process") for pattern in patterns)


_SYSTEMD = {
    "Started": _unit_shapes("Started", r"\.", "service_started"),
    "Stopped": _unit_shapes("Stopped", r"\.", "service_stopped"),
    "Stopping": _unit_shapes("Stopping", r"\.{1,3}", "service_stopping"),
}
_UPTIME = re.compile(r"\[ *\d+\.\d+\] ")
_KERNEL = (
    Shape(
        r"(?:traps: )?([^\[]{1,64})\[(\d+)\]:? segfault at (\S+) ip \S+ sp \S+ error \d+(?: in ([^\[\s]+))?",
        "process.executable process.pid error.address error.library",
        action="segfault",
        category="process",
    ),
    Shape(
        r"(?:traps: )?([^\[]{1,64})\[(\d+)\]:? (?:trap )?general protection",
        "process.executable process.pid",
        action="segfault",
        category="process",
    ),
    Shape(
        r"(?:device )?(\S+?):? entered promiscuous mode",
        "network.interface.name",
        action="promiscuous_mode_entered",
        category="network",
    ),
    Shape(
        r"(\S+): (?:module verification failed|loading out-of-tree module)",
        "kernel.module",
        action="kernel_module_tainted",
        category="driver",
    ),
    Shape(
        r"(?:Out of memory|Memory cgroup out of memory): Killed? process (\d+) \(([^)]*)\)",
        "process.pid process.executable",
        action="oom_kill",
        category="process",
    ),
)
_PACKET = re.compile(r"(?:^|[ :\]])IN=(\S*) OUT=(\S*) ")
# TCP and UDP over IPv4, as the kernel writes them; any other packet is read pair by pair.
_USUAL_PACKET = re.compile(
    r"(?:MAC=[!-~]* |)SRC=([!-~]+) DST=([!-~]+) LEN=[!-~]+ TOS=[!-~]+ PREC=[!-~]+ TTL=[!-~]+ ID=[!-~]+ (?:DF |)"
    r"PROTO=([A-Z]+) SPT=(\d{1,5}) DPT=(\d{1,5}) (?:WINDOW=[!-~]+ RES=[!-~]+ (?:[A-Z]{3} ){1,8}URGP=[!-~]+|LEN=[!-~]+) ?$",
    re.ASCII,
)
_PACKET_NAMES = {
    "SRC": "source.ip",
    "DST": "destination.ip",
    "SPT": "source.port",
    "DPT": "destination.port",
    "PROTO": "network.transport",
}


def read_cron(message: str, fields: Fields) -> None:
    """Read cron's and crontab's lines: `(root) CMD (run-parts /etc/cron.hourly)`."""
    if not (found := _CRON.match(message)):
        return
    fields["event.action"] = _CRON_ACTIONS[found[2]]
    fields["user.name"] = found[1]
    if found[2] == "CMD":
        fields["event.category"] = "process"
        add_command(fields, found[3].strip())
    elif found[2] in {"REPLACE", "DELETE", "LIST", "BEGIN EDIT", "END EDIT"}:
        fields["event.category"] = "configuration"
        fields["user.target.name"] = found[3]


def read_logind(message: str, fields: Fields) -> None:
    """Read systemd-logind's sessions."""
    read_first(_LOGIND, message, fields)


def read_login(message: str, fields: Fields) -> None:
    """Read login(1)'s lines of the console."""
    if _ROOT_LOGIN.read(message, fields):
        fields["user.name"] = "root"
    else:
        read_first(_LOGIN, message, fields)


def read_systemd(message: str, fields: Fields) -> None:
    """Read systemd's starts and stops of units."""
    read_by_word(_SYSTEMD, message, fields)


def read_kernel(message: str, fields: Fields) -> None:
    """Read crashes, tainting modules, sniffing interfaces and netfilter's packets."""
    if found := _UPTIME.match(message):
        message = message[found.end() :]
    if found := _PACKET.search(message):
        _read_packet(message, found, fields)
    else:
        read_first(_KERNEL, message, fields)


def _read_packet(message: str, found: re.Match[str], fields: Fields) -> None:
    fields["event.action"] = "packet_logged"
    fields["event.category"] = "network"
    if rule := message[: found.start()].strip(" :[]"):
        fields["rule.name"] = rule[:200]
    if usual := _USUAL_PACKET.match(message, found.end()):
        fields["source.ip"], fields["destination.ip"], transport, source, destination = usual.groups()
        fields["source.port"], fields["destination.port"] = int(source), int(destination)
        fields["network.transport"] = transport.lower()
    else:
        _read_packet_pairs(message[found.end() :], fields)


def _read_packet_pairs(pairs: str, fields: Fields) -> None:
    for pair in pairs.split():
        name, _, value = pair.partition("=")
        if value and name in _PACKET_NAMES:
            fields[_PACKET_NAMES[name]] = number(value) if name in {"SPT", "DPT"} else value
    if transport := fields.get("network.transport"):
        fields["network.transport"] = transport.lower()
