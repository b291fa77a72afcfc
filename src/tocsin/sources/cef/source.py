"""ArcSight's Common Event Format, the export of most security appliances."""

import re
from functools import lru_cache
from typing import TypeAlias

from tocsin.model.event import Fields, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Kind, Route, Source
from tocsin.sources.cef.parser import parse

_Aliases: TypeAlias = dict[str, tuple[str, ...]]

_ALIASES: _Aliases = {
    "src_ip": ("src", "c6a2"),
    "src_port": ("spt",),
    "dst_ip": ("dst", "c6a3"),
    "dst_port": ("dpt",),
    "SourceIp": ("src",),
    "SourcePort": ("spt",),
    "DestinationIp": ("dst",),
    "DestinationPort": ("dpt",),
    "DestinationHostname": ("dhost",),
    "action": ("act",),
    "blocked": ("act",),
    "query": ("destinationDnsDomain",),
    "c-ip": ("src",),
    "c-uri": ("request",),
    "cs-uri": ("request",),
    "cs-uri-query": ("request",),
    "cs-uri-stem": ("request",),
    "cs-method": ("requestMethod",),
    "cs-host": ("dhost",),
    "r-dns": ("dhost",),
    "c-useragent": ("requestClientApplication",),
    "cs-user-agent": ("requestClientApplication",),
    "cs-cookie": ("requestCookies",),
    "cs-referer": ("requestContext",),
    "cs-referrer": ("requestContext",),
    "cs-username": ("suser",),
    "User": ("suser", "duser"),
    "Image": ("sproc", "dproc"),
    "TargetFilename": ("filePath", "fname"),
    "Filename": ("filePath", "fname"),
    "Signature": ("virusName", "name"),
    "EventID": ("externalId", "signatureId"),
}

# What kind of device a product is, by a word of its vendor or name; rules say `category`.
_KINDS = (
    ("proxy", re.compile(r"zscaler|blue ?coat|websense|forcepoint|squid|web ?gateway|proxysg")),
    (
        "antivirus",
        re.compile(r"antivirus|epolicy|deep security|apex|endpoint protection|kaspersky|clamav|defender"),
    ),
    (
        "firewall",
        re.compile(r"fortigate|pan-os|firewall|\basa\b|vpn-1|srx|sonicwall|unifi|pfsense|netscreen"),
    ),
)
# Sigma's words for products that call themselves otherwise.
_PRODUCTS = {
    ("fortinet", "fortigate"): "fortigate",
    ("palo alto networks", "pan-os"): "paloalto",
    ("cisco", "asa"): "cisco",
    ("juniper", "junos"): "juniper",
}

_SHAPE = re.compile(rb"CEF: ?\d{1,2}\|[^|]{0,128}\|[^|]{0,128}\|")
_BARE = re.compile(
    rb"\d\|[^|\"{]{1,64}\|[^|\"{]{1,64}\|[^|]{0,64}\|[^|]{0,64}\|[^|]{1,256}\|[^|]{1,16}\|\w+="
)


def _recognise(record: bytes, fields: Fields | None) -> int:
    if fields is not None:
        return 0
    if _SHAPE.search(record, 0, 1024):
        return 96 if record.startswith(b"CEF:") else 93
    return 70 if _BARE.match(record) else 0


@lru_cache(maxsize=512)
def _route_of(vendor: str, product: str) -> Route:
    said = f"{vendor} {product}"
    category = next((kind for kind, pattern in _KINDS if pattern.search(said)), None)
    known = _PRODUCTS.get((vendor, product)) or vendor.replace(" ", "_") or None
    return Route(
        logsources=(LogSource(known, category, product.replace(" ", "_") or None),), aliases=_ALIASES
    )


def _route(values: tuple[Value, ...]) -> Route:
    vendor, product = (value.lower()[:64] if isinstance(value, str) else "" for value in values)
    return _route_of(vendor, product)


SOURCE = Source(
    name="cef",
    title="Common Event Format (CEF)",
    kind=Kind.LINE,
    parse=parse,
    recognise=_recognise,
    carried=("CEF:",),
    route=_route,
    route_by=("deviceVendor", "deviceProduct"),
    normalised={
        "observer.vendor": ("deviceVendor",),
        "observer.product": ("deviceProduct",),
        "observer.version": ("deviceVersion",),
        "observer.hostname": ("dvchost", "host.name"),
        "event.code": ("signatureId",),
        "event.severity": ("severity",),
        "event.action": ("act",),
        "event.outcome": ("outcome",),
        "event.reason": ("reason",),
        "rule.name": ("name",),
        "message": ("msg", "name"),
        "host.name": ("shost", "dvchost", "host.name"),
        "source.ip": ("src", "c6a2"),
        "source.port": ("spt",),
        "source.mac": ("smac",),
        "source.bytes": ("out",),
        "destination.ip": ("dst", "c6a3"),
        "destination.port": ("dpt",),
        "destination.domain": ("dhost",),
        "destination.bytes": ("in",),
        "network.transport": ("proto",),
        "network.protocol": ("app",),
        "user.name": ("suser", "duser"),
        "user.id": ("suid", "duid"),
        "user.target.name": ("duser",),
        "process.name": ("sproc", "dproc"),
        "process.pid": ("spid", "dpid"),
        "file.name": ("fname",),
        "file.path": ("filePath",),
        "file.size": ("fsize",),
        "file.hash.md5": ("fileHash",),
        "http.request.method": ("requestMethod",),
        "url.original": ("request",),
        "user_agent.original": ("requestClientApplication",),
    },
    time=("time",),
    id=("eventId",),
)
