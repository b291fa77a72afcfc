"""One access log line -> W3C field names: ordinary lines by splitting at quotes, the rest by `unusual`."""

from tocsin.model.event import Fields
from tocsin.sources.web_access.stamp import SECONDS, to_minute
from tocsin.sources.web_access.unusual import add_extra, parse_unusual

# With the blanks around it, so that one look-up also proves that the code stands alone.
_STATUS = {f" {code} ": code for code in range(100, 1000)}
# What a line in common format lacks: referer, the blank, agent and the rest.
_NO_AGENT = ("-", " ", "-", "")
_VERSIONS = frozenset({"HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/2.0", "HTTP/3", "HTTP/3.0"})


def parse(record: bytes) -> Fields:
    """Take one line of any NCSA-like format apart."""
    try:
        text = record.decode()
        if "\\" not in text:
            return _parse_ordinary(text)
    except (LookupError, ValueError):
        pass
    return parse_unusual(record.decode("utf-8", "replace"))


# Splits take half the time of the best regex. The dict is written out whole, and what the line does not
# say taken out again, because growing it one by one costs a third more. In `cs-uri-query`, public rules
# mean the whole target as often as what follows the `?`: either may match. A tuple, as lists have no hash.
def _parse_ordinary(text: str) -> Fields:
    """Read a common or combined line in which nothing is odd; LookupError or ValueError if something is."""
    parts = text.split('"', 6)
    head, request, numbers, referer, _, agent, rest = parts if len(parts) == 7 else [*parts, *_NO_AGENT]
    method, target, version = request.split(" ")
    client, nobody, stamp = head.partition(" - - [")
    if not nobody:
        client, user, stamp = _named_client(head)
    path, mark, query = target.partition("?")
    size = numbers[5:]
    sized = size not in ("- ", "-")
    fields: Fields = {
        "time": to_minute(stamp[:17] + stamp[21:]) + SECONDS[stamp[17:21]],
        "c-ip": client,
        "cs-method": method,
        "cs-uri": target,
        "cs-uri-stem": path,
        "cs-uri-query": (query, target) if mark else target,
        "cs-version": version,
        "sc-status": _STATUS[numbers[:5]],
        "sc-bytes": int(size) if sized else 0,
        "cs-referer": referer,
        "cs-user-agent": agent,
    }
    if target[0] != "/" or version not in _VERSIONS or len(size) > 18:
        raise ValueError(text)
    if referer in ("-", ""):
        del fields["cs-referer"]
    if agent in ("-", ""):
        del fields["cs-user-agent"]
    if not sized:
        del fields["sc-bytes"]
    if mark:
        fields["url.query"] = query
    if not nobody:
        fields["cs-username"] = user
    if rest or " " in client:
        _add_local(fields, client, rest)
    return fields


def _named_client(head: str) -> tuple[str, str, str]:
    client, _, named = head.partition(" - ")
    user, _, stamp = named.partition(" [")
    if " " in user:
        raise ValueError(head)
    return client, user, stamp


def _add_local(fields: Fields, client: str, rest: str) -> None:
    """Read what only some formats have: a virtual host before the client, and what follows the agent."""
    if " " in client:
        host, _, client = client.partition(" ")
        if " " in client or host[-1:] == ",":
            raise ValueError(client)
        fields["cs-host"] = host
        fields["c-ip"] = client
    if rest:
        if rest[0] != " ":
            raise ValueError(rest)
        add_extra(fields, rest)
