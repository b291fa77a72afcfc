"""The server's side of TLS."""

import ssl

from tocsin.errors import ConfigError
from tocsin.settings.limits import Tls


def server_context(tls: Tls) -> ssl.SSLContext:
    """Return what a listener needs; raises ConfigError if certificate, key or authorities cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        # A passphrase would be asked for on the terminal.
        context.load_cert_chain(tls.cert, tls.key, password=lambda: b"")
        if tls.client_ca:
            context.load_verify_locations(tls.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except (ssl.SSLError, OSError, ValueError) as error:
        why = getattr(error, "reason", None) or getattr(error, "strerror", None) or "not PEM"
        raise ConfigError(f"tls: {tls.cert}, {tls.key} cannot be used: {why}; give PEM files") from None
    return context
