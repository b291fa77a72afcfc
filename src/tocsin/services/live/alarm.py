"""The supervisor's own way to people: past the hub and its outbox, which may be what is dead."""

import hashlib
import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from msgspec import structs

from tocsin.alert.routing import targets
from tocsin.errors import ConfigError
from tocsin.model.alert import Alert, Told
from tocsin.model.match import Entities, RuleRef
from tocsin.model.moment import to_iso
from tocsin.model.notice import RESOLVED, Content, Notice, payload
from tocsin.model.place import Place
from tocsin.notify.opening import open_notifier
from tocsin.ports.notifier import Delivery, NotDeliveredError, Notifier
from tocsin.services.live.machine import Trouble
from tocsin.settings.kinds import Channel
from tocsin.settings.tables import Settings
from tocsin.telemetry.log import logger

RULE = "tocsin.monitor"
LEVEL = "critical"
LEAST_MUTE = 60.0
"""The same trouble is not told more often than this, whatever alerts.mute says."""
WAITS = (2.0, 10.0, 60.0, 300.0)
"""Seconds before a delivery that failed is tried again; then it is given up."""
MAX_WAITING = 100
"""Messages that wait for one channel; more are dropped, and logged."""
CALM_SECONDS = 300.0
"""So long a trouble must be gone until it is said to be over: what comes and goes is not over."""


@dataclass(slots=True)
class _Open:
    """A trouble that was told. since, last: when it was seen first and last."""

    trouble: Trouble
    since: float
    last: float


class Alarm:
    """Tells each trouble once, again every `alerts.mute` while it lasts, and that it is over. clock: seconds since 1970."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._told: dict[str, float] = {}
        self._open: dict[str, _Open] = {}
        self._lanes: dict[str, _Lane] = {}
        self.use(settings)

    def use(self, settings: Settings) -> None:
        """Take over channels and routes; those that go away still send what waits."""
        for lane in self._lanes.values():
            lane.end()
        self._settings = settings
        self._lanes = {name: _Lane(name, one) for name, one in settings.channels.items()}

    def tell(self, troubles: Iterable[Trouble]) -> None:
        """Tell what is to be told now, without waiting for anybody."""
        now, some = self._clock(), list(troubles)
        self._tell_over(now, {one.key for one in some})
        mute = max(LEAST_MUTE, float(self._settings.alerts.mute))
        # What has ended is remembered as well: a role that dies every minute is one trouble.
        self._told = {key: at for key, at in self._told.items() if 0 <= now - at < mute}
        for one in some:
            if one.key in self._told:
                continue
            self._told[one.key] = now
            if one.lasts:
                self._open.setdefault(one.key, _Open(one, now, now))
            logger().error(one.what, todo=one.todo)
            self._send(partial(_delivery, one), now)

    def _tell_over(self, now: float, there: set[str]) -> None:
        """Say of troubles that have been gone for a while that they are over. When they come again, that is news."""
        for key, one in list(self._open.items()):
            if key in there:
                one.last = now
            elif not 0 <= now - one.last < CALM_SECONDS:
                del self._open[key]
                self._told.pop(key, None)
                logger().warning("over", trouble=one.trouble.what)
                self._send(partial(_over, one), now)

    def _send(self, made: Callable[[str, float], Delivery], now: float) -> None:
        for name in channels(self._settings, now):
            if name in self._lanes:
                self._lanes[name].put(made(name, now))


def channels(settings: Settings, now: float) -> tuple[str, ...]:
    """Return the channels that a critical alert about the monitor itself goes to now; all if no route takes it."""
    alert = Alert(
        id=RULE,
        fingerprint="",
        window=0,
        rule=RuleRef(RULE, "Tocsin itself", LEVEL),
        level=LEVEL,
        group={},
        entities=Entities(),
        fields=(),
        why="",
        first_seen=now,
        last_seen=now,
        first_arrival=now,
        last_arrival=now,
        count=1,
        events=(),
        origin=Place("", 0, 0),
    )
    return targets(settings.routes, alert, now) or tuple(settings.channels)


def _delivery(one: Trouble, channel: str, now: float) -> Delivery:
    why = f"{one.what}. To do: {one.todo}."
    content = _content(one, "the monitor itself does not work as it should", why, (now, now))
    notice = Notice("monitor.trouble", to_iso(now), content)
    return Delivery(f"monitor:{content.id}:{int(now)}:{channel}", payload(notice), now)


def _over(one: _Open, channel: str, now: float) -> Delivery:
    why = f"Over: {one.trouble.what}. It was so from {to_iso(one.since)} until {to_iso(one.last)}."
    content = structs.replace(
        _content(one.trouble, Told.RESOLVED.value, why, (one.since, one.last)), first=False
    )
    notice = Notice(f"monitor{RESOLVED}", to_iso(now), content)
    return Delivery(f"monitor:{content.id}:{int(now)}:resolved:{channel}", payload(notice), now)


def _content(one: Trouble, because: str, why: str, seen: tuple[float, float]) -> Content:
    name = hashlib.sha256(one.key.encode()).hexdigest()[:24]
    first, last = seen
    return Content(
        id=name,
        because=because,
        thread=name,
        first=True,
        rule=RuleRef(RULE, "Tocsin itself needs help", LEVEL),
        level=LEVEL,
        why=why,
        group={"trouble": one.key},
        first_seen=first,
        last_seen=last,
        first_arrival=first,
        last_arrival=last,
        count=1,
    )


class _Lane:
    """One channel, in a thread of its own that begins with the first message."""

    def __init__(self, name: str, config: Channel) -> None:
        self._name, self._config = name, config
        self._waiting: queue.Queue[Delivery | None] = queue.Queue(MAX_WAITING)
        self._thread: threading.Thread | None = None

    def put(self, delivery: Delivery) -> None:
        """Let it be sent."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name=f"alarm-{self._name}", daemon=True)
            self._thread.start()
        try:
            self._waiting.put_nowait(delivery)
        except queue.Full:
            logger().error("nobody is told: too much waits for this channel", channel=self._name)

    def end(self) -> None:
        """Send what waits, and no more."""
        if self._thread:
            try:
                self._waiting.put_nowait(None)
            except queue.Full:
                return  # the thread is a daemon, and ends with the process

    def _run(self) -> None:
        while (delivery := self._waiting.get()) is not None:
            self._deliver(delivery)

    def _deliver(self, delivery: Delivery) -> None:
        """Send, and try again some times. Opened for each: a secret may have been put right meanwhile."""
        for wait in (*WAITS, None):
            try:
                _send(open_notifier(self._name, self._config), delivery)
            except ConfigError as error:
                why, again = str(error), True
            except NotDeliveredError as error:
                why, again = str(error), error.retryable
            else:
                logger().info("told", channel=self._name, key=delivery.key)
                return
            logger().error("nobody was told", channel=self._name, error=why, again_in_seconds=wait)
            if not again or wait is None:
                return
            time.sleep(wait)


def _send(notifier: Notifier, delivery: Delivery) -> None:
    try:
        notifier.send(delivery)
    finally:
        notifier.close()
