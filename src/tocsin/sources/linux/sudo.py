"""sudo, su, pkexec and doas: who ran what as whom, and who was refused."""

import re

from tocsin.model.event import Fields
from tocsin.sources.linux.shapes import Shape, read_first

_SUDO = re.compile(
    r"\s*(\S.*?) : (?:([a-z1-9][^;=]{2,120}?) ; )?((?:HOST|TTY|PWD|USER|CHROOT|GROUP|TSID)=.*)$"
)
_REFUSED = re.compile(r"\s*(\S.{0,255}?) : (\d+ incorrect password attempts?|[a-z][^;=]{2,120})$")
_SETTINGS = {
    "TTY": "process.tty",
    "PWD": "process.working_directory",
    "USER": "user.effective.name",
    "GROUP": "group.name",
}
_SU = {"action": "su", "category": "authentication"}

_SU_SHAPES = (
    Shape(r"Successful su for (\S+) by (\S+)", "user.effective.name user.name", outcome="success", **_SU),
    Shape(r"FAILED (?:su|SU) for (\S+) by (\S+)", "user.effective.name user.name", outcome="failure", **_SU),
    Shape(r"FAILED SU \(to ([^)\s]+)\) (\S+) on", "user.effective.name user.name", outcome="failure", **_SU),
    Shape(r"\(to ([^)\s]+)\) (\S+) on", "user.effective.name user.name", outcome="success", **_SU),
    Shape(r"\+ (\S+) ([^:\s]+):(\S+)", "process.tty user.name user.effective.name", outcome="success", **_SU),
    Shape(r"- (\S+) ([^:\s]+):(\S+)", "process.tty user.name user.effective.name", outcome="failure", **_SU),
)
_PKEXEC = Shape(
    r"(\S+): (?:Error e|E)xecuting command(?: as another user: ([^\[]{1,200}?))? \[USER=([^\]\s]+)\]"
    r" \[TTY=([^\]\s]+)\] \[CWD=([^\]]{0,4096})\] \[COMMAND=(.*)\]\s*$",
    "user.name event.reason user.effective.name process.tty process.working_directory process.command_line",
    action="pkexec",
    category="process",
)


def read_sudo(message: str, fields: Fields) -> None:
    """Read sudo's own line: `alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/ls`."""
    if found := _SUDO.match(message):
        fields["user.name"] = found[1]
        _settle(fields, found[2])
        _read_settings(found[3], fields)
    elif found := _REFUSED.match(message):
        fields["user.name"] = found[1]
        _settle(fields, found[2])


def _settle(fields: Fields, refusal: str | None) -> None:
    fields["event.action"] = "sudo"
    fields["event.category"] = "process"
    fields["event.outcome"] = "failure" if refusal else "success"
    if refusal:
        fields["event.reason"] = refusal


def _read_settings(text: str, fields: Fields) -> None:
    head, _, command = text.partition("COMMAND=")
    for part in head.split(" ; "):
        name, _, value = part.strip().partition("=")
        if value and name in _SETTINGS:
            fields[_SETTINGS[name]] = value
    if command:
        add_command(fields, command)


def add_command(fields: Fields, command: str) -> None:
    """Set the command line that was run, and its program."""
    fields["process.command_line"] = command
    program = command.partition(" ")[0]
    if program.startswith("/"):
        fields["process.executable"] = program


def read_su(message: str, fields: Fields) -> None:
    """Read su's own line."""
    read_first(_SU_SHAPES, message, fields)


def read_pkexec(message: str, fields: Fields) -> None:
    """Read polkit's pkexec."""
    if _PKEXEC.read(message, fields):
        fields["event.outcome"] = "failure" if "event.reason" in fields else "success"
        if command := fields.get("process.command_line"):
            add_command(fields, command)
