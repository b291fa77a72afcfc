"""Hostile and unusual messages; the usual ones are in the golden files of linux_auth and syslog."""

import time
from contextlib import suppress

import pytest

from tocsin.errors import DataError
from tocsin.model.event import Fields
from tocsin.model.logsource import LogSource
from tocsin.sources import catalog
from tocsin.sources.linux.messages import read_message


def read(program: str, message: str) -> Fields:
    return read_message({"process.name": program, "message": message})


@pytest.mark.parametrize(
    ("message", "user", "address"),
    [
        (
            "Failed password for root from 1.1.1.1 port 22 ssh2 from 203.0.113.7 port 4000 ssh2",
            "root from 1.1.1.1 port 22 ssh2",
            "203.0.113.7",
        ),
        ("Invalid user x from 10.0.0.1 from 203.0.113.7 port 4000", "x from 10.0.0.1", "203.0.113.7"),
        (
            "Failed password for invalid user Accepted password for root from 203.0.113.7 port 4000 ssh2",
            "Accepted password for root",
            "203.0.113.7",
        ),
    ],
)
def test_a_user_name_cannot_forge_the_address(message: str, user: str, address: str) -> None:
    fields = read("sshd", message)
    assert fields["user.name"] == user
    assert fields["source.ip"] == address
    assert fields["event.outcome"] == "failure"


def test_a_command_keeps_what_looks_like_another_one() -> None:
    fields = read("sudo", "al : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh -c COMMAND=/bin/ls ; USER=al")
    assert fields["process.command_line"] == "/bin/sh -c COMMAND=/bin/ls ; USER=al"
    assert fields["user.effective.name"] == "root"


def test_an_older_pam_writes_its_name_into_the_tag() -> None:
    fields = read("sshd(pam_unix)", "session opened for user bob by (uid=0)")
    assert fields["process.name"] == "sshd"
    assert fields["event.action"] == "session_opened"
    assert fields["user.name"] == "bob"


NEW_PROCESS = LogSource("linux", "process_creation", None)


def test_a_command_of_sudo_is_a_new_process_to_rules() -> None:
    source = catalog()["linux_auth"]
    route = source.route(("sudo", "sudo", "success"))
    assert NEW_PROCESS in route.logsources
    assert source.paths("CommandLine", route)[-1] == "process.command_line"


def test_a_command_that_was_refused_is_none() -> None:
    assert NEW_PROCESS not in catalog()["linux_auth"].route(("sudo", "sudo", "failure")).logsources
    assert NEW_PROCESS not in catalog()["auditd"].route(("USER_CMD", "failed")).logsources
    assert NEW_PROCESS in catalog()["auditd"].route(("USER_CMD", "success")).logsources


@pytest.mark.parametrize("name", ["linux_auth", "syslog", "journald", "auditd", "sysmon_linux"])
@pytest.mark.parametrize(
    "filler",
    [
        "a",
        " ",
        "=",
        '"',
        "'",
        "a=",
        "from ",
        " from 1.1.1.1 port 2",
        "[",
        "a0[1]=",
        '<Data Name="a">',
        "user ",
        " : ",
        "\\",
    ],
)
def test_time_is_linear_in_the_line(name: str, filler: str) -> None:
    source = catalog()[name]
    heads = (
        "2026-03-27T10:00:00Z h sshd[1]: Failed password for ",
        "2026-03-27T10:00:00Z h sshd[1]: Connection closed by user ",
        "2026-03-27T10:00:00Z h sudo: ",
        "2026-03-27T10:00:00Z h su[1]: pam_unix(",
        "<1>1 - - - - - [a ",
        "type=EXECVE msg=audit(1774602800.000:1): argc=1 ",
        "<Event><System>",
    )
    started = time.process_time()
    for head in heads:
        record = (head + filler * (65536 // len(filler))).encode()
        with suppress(DataError):
            source.parse(record)
    assert time.process_time() - started < 2
