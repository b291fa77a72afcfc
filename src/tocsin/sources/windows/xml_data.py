"""The `EventData` of an event as XML text -> its fields. Reads just this form; no entity is ever expanded."""

import re
from html import unescape

_DATA = re.compile(r"<Data(?: Name=(?:\"([^\"<>]{1,200})\"|'([^'<>]{1,200})'))?\s*(?:/>|>([^<]*)</Data>)")
_USER_DATA = re.compile(r"<([A-Za-z_][\w.-]{0,100})(?: [^<>]{0,300})?>([^<]*)</\1>")


def data_of(xml: str) -> dict[str, str]:
    """Return the named <Data> elements; unnamed ones are joined under Data."""
    if not xml.lstrip().startswith("<"):
        return {}
    found: dict[str, str] = {}
    unnamed: list[str] = []
    for one in _DATA.finditer(xml):
        name, value = one[1] or one[2], unescape(one[3] or "")
        if name:
            found.setdefault(unescape(name), value)
        else:
            unnamed.append(value)
    if unnamed:
        found.setdefault("Data", "\r\n".join(unnamed))
    return found or {one[1]: unescape(one[2]) for one in _USER_DATA.finditer(xml)}
