"""Access log lines that are not the ordinary combined format: escapes, virtual hosts, malformed requests."""

import re
from itertools import takewhile

from tocsin.errors import DataError
from tocsin.model.event import Fields
from tocsin.sources.web_access.stamp import to_seconds

UNSAID = frozenset({"-", ""})

_QUOTED = r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"'
# Before the request there may be a user name with brackets, so the date is the first that looks like one.
_LINE = re.compile(r"(.*?) ?\[(\d[^\]\"\[]{9,40})\] " + _QUOTED + r" (.*)", re.DOTALL)
_TAIL = re.compile(_QUOTED + " " + _QUOTED + r"( .*)?", re.DOTALL)
_ESCAPE = re.compile(r'\\(x22|x5[cC]|["\\])')
_PROTOCOL = re.compile(r"[A-Za-z]{2,10}/[0-9.]{1,5}")
_METHOD = re.compile(r"[A-Za-z][A-Za-z_-]{1,31}")
_ADDRESSES = re.compile(r"[0-9a-fA-F.:, ]{3,400}")
_SYSLOG = re.compile(
    r"(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d [\d:]{8}|\d{4}-\d\d-\d\dT\S{8,30}) (\S+) [^\s:]+: "
)


def parse_unusual(text: str) -> Fields:
    """Take a line apart that has more, less or other than the six words, the request and three strings."""
    found = _LINE.match(text)
    when = to_seconds(found[2]) if found else None
    if not found or when is None:
        raise DataError("not an access log line")
    fields = _client(_plain(found[1]), when)
    _add_request(fields, _plain(found[3]))
    status, _, rest = found[4].partition(" ")
    size, _, rest = rest.partition(" ")
    _add_response(fields, status, size)
    if rest:
        _add_strings(fields, rest)
    return fields


def _plain(text: str) -> str:
    r"""Undo how Apache (`\"`, `\\`) and nginx (`\x22`, `\x5C`) write quotes and backslashes; no others."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda found: '"' if found[1] in {'"', "x22"} else "\\", text)


def _client(head: str, when: float) -> Fields:
    """Read the words before the date: syslog header, virtual host, list of proxies, user with spaces."""
    fields: Fields = {"time": when}
    header = _SYSLOG.match(head)
    if header:
        fields["host.name"] = header[1]
        head = head[header.end() :]
    words = head.split(" ")
    if len(words) > 3 and words[1] != "-" and not words[0].endswith(","):
        fields["cs-host"] = words.pop(0)
    fields["c-ip"] = words[0].rstrip(",")
    if not fields["c-ip"]:
        raise DataError("no client address")
    hops = takewhile(_ADDRESSES.fullmatch, words[1:])
    user = " ".join(words[2 + sum(1 for _ in hops) :])
    if user not in UNSAID:
        fields["cs-username"] = user
    return fields


def _add_request(fields: Fields, request: str) -> None:
    words = request.split(" ")
    if len(words) < 2 or not _METHOD.fullmatch(words[0]):
        if request not in UNSAID:
            fields["request"] = request
        return
    fields["cs-method"] = words[0]
    if len(words) > 2 and _PROTOCOL.fullmatch(words[-1]):
        fields["cs-version"] = words.pop()
    target = " ".join(words[1:])
    fields["cs-uri"] = target
    path, mark, query = _without_host(fields, target).partition("?")
    fields["cs-uri-stem"] = path
    fields["cs-uri-query"] = (query, target) if mark else target
    if mark:
        fields["url.query"] = query


def _without_host(fields: Fields, target: str) -> str:
    """Move the host of `http://host/path` or `CONNECT host:443` to cs-host; return the rest."""
    if target.startswith("/"):
        return target
    scheme, mark, rest = target.partition("://")
    if not mark:
        if fields["cs-method"] == "CONNECT":
            fields.setdefault("cs-host", scheme)
        return target
    host, slash, path = rest.partition("/")
    fields.setdefault("cs-host", host)
    return slash + path


def _add_response(fields: Fields, status: str, size: str) -> None:
    if len(status) == 3 and status.isascii() and status.isdecimal():
        fields["sc-status"] = int(status)
    elif status != "-":
        raise DataError("no status code")
    if size.isascii() and size.isdecimal() and len(size) < 19:
        fields["sc-bytes"] = int(size)


def _add_strings(fields: Fields, rest: str) -> None:
    found = _TAIL.fullmatch(rest)
    if found:
        referer, agent, extra = _plain(found[1]), _plain(found[2]), found[3] or ""
    else:
        # A server that does not escape quotes: what is between the outer ones is the best that can be told.
        referer, between, agent = rest.strip(' "').partition('" "')
        extra = "" if between else rest
        referer = referer if between else ""
    if referer not in UNSAID:
        fields["cs-referer"] = referer
    if agent not in UNSAID:
        fields["cs-user-agent"] = agent
    add_extra(fields, extra)


def add_extra(fields: Fields, rest: str) -> None:
    """Keep what a local format adds; name the forwarded-for list and the request time if they are there."""
    rest = rest.strip()
    if not rest:
        return
    fields["extra"] = rest
    words = rest.split('"', 2)
    if words[0] == "" and len(words) == 3 and _ADDRESSES.fullmatch(words[1]):
        fields["x-forwarded-for"] = words[1]
    seconds = rest.partition(" ")[0]
    if len(seconds) < 16 and seconds.isascii() and seconds.replace(".", "", 1).isdecimal():
        fields["time-taken"] = float(seconds)
