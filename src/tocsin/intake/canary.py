"""What canaries of all inputs that listen share: where to go, and how to trust the certificate."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from tocsin.errors import ConfigError, DeliveryError
from tocsin.settings.limits import Tls
from tocsin.settings.scalars import Listen

SECONDS = 5.0
"""How long the input may take for each step of one delivery."""


def door(listen: Listen) -> tuple[str, int]:
    """Return where an input that listens there is reached from this machine."""
    if listen.everywhere:
        return ("::1" if ":" in listen.host else "127.0.0.1"), listen.port
    return listen.host, listen.port


def trusting(tls: Tls) -> ssl.SSLContext:
    """Return a client that trusts the input's own certificate, whatever name it is for. Raises ConfigError."""
    if tls.client_ca:
        raise ConfigError("senders must show a certificate, and canaries have none; set canary = false")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    # What is trusted need not be an authority: it may be the certificate itself.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        context.load_verify_locations(tls.cert)
    except (OSError, ValueError):
        raise ConfigError(f"{tls.cert}: no certificate that canaries could trust; give a PEM file") from None
    return context


@contextmanager
def told() -> Iterator[None]:
    """Raise as DeliveryError what goes wrong on the way."""
    try:
        yield
    except OSError as error:
        why = getattr(error, "verify_message", None) or error.strerror or str(error) or type(error).__name__
        raise DeliveryError(why, retryable=True) from None
