"""A delivery is what Standard Webhooks say: their own library verifies it."""

import json
import time
from base64 import b64encode
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from receivers import Answers, delivery, http
from tocsin.errors import ConfigError
from tocsin.notify.webhook.config import Config
from tocsin.notify.webhook.notifier import open_notifier
from tocsin.settings.secret import Secret

KEY = "whsec_" + b64encode(bytes(range(32))).decode()


def config(port: int, **other: str) -> Config:
    secrets: dict[str, Any] = {name: Secret(literal=value) for name, value in other.items()}
    return Config(url=Secret(literal=f"http://127.0.0.1:{port}/hook?x=1"), **secrets)


def test_the_signature_is_verified_by_the_standard_library_of_it() -> None:
    answers = Answers(200)
    sent = delivery(time.time(), why="Überraschung \U0001f514: <b>&")
    with http(answers) as port:
        open_notifier("oncall", config(port, secret=KEY)).send(sent)
    (got,) = answers.got
    assert got.path == "/hook?x=1"
    assert got.headers["webhook-id"] == sent.key
    assert got.headers["content-type"] == "application/json"
    assert Webhook(KEY).verify(got.body, got.headers) == json.loads(json.dumps(sent.payload))
    with pytest.raises(WebhookVerificationError):
        Webhook(KEY).verify(got.body.replace(b"alice", b"mallo"), got.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(KEY).verify(got.body, {**got.headers, "webhook-id": "other"})


def test_an_attempt_has_the_same_key_and_its_own_time() -> None:
    answers = Answers(500)
    with http(answers) as port:
        notifier = open_notifier("oncall", config(port, secret=KEY))
        for at in (1_795_000_000.0, 1_795_000_100.0):
            with pytest.raises(Exception, match="500"):
                notifier.send(delivery(at))
    stamps = [(got.headers["webhook-id"], got.headers["webhook-timestamp"]) for got in answers.got]
    assert stamps == [("a1b2c3:1:new:oncall", "1795000000"), ("a1b2c3:1:new:oncall", "1795000100")]


def test_without_a_secret_there_is_no_signature() -> None:
    answers = Answers(200)
    with http(answers) as port:
        open_notifier("oncall", config(port, authorization="Bearer t0ken")).send(delivery(0.0))
    (got,) = answers.got
    assert "webhook-signature" not in got.headers
    assert got.headers["authorization"] == "Bearer t0ken"
    assert json.loads(got.body)["type"] == "alert.new"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("secret", "whsec_!!!hidden"),
        ("secret", "whsec_" + b64encode(b"hidden").decode()),
        ("secret", "hidden"),
        ("authorization", "Bearer hidden\r\nX-Injected: yes"),
        ("authorization", "Bearer hidden…"),
    ],
)
def test_a_secret_that_is_none_is_told_before_anything_is_sent(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"channels.oncall.{name}") as raised:
        open_notifier("oncall", config(1, **{name: value}))
    assert "hidden" not in str(raised.value)
    assert value not in str(raised.value)


def test_no_authorization_in_the_clear() -> None:
    far = Config(url=Secret(literal="http://example.com/"), authorization=Secret(literal="Bearer t0ken"))
    with pytest.raises(ConfigError, match="in the clear"):
        open_notifier("oncall", far)
