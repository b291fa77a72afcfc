"""One syslog line -> its header as fields and the message. RFC 3164, RFC 5424 and RFC 3339 stamps.

RFC 3164 names no year and no zone: the year is the one that makes the line at most a day from
now in the future, and the zone is taken to be UTC.
"""

import re
import time
from datetime import date
from functools import lru_cache

from tocsin.errors import DataError
from tocsin.model.event import Fields
from tocsin.sources.linux.shapes import number

_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII).match
_LONGEST_STAMP = 59
_USUAL_STAMP = re.compile(r"[A-Z][a-z][a-z] (?:\d| )\d \d\d:\d\d:\d\d ", re.ASCII).fullmatch
_PROGRAM = re.compile(r"[^\s:\[]{1,128}").fullmatch
_LONGEST_TAG = 160
_LONGEST_NUMBER = 18
_NO_HOST = frozenset({"", ":"})
_PRI = r"(?:\d{1,6} (?=<))?<(\d{1,3})>"
_BSD = re.compile(
    rf"(?:{_PRI})?"
    r"(?:([A-Z][a-z][a-z] {1,2}\d{1,2}(?: \d{4})? \d\d:\d\d:\d\d)(?:\.\d{1,9})?"
    r"|(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^ ]{0,40}))"
    r" (?:(?![^ ]*: )([^ ]+) )?"
    r"(?:([^\s:\[]{1,128})(?:\[([^\]\s]{1,20})\])?: ?)?"
)
_IETF = re.compile(rf"{_PRI}\d{{1,2}} ([^ ]+) ([^ ]+) ([^ ]+) ([^ ]+) ([^ ]+) (?=-|\[)")
_PRI_ONLY = re.compile(rf"{_PRI}(?:([^\s:\[]{{1,128}})(?:\[([^\]\s]{{1,20}})\])?: ?)?")
_ELEMENT = re.compile(r'\[([^\s=\]"]{1,64})((?: [^\s=\]"]{1,64}="(?:[^"\\\]]|\\.)*")*)\]')
_PARAMETER = re.compile(r' ([^\s=\]"]{1,64})="((?:[^"\\\]]|\\.)*)"')
_ESCAPED = re.compile(r'\\(["\\\]])')

_NAMES = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_MONTHS = {name: month for month, name in enumerate(_NAMES.split(), start=1)}
_FACILITIES = (
    "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock "
    "local0 local1 local2 local3 local4 local5 local6 local7"
)
_SEVERITIES = "emergency alert critical error warning notice informational debug"
FACILITIES = _FACILITIES.split()
SEVERITIES = _SEVERITIES.split()
_MEANINGS: tuple[Fields, ...] = tuple(
    {
        "log.syslog.priority": code,
        "log.syslog.facility.code": code >> 3,
        "log.syslog.facility.name": FACILITIES[code >> 3],
        "log.syslog.severity.code": code & 7,
        "log.syslog.severity.name": SEVERITIES[code & 7],
    }
    for code in range(len(FACILITIES) * 8)
)
_PRIORITIES = {str(code): meaning for code, meaning in enumerate(_MEANINGS)}


def parse_line(record: bytes) -> Fields:
    """Return the header's fields under ECS names and `message`, or raise DataError."""
    line = record.decode("utf-8", "replace")
    return (_cut_after_priority(line) if line[:1] == "<" else _cut(line)) or parse_with_care(line)


# The usual lines are cut at their blanks, in a third of the patterns' time. Where this answers, it answers
# as the patterns do (a property test); whatever is not quite usual is left to them.
def _cut(line: str) -> Fields | None:
    """Read `STAMP HOST PROGRAM[PID]: MESSAGE`; None for any other line."""
    if stamp := _STAMPS[line[:16]]:
        parts = line[16:].split(" ", 2)
    else:
        stamp, *parts = line.split(" ", 3)
        if len(stamp) > _LONGEST_STAMP or not _ISO(stamp):
            return None
    if len(parts) < 3:
        return None
    host, tag, message = parts
    if host[-1:] in _NO_HOST or len(tag) > _LONGEST_TAG:
        return None
    name, numbered, rest = tag.partition("[")
    if not numbered:
        program = _PROGRAMS[name[:-1]] if name[-1:] == ":" else ""
        if not program:
            return None
        return {"message": message, "timestamp": stamp, "host.name": host, "process.name": program}
    digits = rest[:-2] if len(rest) <= _LONGEST_NUMBER + 2 else ""
    if not (program := _PROGRAMS[name]) or rest[-2:] != "]:" or not (digits.isdigit() and digits.isascii()):
        return None
    return {
        "message": message,
        "timestamp": stamp,
        "host.name": host,
        "process.name": program,
        "process.pid": int(digits),
    }


def _cut_after_priority(line: str) -> Fields | None:
    """Read `<PRI>` and a line as above, or RFC 5424 without structured data; None for any other line."""
    priority = _PRIORITIES.get(line[1 : (end := line.find(">", 2, 5))])
    if priority is None:
        return None
    fields = _cut_ietf(line) if line[end + 1 : end + 3] == "1 " else _cut(line[end + 1 :])
    if fields is not None:
        fields.update(priority)
    return fields


