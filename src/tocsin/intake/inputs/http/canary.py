"""Canaries over HTTP: a request with one of the input's own tokens."""

import http.client
import ssl
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from tocsin.errors import ConfigError, DeliveryError
from tocsin.intake.canary import SECONDS, door, told, trusting
from tocsin.intake.inputs.http.config import Config
from tocsin.ports.input import Send


def ways(config: Config, _folder: Path) -> Mapping[str, Send]:
    """Return the one way; raises ConfigError if there is none."""
    context = trusting(config.tls) if config.tls else None
    return {"https" if context else "http": partial(_send, door(config.listen), _headers(config), context)}


def _headers(config: Config) -> dict[str, bytes]:
    if not config.tokens:
        return {}
    for secret in config.tokens.values():
        token = secret.resolve()
        if not token.startswith("sha256:"):
            return {"Authorization": f"Bearer {token}".encode()}
    raise ConfigError(
        "every token is kept as a hash, with which nothing can be sent; add one for canaries, or set canary = false"
    )


def _send(
    address: tuple[str, int], headers: Mapping[str, bytes], context: ssl.SSLContext | None, record: bytes
) -> None:
    made = (
        http.client.HTTPSConnection(*address, timeout=SECONDS, context=context)
        if context
        else http.client.HTTPConnection(*address, timeout=SECONDS)
    )
    try:
        with told():
            made.request("POST", "/v1/events", record, dict(headers))
            status = made.getresponse().status
    except (http.client.HTTPException, ValueError):
        raise DeliveryError("there is no HTTP to be spoken with it", retryable=True) from None
    finally:
        made.close()
    if status != http.client.OK:
        raise DeliveryError(f"the answer is {status}", retryable=True)
