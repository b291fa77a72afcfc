"""Matches and summaries that the tests of reports share: a few, a story of many, and a hostile one."""

from collections.abc import Iterator
from random import Random
from typing import Any

from tocsin.model.match import Entities, Match, MatchedField, RuleRef
from tocsin.model.summary import Reject, RuleCount, Summary

T0 = 1772442900.0  # 2026-03-02T09:15:00Z

BRUTE = RuleRef(
    "0f6a9f0e-5f0b-4d56-9c39-0d6a3f7f0001",
    "SSH brute force, then a successful login",
    "critical",
    ("attack.credential-access", "attack.t1110.001", "attack.initial-access", "attack.t1078"),
)
KEY = RuleRef(
    "0f6a9f0e-5f0b-4d56-9c39-0d6a3f7f0002",
    "Access key created for another user",
    "high",
    ("attack.persistence", "attack.t1098.001", "attack.privilege-escalation"),
)
TOKEN = RuleRef(
    "0f6a9f0e-5f0b-4d56-9c39-0d6a3f7f0003",
    "Branch protection switched off",
    "medium",
    ("attack.defense-impairment", "attack.t1562.001"),
)
SUDO = RuleRef(
    "0f6a9f0e-5f0b-4d56-9c39-0d6a3f7f0004", "Shell opened through sudo", "low", ("attack.execution",)
)
CURL = RuleRef("0f6a9f0e-5f0b-4d56-9c39-0d6a3f7f0005", "Package list refreshed", "informational", ())


def match(
    rule: RuleRef,
    *,
    time: float | None = T0,
    source: str = "linux_auth",
    event: dict[str, Any] | None = None,
    fields: dict[str, Any] | None = None,
    line: int = 1,
    file: str = "logs/auth.log",
    **entities: tuple[str, ...],
) -> Match:
    return Match(
        time=time,
        rule=rule,
        source=source,
        event_id=f"{file}:{line}" if line else "",
        event=event or {},
        fields=tuple(MatchedField(name, value) for name, value in (fields or {}).items()),
        entities=Entities(**entities),
        attack=tuple(tag[7:].upper() for tag in rule.tags if tag.startswith("attack.t1")),
        file=file,
        line=line,
    )


def few() -> list[Match]:
    """Return one of each kind: a line, a nested JSON event, no time, a correlation, odd text."""
    key = {
        "eventName": "CreateAccessKey",
        "userIdentity": {"type": "IAMUser", "userName": "ana"},
        "mfa": False,
    }
    correlated = match(
        BRUTE,
        time=T0 + 61.25,
        event={"user.name": "root", "source.ip": "203.0.113.7", "count": 14},
        file="",
        line=0,
        user=("root",),
        ip=("203.0.113.7",),
    )
    return [
        match(
            SUDO,
            event={"process": "sudo", "pid": 812, "command": "/bin/sh -c 'id | tee /tmp/x'"},
            fields={"command": "/bin/sh -c 'id | tee /tmp/x'"},
            line=7,
            user=("deploy", "root"),
            host=("web-1",),
        ),
        match(
            KEY,
            time=T0 + 30,
            source="cloudtrail",
            event=key,
            fields={"eventName": "CreateAccessKey", "userIdentity.userName": "ana"},
            file="logs/cloudtrail.json.gz",
            line=3,
            user=("ana",),
            ip=("198.51.100.4", "2001:db8::7"),
        ),
        match(
            KEY,
            time=None,
            source="cloudtrail",
            event={"eventName": "CreateAccessKey"},
            fields={"eventName": "CreateAccessKey"},
            file="logs/cloudtrail.json.gz",
            line=4,
        ),
        match(
            CURL,
            time=T0 + 5,
            event={
                "message": "=HYPERLINK(1) | \x1b[31mred\x1b[0m `tick` <b>bold</b> @everyone\n::error::no 100%, ok"
            },
            fields={
                "keyword": "=HYPERLINK(1) | \x1b[31mred\x1b[0m `tick` <b>bold</b> @everyone\n::error::no 100%, ok"
            },
            line=9,
            repo=("=cmd|'/C calc'!A0",),
        ),
        Match(
            **{name: getattr(correlated, name) for name in correlated.__struct_fields__ if name != "events"},
            events=("logs/auth.log:2", "logs/auth.log:3"),
        ),
    ]


def summary(matches: list[Match]) -> Summary:
    """Return the numbers that a hunt would give with those matches, and one of each kind of trouble."""
    by_rule: dict[str, RuleCount] = {}
    for one in matches:
        count = by_rule.setdefault(one.rule.id, RuleCount(one.rule, first=one.time, last=one.time))
        count.count += 1
        if one.time is not None:
            count.first = min(count.first if count.first is not None else one.time, one.time)
            count.last = max(count.last if count.last is not None else one.time, one.time)
    return Summary(
        files=3,
        records=12_400,
        events=12_345,
        rejected=12,
        outside=43,
        matches=len(matches),
        cut_values=1,
        bytes=4_200_000,
        seconds=0.5,
        rules=312,
        by_source={"linux_auth": 12_000, "cloudtrail": 345},
        by_rule=by_rule,
        reasons={"not JSON": 11, "line too long": 1},
        rejects=[
            Reject("logs/cloudtrail.json.gz", 17, "not JSON", "{\\x00\\x1b broken"),
            Reject("logs/auth.log", 99, "line too long", "AAAAAAAA"),
        ],
        warnings=["logs/old.log.gz: ends in the middle of a gzip stream; 210 records were read"],
    )


