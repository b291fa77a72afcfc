"""Slack's answers, each with what to do about it."""

import json

import pytest

from receivers import Answers, delivery, http
from tocsin.notify.slack.config import Config
from tocsin.notify.slack.notifier import open_notifier
from tocsin.ports.notifier import NotDeliveredError
from tocsin.settings.secret import Secret


def send(answers: Answers) -> None:
    with http(answers) as port:
        open_notifier("oncall", Config(url=Secret(literal=f"http://127.0.0.1:{port}/T/B/x"))).send(
            delivery(0.0)
        )


def test_ok_is_ok() -> None:
    answers = Answers(200, b"ok")
    send(answers)
    body = json.loads(answers.got[0].body)
    assert body["text"] == "[HIGH] Deploy key added (user alice)"


@pytest.mark.parametrize(
    ("status", "body", "retryable", "said"),
    [
        (400, b"invalid_payload", False, "does not understand"),
        (403, b"action_prohibited", False, "administrators"),
        (403, b"invalid_token", False, "make a new one"),
        (404, b"no_service", False, "make a new one"),
        (404, b"channel_not_found", False, "channel is gone"),
        (410, b"channel_is_archived", False, "archived"),
        (404, b"<html>no_service</html>", False, "was 404$"),
        (429, b"", True, "asks to wait"),
        (500, b"rollup_error", True, "Slack failed"),
        (503, b"<html>secret</html>", True, "was 503$"),
        (200, b"<html>log in to the hotel's network</html>", True, "not Slack's"),
        (200, b"", True, "not Slack's"),
        (302, b"", False, "redirect"),
    ],
)
def test_an_answer_says_what_to_do(status: int, body: bytes, retryable: bool, said: str) -> None:
    with pytest.raises(NotDeliveredError, match=said) as raised:
        send(Answers(status, body))
    assert raised.value.retryable is retryable


def test_slack_asks_to_wait() -> None:
    with pytest.raises(NotDeliveredError) as raised:
        send(Answers(429, b"rate_limited", Retry_After="30"))
    assert raised.value.after == 30.0
