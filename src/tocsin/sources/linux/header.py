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


def parse_line(record: bytes) -> Fields:
    """Return the header's fields under ECS names and `message`, or raise DataError."""
    line = record.decode("utf-8", "replace")
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
    if iso or (iso := _iso(stamp, int(time.time() // 86400))):
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
        fields["process.name"] = program if program[0] != "/" else program.rpartition("/")[2] or program
    if pid:
        fields["process.pid"] = number(pid)
    if pri and (code := int(pri)) < len(FACILITIES) * 8:
        add_priority(fields, code)
    return fields


def add_priority(fields: Fields, code: int) -> None:
    """Take a PRI number apart into facility and severity."""
    fields["log.syslog.priority"] = code
    fields["log.syslog.facility.code"] = code >> 3
    fields["log.syslog.facility.name"] = FACILITIES[code >> 3]
    fields["log.syslog.severity.code"] = code & 7
    fields["log.syslog.severity.name"] = SEVERITIES[code & 7]


def _structured_data(line: str, start: int) -> tuple[Fields, int]:
    if line[start : start + 1] == "-":
        return {}, start + 1
    data: Fields = {}
    while found := _ELEMENT.match(line, start):
        data[found[1]] = {name: _ESCAPED.sub(r"\1", value) for name, value in _PARAMETER.findall(found[2])}
        start = found.end()
    return data, start


# A busy log has many lines a second: each stamp is worked out once. `today` keeps the year right.
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