def _attempts(random: Random) -> Iterator[Match]:
    """Yield a day of noise, and at its end an intrusion."""
    noise = [("deploy", "web-1"), ("ana", "build-2"), ("backup", "db-1")]
    for index in range(180):
        user, host = random.choice(noise)
        command = random.choice(["/bin/bash", "/bin/sh -c 'systemctl restart app'", "/usr/bin/env bash"])
        event = {
            "process": "sudo",
            "pid": 800 + index,
            "pwd": f"/home/{user}",
            "command": command,
            "tty": "pts/0",
        }
        time = T0 + random.randrange(80_000)
        yield match(
            SUDO,
            time=time,
            event=event,
            fields={"command": command},
            line=index + 1,
            user=(user,),
            host=(host,),
        )
    for index in range(46):
        event = {"process": "apt-get", "command": "apt-get update", "pid": 4000 + index}
        yield match(
            CURL, time=T0 + index * 1800, event=event, fields={"command": "apt-get update"}, line=300 + index
        )
    for index in range(14):
        address = random.choice(["203.0.113.7", "203.0.113.9"])
        event = {"group": {"source.ip": address, "user.name": "root"}, "count": random.randrange(10, 60)}
        time = T0 + 61_000 + index * 420
        yield match(
            BRUTE, time=time, event=event, file="", line=0, user=("root",), ip=(address,), host=("web-1",)
        )


def story() -> list[Match]:
    """Return a few hundred matches as a real hunt gives them."""
    random = Random(7)  # noqa: S311 - the same story every time
    matches = list(_attempts(random))
    for index in range(6):
        event = {
            "eventName": "CreateAccessKey",
            "eventSource": "iam.amazonaws.com",
            "awsRegion": "eu-central-1",
            "sourceIPAddress": "203.0.113.7",
            "userAgent": "aws-cli/2.15.30 Python/3.11.8 Linux/6.1.0 exe/x86_64.debian.12",
            "userIdentity": {
                "type": "IAMUser",
                "arn": "arn:aws:iam::111122223333:user/ana",
                "userName": "ana",
            },
            "requestParameters": {"userName": f"svc-{index}"},
        }
        fields = {"eventName": "CreateAccessKey", "requestParameters.userName": f"svc-{index}"}
        yield_time = T0 + 66_500 + index * 95.5
        matches.append(
            match(KEY, time=yield_time, source="cloudtrail", event=event, fields=fields, file="logs/cloudtrail.json.gz",
                  line=40 + index, user=("ana", f"svc-{index}"), ip=("203.0.113.7",))
        )  # fmt: skip
    for index, repo in enumerate(["acme/shop", "acme/infra", "acme/deploy"]):
        event = {
            "action": "protected_branch.destroy",
            "actor": "ana",
            "repo": repo,
            "actor_ip": "203.0.113.7",
        }
        matches.append(
            match(TOKEN, time=T0 + 67_400 + index * 60, source="github_audit", event=event,
                  fields={"action": "protected_branch.destroy"}, file="logs/github-audit.ndjson", line=12 + index,
                  user=("ana",), ip=("203.0.113.7",), repo=(repo,))
        )  # fmt: skip
    return sorted(matches, key=lambda one: one.time or 0.0)


EVIL = (
    "<img src=x onerror=alert(1)>",
    "</style><script>alert(2)</script>",
    "</title></details></td><svg/onload=alert(3)>",
    "javascript:alert(4)",
    "\"' onmouseover=alert(5) x='",
    "\x1b[2J\x1b]0;owned\x07\x00\x9b31m",
    "user\u202etxt.exe\u2066\u200b",
    "a|b `c` [d](javascript:alert(6)) @everyone #1 ![e](https://evil.example/x) https://evil.example",
    "-->]]><!--<style>*{display:none}</style>&lt;&#x3c;",
    "lone \ud800 surrogate \U000e0041tag",
    "::error file=x::owned\r\n##[error]owned%0A",
    "=1+1\t@SUM(A1)",
)
"""Text that attackers write into logs, for what reads the reports."""


def hostile() -> tuple[list[Match], Summary]:
    """Return a match and a summary with each evil text in every field."""
    matches = []
    for index, evil in enumerate(EVIL):
        rule = RuleRef(
            f"rule-{index}-{evil}", evil, evil if index % 3 == 0 else "high", (f"attack.{evil}", evil)
        )
        one = Match(
            time=T0 + index,
            rule=rule,
            source=evil,
            event_id=evil,
            event={evil: evil, "nested": {evil: [evil, {evil: evil}]}, "other": evil},
            fields=(MatchedField(evil, evil), MatchedField("keyword", [evil, 1])),
            entities=Entities((evil,), (evil,), (evil,), (evil,)),
            attack=(evil, "T1059.001"),
            file=evil,
            line=index,
            events=(evil, evil),
        )
        matches.append(one)
    done = summary(matches)
    done.by_source = dict.fromkeys(EVIL, 1)
    done.reasons = dict.fromkeys(EVIL, 1)
    done.rejects = [Reject(evil, 1, evil, evil) for evil in EVIL]
    done.warnings = list(EVIL)
    return matches, done
