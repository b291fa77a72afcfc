"""Which program wrote the message decides who reads it; what it says is added under ECS names."""

from collections.abc import Callable

from tocsin.model.event import Fields
from tocsin.sources.linux.accounts import read_accounts
from tocsin.sources.linux.pam import is_pam, read_pam
from tocsin.sources.linux.sshd import read_sshd
from tocsin.sources.linux.sudo import read_pkexec, read_su, read_sudo
from tocsin.sources.linux.system import read_cron, read_kernel, read_login, read_logind, read_systemd

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
    **dict.fromkeys(("CRON", "cron", "crond", "crontab", "CROND", "anacron"), read_cron),
    "sudo": read_sudo,
    "su": read_su,
    "pkexec": read_pkexec,
    "systemd-logind": read_logind,
    "login": read_login,
    "systemd": read_systemd,
    "kernel": read_kernel,
}


def read_message(fields: Fields) -> Fields:
    """Add to a syslog line's fields what its message says, if the program is known."""
    program = fields.get("process.name", "")
    if program.endswith("(pam_unix)"):
        # Linux-PAM before 0.99 put the module into the tag.
        fields["process.name"] = program = program[: -len("(pam_unix)")]
        read_pam(fields["message"], fields)
        return fields
    message = fields["message"]
    if message.startswith(" "):
        message = message.lstrip()
    reader = _READERS.get(program)
    if is_pam(message):
        read_pam(message, fields)
    elif reader is not None:
        reader(message, fields)
    return fields
