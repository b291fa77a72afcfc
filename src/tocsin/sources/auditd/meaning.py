"""What an audit record means, under ECS names: action, outcome, who, from where, to where."""

from ipaddress import IPv4Address, IPv6Address

from tocsin.model.event import Fields
from tocsin.sources.linux.shapes import is_address

_ACTIONS = {
    "EXECVE": "executed",
    "USER_LOGIN": "login",
    "USER_LOGOUT": "logout",
    "USER_AUTH": "authenticated",
    "USER_ERR": "authentication_error",
    "USER_START": "session_opened",
    "USER_END": "session_closed",
    "USER_CMD": "sudo",
    "USER_CHAUTHTOK": "password_changed",
    "USER_MGMT": "user_changed",
    "ADD_USER": "user_added",
    "DEL_USER": "user_deleted",
    "ADD_GROUP": "group_added",
    "DEL_GROUP": "group_deleted",
    "GRP_MGMT": "group_changed",
    "ACCT_LOCK": "user_locked",
    "ACCT_UNLOCK": "user_unlocked",
    "SERVICE_START": "service_started",
    "SERVICE_STOP": "service_stopped",
    "CONFIG_CHANGE": "audit_config_changed",
    "DAEMON_START": "audit_daemon_started",
    "DAEMON_END": "audit_daemon_stopped",
    "DAEMON_ABORT": "audit_daemon_stopped",
    "AVC": "access_decided",
    "USER_AVC": "access_decided",
    "ANOM_ABEND": "crashed",
    "ANOM_PROMISCUOUS": "promiscuous_mode_changed",
    "KERN_MODULE": "kernel_module_loaded",
    "TTY": "typed",
    "USER_TTY": "typed",
    "NETFILTER_CFG": "firewall_changed",
    "SYSTEM_SHUTDOWN": "system_shutdown",
}
_OUTCOMES = {
    "success": "success",
    "yes": "success",
    "1": "success",
    "granted": "success",
    "ALLOWED": "success",
    "failed": "failure",
    "fail": "failure",
    "no": "failure",
    "0": "failure",
    "denied": "failure",
    "DENIED": "failure",
}
_ABOUT_ACCOUNTS = frozenset(
    {"ADD_USER", "DEL_USER", "USER_MGMT", "USER_CHAUTHTOK", "GRP_MGMT", "ACCT_LOCK", "ACCT_UNLOCK"}
)
_NOBODY = frozenset({"", "?", "unset", "-1", "4294967295", "(unknown)", "unknown", "(invalid user)"})


def add_meaning(fields: Fields) -> None:
    """Add the derived fields; the record's own are left as they are."""
    kind = fields["type"]
    fields["event.action"] = _ACTIONS.get(kind) or fields.get("SYSCALL") or kind.lower()
    result = fields.get("res") or fields.get("success") or fields.get("avc.result") or fields.get("apparmor")
    if result in _OUTCOMES:
        fields["event.outcome"] = _OUTCOMES[result]
    _add_user(fields)
    if (address := fields.get("addr")) and address != "?" and is_address(address):
        fields["source.ip"] = address
        if (name := fields.get("hostname", "")) not in _NOBODY and name != address:
            fields["source.address"] = name
    if "process.args" in fields:
        _add_image(fields)
    elif kind == "USER_CMD" and fields.get("cmd"):
        fields["process.command_line"] = fields["cmd"]
        fields["image"] = fields["cmd"].partition(" ")[0]
    elif kind == "SOCKADDR":
        _add_destination(fields)


def _add_user(fields: Fields) -> None:
    # Who logged in outlives su and sudo; a daemon has no login, so its own user stands in.
    for place in ("AUID", "acct", "UID", "auid", "uid"):
        if (name := fields.get(place)) and name not in _NOBODY and not name.isdigit():
            fields["user.name"] = name
            break
    for place in ("auid", "uid"):
        if (number := fields.get(place)) and number not in _NOBODY:
            fields["user.id"] = number
            break
    if fields["type"] in _ABOUT_ACCOUNTS and (
        target := fields.get("acct") or fields.get("ID") or fields.get("id")
    ):
        fields["user.target.name"] = target


def _add_image(fields: Fields) -> None:
    # The record has no path of the program, only how it was called: rules look at the end, `/nc`.
    called = fields["process.args"][0]
    fields["image"] = called if "/" in called else f"/{called}"


def _add_destination(fields: Fields) -> None:
    try:
        address = bytes.fromhex(fields.get("saddr", ""))
    except ValueError:
        return
    if address[:2] == b"\x02\x00" and len(address) >= 8:
        fields["destination.ip"] = str(IPv4Address(address[4:8]))
    elif address[:2] == b"\x0a\x00" and len(address) >= 24:
        fields["destination.ip"] = str(IPv6Address(address[8:24]))
    else:
        return
    fields["destination.port"] = int.from_bytes(address[2:4], "big")
