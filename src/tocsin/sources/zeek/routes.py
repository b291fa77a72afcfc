"""Which rules each of Zeek's logs gets, and how their fields are called there."""

from functools import lru_cache
from typing import TypeAlias

from tocsin.model.logsource import LogSource
from tocsin.ports.source import Route

# Fields with few distinct values (the route is remembered by them) that only one log has, surest first.
TELLTALES = {
    "AA": "dns",
    "rejected": "dns",
    "qclass_name": "dns",
    "conn_state": "conn",
    "tls": "smtp",
    "trans_depth": "http",
    "endpoint": "dce_rpc",
    "certificate.version": "x509",
    "request_type": "kerberos",
    "share_type": "smb_mapping",
    "action": "smb_files",
    "security_protocol": "rdp",
    "keyboard_layout": "rdp",
    "auth_attempts": "ssh",
    "established": "ssl",
    "timedout": "files",
    "tunnel_type": "tunnel",
    "note": "notice",
    "facility": "syslog",
    "software_type": "software",
    "lease_time": "dhcp",
    "machine": "pe",
}

_Aliases: TypeAlias = dict[str, tuple[str, ...]]

_ENDS: _Aliases = {
    "src_ip": ("id.orig_h",),
    "src_port": ("id.orig_p",),
    "dst_ip": ("id.resp_h",),
    "dst_port": ("id.resp_p",),
    "SourceIp": ("id.orig_h",),
    "SourcePort": ("id.orig_p",),
    "DestinationIp": ("id.resp_h",),
    "DestinationPort": ("id.resp_p",),
}
_DNS: _Aliases = {
    "QueryName": ("query",),
    "record_type": ("qtype_name",),
    "answer": ("answers",),
    "QueryResults": ("answers",),
    "QueryStatus": ("rcode",),
}
_HTTP: _Aliases = {
    "c-ip": ("id.orig_h",),
    "s-ip": ("id.resp_h",),
    "c-uri": ("uri",),
    "cs-uri": ("uri",),
    "c-uri-query": ("uri",),
    "cs-uri-query": ("uri",),
    "c-uri-stem": ("uri",),
    "cs-uri-stem": ("uri",),
    "c-useragent": ("user_agent",),
    "cs-user-agent": ("user_agent",),
    "cs-method": ("method",),
    "cs-host": ("host",),
    "r-dns": ("host",),
    "cs-referer": ("referrer",),
    "cs-referrer": ("referrer",),
    "cs-username": ("username",),
    "cs-version": ("version",),
    "cs-bytes": ("request_body_len",),
    "sc-bytes": ("response_body_len",),
    "sc-status": ("status_code",),
    "cs-cookie": ("cookie_vars", "cookie"),
}
# One log may be what several generic categories mean: its HTTP is both seen leaving and arriving.
_CATEGORIES: dict[str, tuple[str, ...]] = {
    "dns": ("dns",),
    "http": ("proxy", "webserver"),
    "conn": ("firewall", "network_connection"),
}
_ALIASES: dict[str, _Aliases] = {"dns": _DNS, "http": _HTTP}


@lru_cache(maxsize=256)
def route_of(log: str) -> Route:
    """Return the route of a log by its name, `dns`; an unknown name is a service like any other."""
    service = log[:64] or None
    categories: tuple[str | None, ...] = _CATEGORIES.get(log, (None,))
    return Route(
        logsources=tuple(LogSource("zeek", category, service) for category in categories),
        aliases={**_ENDS, **_ALIASES.get(log, {})},
    )
