"""The day, the company and the addresses that all logs share. Nothing here is real: names and networks are reserved ones."""

import hashlib
import json
import random
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

DAY = datetime(2026, 11, 19, tzinfo=UTC)
DOMAIN = "brightquay.example"
ORG = "brightquay"
ACCOUNT = "111122223333"
REGION = "eu-north-1"
HOST = "deploy-01"

OFFICE = "192.0.2.10"
RUNNERS = ("198.51.100.40", "198.51.100.41", "198.51.100.42")
PEOPLE = ("mara-lind", "tobias-k", "yuki-h", "samir-o", "elin-b")
REPOS = (
    "checkout", "rates-api", "parcel-ui", "infra", "docs", "label-printer", "driver-app", "billing",
    "notifier", "geo", "design-system", "k8s-manifests", "terraform-modules", "customs", "returns",
    "search", "webhooks", "etl", "runbooks", "mail-templates", "sdk-python", "sdk-go",
)  # fmt: skip

VICTIM = "yuki-h"
"""Whose token is stolen."""
INTRUDER = "203.0.113.66"
INTRUDER_AGAIN = "203.0.113.141"

Event = tuple[datetime, Any]
"""When, and what the log says."""


def clock(text: str) -> datetime:
    """Read `10:21:05` as a time of the day."""
    hour, minute, second = (int(part) for part in text.split(":"))
    return DAY + timedelta(hours=hour, minutes=minute, seconds=second)


class Chance:
    """Random choices that are the same on every run."""

    def __init__(self, name: str) -> None:
        self.random = random.Random(f"tocsin examples: {name}")  # noqa: S311 (a made-up day, no secret)
        self.name = name
        self.count = 0

    def one(self, *choices: Any) -> Any:
        """Pick one."""
        return choices[self.random.randrange(len(choices))]

    def number(self, low: int, high: int) -> int:
        """Pick a whole number, both ends included."""
        return low + self.random.randrange(high - low + 1)

    def hex(self, length: int) -> str:
        """Return the next made-up id."""
        self.count += 1
        return hashlib.sha256(f"{self.name} {self.count}".encode()).hexdigest()[:length]

    def uuid(self) -> str:
        """Return the next made-up UUID."""
        return str(uuid.UUID(self.hex(32), version=4))

    def times(self, count: int, start: str = "06:00:00", end: str = "18:30:00") -> Iterator[datetime]:
        """Yield so many times of the day, in order."""
        first, last = clock(start), clock(end)
        span = int((last - first).total_seconds() * 1000)
        for offset in sorted(self.random.randrange(span) for _ in range(count)):
            yield first + timedelta(milliseconds=offset)


def in_order(events: list[Event], write: Callable[[Any], str] = str) -> str:
    """Write a log: its events by time, one a line."""
    return "".join(write(what) + "\n" for _, what in sorted(events, key=lambda event: event[0]))


def compact(value: Any) -> str:
    """Write JSON as machines do."""
    return json.dumps(value, separators=(",", ":"))


def iso(moment: datetime) -> str:
    """Write a time to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_micro(moment: datetime) -> str:
    """Write a time to the microsecond."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
