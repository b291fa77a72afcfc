"""Which program wrote the message decides who reads it; what it says is added under ECS names."""

from collections.abc import Callable

from tocsin.model.event import Fields
from tocsin.sources.linux.accounts import read_accounts
from tocsin.sources.linux.pam import read_pam
from tocsin.sources.linux.shapes import remembered
from tocsin.sources.linux.sshd import read_sshd
from tocsin.sources.linux.sudo import read_pkexec, read_su, read_sudo
from tocsin.sources.linux.system import read_cron, read_kernel, read_login, read_logind, read_systemd

# PAM's messages and cron's hold no port, process or session number: they repeat.
_read_pam = remembered(read_pam)

_READERS: dict[str, Callable[[str, Fields], None]] = {
    **dict.fromkeys(("sshd", "sshd-session", "sshd-auth"), read_sshd),
    **dict.fromkeys(
        (
            "useradd",
            "usermod",
            "userdel",
            "groupadd",
            "groupmod",
            "groupdel",
            "gpasswd",
            "passwd",
            "chpasswd",
            "chage",
            "adduser",
            "addgroup",
            "newusers",
            "chsh",
            "chfn",
        ),
        read_accounts,
    ),
    **dict.fromkeys(("CRON", "cron", "crond", "crontab", "CROND", "anacron"), remembered(read_cron)),
    "sudo": read_sudo,
    "su": read_su,
    "pkexec": read_pkexec,
    "systemd-logind": read_logind,
    "login": read_login,
    "systemd": read_systemd,
    "kernel": read_kernel,
}

_PAM = frozenset({"pam_", "PAM "})


def read_message(fields: Fields) -> Fields:
    """Add to a syslog line's fields what its message says, if the program is known."""
    message = fields["message"]
    program = fields.get("process.name", "")
    if message[:4] in _PAM:
        _read_pam(message, fields)
    elif reader := _READERS.get(program):
        reader(message.lstrip(" ") if message[:1] == " " else message, fields)
    elif program.endswith("(pam_unix)"):
        # Linux-PAM before 0.99 put the module into the tag.
        fields["process.name"] = program[: -len("(pam_unix)")]
        _read_pam(message, fields)
    return fields
