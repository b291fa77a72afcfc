"""Posts what is told as JSON, signed as Standard Webhooks are (standardwebhooks.com)."""

import binascii
import hmac
from base64 import b64decode, b64encode

import msgspec

from tocsin.errors import ConfigError
from tocsin.notify.post import Endpoint, endpoint, judge, post
from tocsin.notify.webhook.config import Config
from tocsin.ports.notifier import Delivery, Notifier
from tocsin.settings.secret import Secret

LEAST_SECRET = 24
"""Bytes of a signing secret, at least."""


class Webhook:
    """One receiver."""

    def __init__(self, to: Endpoint, timeout: float, *, key: bytes | None, authorization: str | None) -> None:
        self._to, self._timeout, self._key, self._authorization = to, timeout, key, authorization

    def send(self, delivery: Delivery) -> None:
        """Post one message."""
        body = msgspec.json.encode(delivery.payload)
        stamp = str(int(delivery.at))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": delivery.key,
            "webhook-timestamp": stamp,
        }
        if self._key:
            headers["webhook-signature"] = signature(self._key, delivery.key, stamp, body)
        if self._authorization:
            headers["Authorization"] = self._authorization
        judge(post(self._to, body, headers, timeout=self._timeout, at=delivery.at))

    def close(self) -> None:
        """Nothing is kept open."""


def open_notifier(name: str, config: Config) -> Notifier:
    """Look up the secrets; raises ConfigError. name: the channel's."""
    to = endpoint(config.url, name, config.ca)
    key = _key(config.secret, name) if config.secret else None
    authorization = _header(config.authorization, name) if config.authorization else None
    if authorization and not to.private:
        raise ConfigError(f"channels.{name}.authorization: would be sent in the clear; give an https:// URL")
    return Webhook(to, config.timeout, key=key, authorization=authorization)


def signature(key: bytes, message: str, stamp: str, body: bytes) -> str:
    """Return the header `webhook-signature`."""
    signed = hmac.digest(key, f"{message}.{stamp}.".encode() + body, "sha256")
    return f"v1,{b64encode(signed).decode()}"


def _key(secret: Secret, name: str) -> bytes:
    text = secret.resolve().removeprefix("whsec_")
    try:
        key = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < LEAST_SECRET:
        how = f"`whsec_` and at least {LEAST_SECRET} random bytes in base64"
        raise ConfigError(f"channels.{name}.secret: {secret!r} holds no signing secret; it is {how}")
    return key


def _header(secret: Secret, name: str) -> str:
    text = secret.resolve()
    if not (text.isascii() and text.isprintable()):
        raise ConfigError(
            f"channels.{name}.authorization: {secret!r} holds characters that no header may have"
        )
    return text
