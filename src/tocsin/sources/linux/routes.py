"""Sigma's log sources for a program's lines: product linux, and the service that rules name."""

from functools import lru_cache

from tocsin.model.event import Path, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Route

ROUTE_BY: tuple[Path, ...] = ("process.name", "event.action", "event.outcome")

_SYSLOG = LogSource("linux", None, "syslog")
_AUTH = LogSource("linux", None, "auth")
_SERVICES = {
    **dict.fromkeys(("sshd", "sshd-session", "sshd-auth", "dropbear"), "sshd"),
    "sudo": "sudo",
    "su": "su",
    **dict.fromkeys(("CRON", "CROND", "cron", "crond", "crontab", "anacron", "fcron"), "cron"),
    **dict.fromkeys(("clamd", "clamav-daemon", "clamscan", "clamonacc", "clamdscan", "freshclam"), "clamav"),
    "vsftpd": "vsftpd",
    **dict.fromkeys(("guacd", "guacamole"), "guacamole"),
}
_AUTH_PROGRAMS = """
    sshd sshd-session sshd-auth dropbear sudo su pkexec polkitd polkit-agent-helper-1 login
    useradd usermod userdel groupadd groupmod groupdel gpasswd passwd chpasswd chage adduser addgroup newusers
    chsh chfn systemd-logind systemd-user unix_chkpwd doas gdm-password gdm-autologin lightdm sddm
"""
AUTH_PROGRAMS = frozenset(_AUTH_PROGRAMS.split())
_COMMANDS = frozenset({"sudo", "pkexec", "cron_command"})
_ALIASES: dict[str, tuple[Path, ...]] = {
    "CommandLine": ("process.command_line",),
    "Image": ("process.executable",),
    "User": ("user.effective.name", "user.name"),
    "CurrentDirectory": ("process.working_directory",),
}


def route(values: tuple[Value, ...]) -> Route:
    """Return the route of a line by its program and what it did; total for hostile types."""
    program, action, outcome = values
    known = program if isinstance(program, str) and len(program) < 40 else ""
    service = _SERVICES.get(known)
    ran = isinstance(action, str) and action in _COMMANDS and outcome != "failure"
    return _route(service, auth=known in AUTH_PROGRAMS, ran=ran)


@lru_cache(maxsize=64)
def _route(service: str | None, *, auth: bool, ran: bool) -> Route:
    logsources = [_SYSLOG]
    if auth:
        logsources.append(_AUTH)
    if service:
        logsources.append(LogSource("linux", None, service))
    if ran:
        # A command that sudo or cron logs is a new process: rules for those apply to it.
        logsources.append(LogSource("linux", "process_creation", None))
    return Route(tuple(logsources), aliases=_ALIASES if ran else {})
