"""Canaries over HTTP: a request as the protocol's senders write it, with one of the input's own tokens."""

import http.client
import ssl
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple, TypeAlias

from tocsin.errors import ConfigError, DeliveryError
from tocsin.intake.canary import SECONDS, door, told, trusting
from tocsin.intake.web.config import TokenInput, WebInput
from tocsin.ports.input import Send
from tocsin.settings.secret import Secret


class Post(NamedTuple):
    """A request. headers: with the names as they are to be sent."""

    path: str
    body: bytes
    headers: Mapping[str, str]


Write: TypeAlias = Callable[[bytes, str], Post]
"""(record, a token or empty) -> the request that brings it."""


def web_ways(config: WebInput, write: Write) -> Mapping[str, Send]:
    """Return the one way; raises ConfigError if there is none."""
    context = trusting(config.tls) if config.tls else None
    token = a_secret(config.tokens) if isinstance(config, TokenInput) else ""
    send = partial(_send, door(config.listen), context, lambda record: write(record, token))
    return {"https" if context else "http": send}


def a_secret(secrets: Mapping[str, Secret]) -> str:
    """Return one with which something can be sent, or nothing if none is asked for; raises ConfigError."""
    if not secrets:
        return ""
    for secret in secrets.values():
        if not (text := secret.resolve()).startswith("sha256:"):
            return text
    raise ConfigError(
        "every token is kept as a hash, with which nothing can be sent; add one for canaries, or set canary = false"
    )


def _send(
    address: tuple[str, int], context: ssl.SSLContext | None, write: Callable[[bytes], Post], record: bytes
) -> None:
    made = (
        http.client.HTTPSConnection(*address, timeout=SECONDS, context=context)
        if context
        else http.client.HTTPConnection(*address, timeout=SECONDS)
    )
    post = write(record)
    try:
        with told():
            made.request(
                "POST", post.path, post.body, {name: text.encode() for name, text in post.headers.items()}
            )
            status = made.getresponse().status
    except (http.client.HTTPException, ValueError):
        raise DeliveryError("there is no HTTP to be spoken with it", retryable=True) from None
    finally:
        made.close()
    if not 200 <= status < 300:
        raise DeliveryError(f"the answer is {status}", retryable=True)
