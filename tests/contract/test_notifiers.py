"""Every kind of channel says the same of the same: arrived, try again, or give up. All against real servers."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from live_load.monitor import free_port
from receivers import Answers, Mailbox, delivery, http, smtp, wire
from tocsin import notify
from tocsin.notify.opening import open_notifier, openers
from tocsin.ports.notifier import NotDeliveredError
from tocsin.settings.kinds import Channel
from tocsin.settings.scalars import Address, Duration
from tocsin.settings.secret import Secret

SECRET = "T0PS3CRET"
KINDS = sorted(notify.catalog())
AT = 1_795_000_000.0


def webhook(port: int) -> dict[str, Any]:
    return {"url": Secret(literal=f"http://127.0.0.1:{port}/{SECRET}?token={SECRET}")}


def email(port: int) -> dict[str, Any]:
    return {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": Address("tocsin@example.com"),
        "to": (Address(f"{SECRET}@example.com"),),
    }


MADE: dict[str, Callable[[int], dict[str, Any]]] = {"webhook": webhook, "slack": webhook, "email": email}
"""What the settings of a kind are for a receiver on a port. A new kind stands here."""


def channel(kind: str, port: int, timeout: float = 5.0) -> Channel:
    return notify.catalog()[kind](**MADE[kind](port), timeout=Duration(timeout))


def outcome(kind: str, port: int, timeout: float = 5.0) -> NotDeliveredError | None:
    """Send once; None if it arrived."""
    notifier = open_notifier("oncall", channel(kind, port, timeout))
    try:
        notifier.send(delivery(AT))
    except NotDeliveredError as error:
        assert SECRET not in str(error)
        assert "127.0.0.1" not in str(error)
        return error
    finally:
        notifier.close()
    return None


@contextmanager
def answering(kind: str, what: str) -> Iterator[int]:
    """Run a receiver of a kind that takes, defers or refuses."""
    status = {"takes": 200, "defers": 503, "refuses": 403}[what]
    reply = {"takes": "250 OK", "defers": "451 later", "refuses": f"554 no {SECRET}"}[what]
    body = b"ok" if what == "takes" else SECRET.encode()
    server: AbstractContextManager[int] = (
        smtp(Mailbox(reply=reply)) if kind == "email" else http(Answers(status, body))
    )
    with server as port:
        yield port


def test_every_kind_that_can_be_set_up_can_send() -> None:
    assert set(openers()) == set(KINDS)
    assert set(MADE) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("what", "retryable"), [("takes", None), ("defers", True), ("refuses", False)])
def test_an_answer_decides(kind: str, what: str, retryable: bool | None) -> None:
    with answering(kind, what) as port:
        error = outcome(kind, port)
    assert (error.retryable if error else None) is retryable


LINES: dict[str, tuple[bytes, bytes, bool]] = {
    "closed": (b"", b"", False),
    "garbage": (b"\x00\xff\x1b[2J no protocol of ours\r\n\r\n", b"", False),
    "half": (b"HTTP/1.1 2", b"", False),
    "silent": (b"", b"", True),
    "one-byte-at-a-time": (b"", b"2", False),
    "headers-without-end": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", False),
    "replies-without-end": (b"220-", b"hello\r\n220-", False),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", LINES)
def test_a_broken_line_is_tried_again(kind: str, name: str) -> None:
    first, again, hold = LINES[name]
    begun = time.monotonic()
    with wire(first, again, hold=hold) as port:
        error = outcome(kind, port, timeout=0.5)
    assert error
    assert error.retryable
    assert time.monotonic() - begun < 30  # it ends: how soon is not the point


@pytest.mark.parametrize(("kind", "arrived"), [("webhook", True), ("slack", False)])
def test_a_status_counts_without_its_body_but_slack_says_ok(kind: str, arrived: bool) -> None:
    first = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n"
    with wire(first, b"x", hold=True) as port:
        error = outcome(kind, port, timeout=0.5)
    assert (error is None) is arrived
    assert error is None or error.retryable


@pytest.mark.parametrize("kind", KINDS)
def test_the_time_is_bounded_and_said(kind: str) -> None:
    with wire(b"", hold=True) as port:
        error = outcome(kind, port, timeout=0.2)
    assert error
    assert str(error) == "no answer within 0.2 s"


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_listens(kind: str) -> None:
    error = outcome(kind, free_port())
    assert error
    assert (error.retryable, str(error)) == (True, "connection refused")


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_of_another_form_is_no_mistake_of_the_line(kind: str) -> None:
    with answering(kind, "takes") as port:
        notifier = open_notifier("oncall", channel(kind, port))
        other = delivery(AT)
        unknown = type(other)(other.key, {"format": "of tomorrow"}, AT)
        if kind == "webhook":
            notifier.send(unknown)  # passes on whatever there is to tell
            return
        with pytest.raises(NotDeliveredError) as raised:
            notifier.send(unknown)
    assert not raised.value.retryable
