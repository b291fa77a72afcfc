"""A real record with holes where its entities, ids, numbers and times were."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_PERSON = (
    rb"actor|user|userName|username|User|login|alternateId|TargetUserName|SubjectUserName|AccountName|email|"
    rb"principalEmail|user_name|acct"
)
_HOST = rb"host|hostname|Hostname|Computer|ComputerName|host_name|Workstation|WorkstationName"
_CODE = rb"Event_?I[dD]|event_id|EventCode|Task|code|errorCode|Version|Provider_?[gG]uid|provider_guid|Guid"
_COMMON = rb"system|root|local service|network service|anonymous|unknown|localhost|n/a|-"
_NAME = rb"(?!(?i:" + _COMMON + rb')\b|[^"]*(?:\$|\.amazonaws\.com|\[bot\])")[^"\\{}\[\]:/]{2,60}'

_TOKENS = re.compile(
    rb'(?P<code>"(?:' + _CODE + rb')": ?[{"]*[0-9a-fA-F-]+)'
    rb"|(?P<uuid>\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b)"
    rb"|(?P<iso>\b(?:19|20)\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)"
    rb"|(?P<clf>\b\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})"
    rb"|(?P<bsd>^(?:<\d{1,3}>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)"
    rb"|(?P<epoch>(?<![\d.\-])1[3-7]\d{8}(?:\.\d{3,6}|\d{3})?(?![\d.]))"
    rb"|(?P<ip>(?<![\d.])(?!0\.|127\.|169\.254\.|255\.)(?:\d{1,3}\.){3}\d{1,3}(?![\d.]))"
    rb"|(?P<hash>\b[0-9a-fA-F]{32,64}\b)"
    rb"|(?P<pod>(?<=-)[0-9a-f]{8,10}-[a-z0-9]{5}\b)"
    rb"|(?P<key>\bA(?:KIA|SIA|ROA|IDA)[A-Z0-9]{16}\b)"
    rb"|(?P<hex>\b0x[0-9a-f]{3,16}\b)"
    rb'|"(?:' + _PERSON + rb')": ?"(?P<name>' + _NAME + rb')(?=")'
    rb'|"(?:' + _HOST + rb')": ?"(?P<node>' + _NAME + rb')(?=")'
    rb"|[Uu]sers\\\\(?!Public|Default|All)(?P<home>[A-Za-z0-9._]{2,30})(?=\\)"
    rb"|(?P<number>(?<![\w.\-])(?!4294967295)\d{4,12}(?![\w.\-]))"
)
_WEB = re.compile(rb'"(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH) [^ "?]+')


class Hole(NamedTuple):
    """What stood there. kind: a group of the pattern, or "marker"; was: the text itself, which says its form."""

    kind: str
    was: bytes


class Template(NamedTuple):
    """pieces[0] hole pieces[1] hole … pieces[-1]: `where` says which of the holes stands there."""

    pieces: tuple[bytes, ...]
    holes: tuple[Hole, ...]
    where: tuple[int, ...]

    @property
    def size(self) -> int:
        """About the bytes of an event made of it."""
        return sum(map(len, self.pieces)) + sum(len(self.holes[at].was) for at in self.where)


MARKER = Hole("marker", b"0" * 18)


def template(record: bytes) -> Template:
    """Cut a record up. Equal texts of one kind are one hole: they stay equal."""
    pieces, at = [], 0
    known: dict[Hole, int] = {}
    where = []
    for start, end, hole in sorted([*_found(record), *_marker(record)], key=lambda one: one[0]):
        pieces.append(record[at:start])
        where.append(known.setdefault(hole, len(known)))
        at = end
    return _marked(Template((*pieces, record[at:]), tuple(known), tuple(where)))


def _found(record: bytes) -> Iterator[tuple[int, int, Hole]]:
    for found in _TOKENS.finditer(record):
        kind = str(found.lastgroup)
        if kind != "code":
            yield (*found.span(kind), Hole(kind, found[kind]))


def _marker(record: bytes) -> Iterator[tuple[int, int, Hole]]:
    """A request's path is where a line of an access log has room for one more word."""
    web = None if record.startswith(b"{") else _WEB.search(record)
    if web:
        yield web.end(), web.end(), MARKER


def _marked(cut: Template) -> Template:
    if MARKER in cut.holes:
        at = cut.where.index(cut.holes.index(MARKER))
        pieces = [piece + b"/" if number == at else piece for number, piece in enumerate(cut.pieces)]
        return cut._replace(pieces=tuple(pieces))
    *pieces, last = cut.pieces
    before, after = (last[:-1] + b',"load":"', b'"}') if last.endswith(b"}") else (last + b" load=", b"")
    return Template((*pieces, before, after), (*cut.holes, MARKER), (*cut.where, len(cut.holes)))
