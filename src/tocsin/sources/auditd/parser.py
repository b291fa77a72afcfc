"""One audit record -> its own fields, quotes and hex undone, plus what they mean under ECS names."""

import re
from functools import lru_cache

from tocsin.errors import DataError
from tocsin.model.event import Fields
from tocsin.sources.auditd.meaning import add_meaning
from tocsin.sources.auditd.syscalls import syscall_name

_HEAD = re.compile(
    r"(?:node=(\S{1,255}) )?type=(\S{1,64}) (?:msg=)?audit\("
    r"(?:(\d{1,12}\.\d{1,9})|(\d\d)/(\d\d)/(\d{2,4}) (\d\d:\d\d:\d\d)\.(\d{1,6})):(\d{1,20})\) ?: ?"
)
# The look-behind keeps a long word without `=` from being tried at each of its letters.
_PAIR = re.compile(r"(?<![\w\[\]-])([\w\[\]-]+)=(\"[^\"]*\"|'[^']*'|[^\s']*)")
_AVC = re.compile(r"avc: +(denied|granted) +\{ ?([^}]{0,500}?) ?\}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_CHUNK = re.compile(r"(a\d{1,6})\[\d{1,6}\]")
_ARGUMENT = re.compile(r"a\d{1,6}(?:\[\d{1,6}\])?")
# auditd writes these in hex, without quotes, when they hold a blank, a quote or a control character.
_ENCODED = frozenset(
    {
        "name",
        "comm",
        "exe",
        "cwd",
        "proctitle",
        "cmd",
        "acct",
        "data",
        "key",
        "dir",
        "path",
        "file",
        "grp",
        "ocomm",
    }
)


# Who does the same again, from the same place, makes records that differ in time and number alone; only
# a system call's arguments and process are new each time.
_EVER_NEW = "SYSCALL"
_LONGEST_REMEMBERED = 512


def parse_record(record: bytes) -> Fields:
    """Return an audit record's fields, or raise DataError."""
    line = record.decode("utf-8", "replace")
    head = _HEAD.search(line)
    if head is None:
        raise DataError("not an audit record" if line.strip() else "empty line")
    kind, raw, body = head[2], head[3] is not None, line[head.end() :]
    if kind == _EVER_NEW or len(body) > _LONGEST_REMEMBERED:
        fields = _read_body(kind, body, raw=raw)
    else:
        fields = _read_once(kind, body, raw=raw).copy()
    _read_head(head, fields)
    return fields


def _read_body(kind: str, body: str, *, raw: bool) -> Fields:
    """Return what a record says apart from its head. raw: whether numbers and hex stand for names."""
    fields = _pairs(body.replace("\x1d", " "), kind, raw=raw)
    fields["type"] = kind
    if kind == "EXECVE":
        _join_arguments(fields)
    elif kind == "SYSCALL":
        _name_syscall(fields, raw=raw)
    elif kind == "PROCTITLE" and not raw:
        fields["proctitle"] = body.partition("proctitle=")[2]
    elif found := _AVC.match(body):
        fields["avc.result"], fields["avc.permissions"] = found[1], found[2].split()
    add_meaning(fields)
    return fields


_read_once = lru_cache(maxsize=4096)(_read_body)


def _pairs(body: str, kind: str, *, raw: bool) -> Fields:
    found = dict(_PAIR.findall(body))
    fields: Fields = {name: value[1:-1] if value[:1] in "\"'" else value for name, value in found.items()}
    if raw:
        arguments = filter(_ARGUMENT.fullmatch, found) if kind == "EXECVE" else ()
        for name in (*(_ENCODED & found.keys()), *arguments):
            if _HEX.fullmatch(found[name]):
                fields[name] = _decoded(name, found[name])
    if nested := fields.pop("msg", None):
        return _pairs(nested, kind, raw=raw) | fields
    return fields


def _decoded(name: str, digits: str) -> str | list[str]:
    text = bytes.fromhex(digits).decode("utf-8", "replace")
    if name == "key":
        return text.split("\x01")  # a record that several rules asked for
    return text.rstrip("\0").replace("\0", " ")


def _read_head(head: re.Match[str], fields: Fields) -> None:
    node, _, epoch, month, day, year, clock, fraction, serial = head.groups()
    fields["serial"] = serial
    fields["timestamp"] = epoch or f"20{year[-2:]}-{month}-{day}T{clock}.{fraction}Z"
    if node:
        fields["node"] = node


def _join_arguments(fields: Fields) -> None:
    # A long argument comes in chunks: a1[0]=… a1[1]=…
    for name in [name for name in fields if "[" in name]:
        if chunk := _CHUNK.fullmatch(name):
            fields[chunk[1]] = fields.get(chunk[1], "") + fields.pop(name)
    arguments: list[str] = []
    while (argument := fields.get(f"a{len(arguments)}")) is not None:
        arguments.append(argument)
    if arguments:
        fields["process.command_line"] = " ".join(arguments)
        fields["process.args"] = arguments


def _name_syscall(fields: Fields, *, raw: bool) -> None:
    # Raw logs have numbers, rules have names: auditd's own enriched name wins.
    if "SYSCALL" in fields:
        return
    number = fields.get("syscall", "")
    if name := syscall_name(fields.get("arch", ""), number) if raw else number:
        fields["SYSCALL"] = name