def _cut_ietf(line: str) -> Fields | None:
    parts = line.split(" ", 7)
    if len(parts) < 8 or parts[6] != "-" or "" in parts[:6]:
        return None
    _, stamp, host, name, pid, message_id, _, message = parts
    fields: Fields = {"message": message.removeprefix("\ufeff")}
    if stamp != "-":
        fields["timestamp"] = stamp
    if host != "-":
        fields["host.name"] = host
    if message_id != "-":
        fields["log.syslog.msgid"] = message_id
    if name != "-":
        fields["process.name"] = _base_name(name)
    if pid != "-":
        fields["process.pid"] = number(pid)
    return fields


def parse_with_care(line: str) -> Fields:
    """Read a line of any kind, by the patterns."""
    if line[:1] in "<0123456789" and (found := _IETF.match(line)):
        return _ietf(line, found)
    if found := _BSD.match(line):
        return _bsd(line, found)
    if found := _PRI_ONLY.match(line):
        return _with_tag({"message": line[found.end() :]}, found[1], found[2], found[3])
    raise DataError("no syslog header" if line.strip() else "empty line")


def _bsd(line: str, found: re.Match[str]) -> Fields:
    pri, stamp, iso, host, program, pid = found.groups()
    fields: Fields = {"message": line[found.end() :]}
    if iso or (iso := _iso(stamp, _today())):
        fields["timestamp"] = iso
    if host:
        fields["host.name"] = host
    return _with_tag(fields, pri, program, pid)


def _ietf(line: str, found: re.Match[str]) -> Fields:
    pri, stamp, host, program, pid, message_id = (None if part == "-" else part for part in found.groups())
    fields: Fields = {}
    if stamp:
        fields["timestamp"] = stamp
    if host:
        fields["host.name"] = host
    if message_id:
        fields["log.syslog.msgid"] = message_id
    data, end = _structured_data(line, found.end())
    if data:
        fields["log.syslog.structured_data"] = data
    fields["message"] = line[end:].removeprefix(" ").removeprefix("\ufeff")
    return _with_tag(fields, pri, program, pid)


def _with_tag(fields: Fields, pri: str | None, program: str | None, pid: str | None) -> Fields:
    if program:
        fields["process.name"] = _base_name(program)
    if pid:
        fields["process.pid"] = number(pid)
    if pri and (code := int(pri)) < len(FACILITIES) * 8:
        add_priority(fields, code)
    return fields


def add_priority(fields: Fields, code: int) -> None:
    """Take a PRI number apart into facility and severity."""
    fields.update(_MEANINGS[code])


def _structured_data(line: str, start: int) -> tuple[Fields, int]:
    if line[start : start + 1] == "-":
        return {}, start + 1
    data: Fields = {}
    while found := _ELEMENT.match(line, start):
        data[found[1]] = {name: _ESCAPED.sub(r"\1", value) for name, value in _PARAMETER.findall(found[2])}
        start = found.end()
    return data, start


class _Programs(dict[str, str]):
    """A tag without its number -> the program's name, "" when it is none. There are a few dozen in a log."""

    def __missing__(self, tag: str) -> str:
        if len(self) >= _KNOWN_PROGRAMS:
            self.clear()
        name = self[tag] = _base_name(tag) if _PROGRAM(tag) else ""
        return name


_KNOWN_PROGRAMS = 4096
_PROGRAMS = _Programs()


def _base_name(program: str) -> str:
    return program if program[0] != "/" else program.rpartition("/")[2] or program


class _Stamps(dict[str, str]):
    """The first 16 characters of a line -> the ISO text of the stamp in them, "" when there is none.

    A busy log has many lines a second, so that each stamp is worked out once. All are forgotten when a
    new one comes on a new day, for the year that they stand for may be another.
    """

    day = 0

    def __missing__(self, text: str) -> str:
        if len(self) >= _KNOWN_STAMPS or self.day != _today():
            self.clear()
            self.day = _today()
        iso = _iso(text[:15], self.day) if _USUAL_STAMP(text) else None
        self[text] = iso or ""
        return iso or ""


_KNOWN_STAMPS = 4096
_STAMPS = _Stamps()


def _today() -> int:
    return int(time.time() // 86400)


@lru_cache(maxsize=4096)
def _iso(stamp: str, today: int) -> str | None:
    month, day, *year, clock = stamp.split()
    number = _MONTHS.get(month)
    if number is None:
        return None
    now = date.fromordinal(date(1970, 1, 1).toordinal() + today)
    assumed = int(year[0]) if year else assume_year(number, int(day), now)
    return f"{assumed:04}-{number:02}-{int(day):02}T{clock}Z"


def assume_year(month: int, day: int, now: date) -> int:
    """Return this year, or last year if that would lie more than a day in the future."""
    if month == 1 and day == 1 and (now.month, now.day) == (12, 31):
        return now.year + 1
    tomorrow = date.fromordinal(min(now.toordinal() + 1, date.max.toordinal()))
    later = tomorrow.year == now.year and (month, day) > (tomorrow.month, tomorrow.day)
    return now.year - 1 if later else now.year
