"""Sockets that are bound, the certificate for TLS, and what the system says of a socket."""

import errno
import socket
import ssl
import struct
from collections.abc import Iterator

from tocsin.errors import ConfigError
from tocsin.settings.limits import Tls
from tocsin.settings.scalars import Listen

BUFFER = 16 << 20
"""Bytes that the system is asked to hold of datagrams that were not read yet; net.core.rmem_max bounds it."""
_BACKLOG = 1024
_SO_RCVBUFFORCE = 33  # Linux: above net.core.rmem_max, for those who may
_SO_MEMINFO = 55  # Linux 4.12: counters of one socket, 32 bits each
_DROPS = 8


def bound(listen: Listen, kind: socket.SocketKind) -> list[socket.socket]:
    """Bind every address that a host stands for; raises ConfigError when there is none."""
    found: list[socket.socket] = []
    trouble: OSError | None = None
    try:
        # What was bound first decides the port when any would do.
        for family, host in _addresses(listen, kind):
            port = found[0].getsockname()[1] if found and not listen.port else listen.port
            try:
                found.append(_bound(family, kind, (host, port)))
            except OSError as error:
                trouble = error
                if error.errno != errno.EADDRNOTAVAIL:
                    raise
    except OSError as error:
        for one in found:
            one.close()
        raise ConfigError(_why_not(listen, error)) from None
    if not found:
        raise ConfigError(_why_not(listen, trouble))
    return found


def _addresses(listen: Listen, kind: socket.SocketKind) -> Iterator[tuple[int, str]]:
    found = socket.getaddrinfo(listen.host, listen.port, type=kind, flags=socket.AI_PASSIVE)
    for family, host in dict.fromkeys((one[0], str(one[4][0])) for one in found):
        if family in {socket.AF_INET, socket.AF_INET6}:
            yield family, host


def _bound(family: int, kind: socket.SocketKind, address: tuple[str, int]) -> socket.socket:
    made = socket.socket(family, kind)
    try:
        if family == socket.AF_INET6:
            # `::` means every address of the machine, of both families.
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(address[0] != "::"))
        if kind == socket.SOCK_STREAM:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            _enlarge(made)
        made.setblocking(False)
        made.bind(address)
        if kind == socket.SOCK_STREAM:
            made.listen(_BACKLOG)
    except OSError:
        made.close()
        raise
    return made


def _enlarge(made: socket.socket) -> None:
    try:
        made.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, BUFFER)
    except OSError:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)


def _why_not(listen: Listen, error: OSError | None) -> str:
    code = error.errno if error else None
    if code == errno.EADDRINUSE:
        return f"{listen}: another program listens there; stop it, or choose another port"
    if code == errno.EACCES:
        return f"{listen}: ports below 1024 need CAP_NET_BIND_SERVICE; choose a higher one, such as 5514"
    return f"{listen}: cannot listen there: {error.strerror if error else 'no such address'}"


def drops_of(bound: socket.socket) -> int:
    """Return how many datagrams the system has dropped since the socket was made, modulo 2**32; 0 if it does not say."""
    try:
        info = bound.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, 4 * (_DROPS + 1))
    except OSError:
        return 0
    return int(struct.unpack_from("=I", info, 4 * _DROPS)[0]) if len(info) > 4 * _DROPS else 0


def name_of(bound: socket.socket) -> str:
    """Return where a socket is bound: `127.0.0.1:5514/udp`."""
    host, port = bound.getsockname()[:2]
    return f"{Listen(host, port)}/{'udp' if bound.type == socket.SOCK_DGRAM else 'tcp'}"


def context_of(tls: Tls) -> ssl.SSLContext:
    """Read the certificate and the key; raises ConfigError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # Without an answer OpenSSL would ask for a passphrase on the terminal.
        context.load_cert_chain(tls.cert, tls.key, password=lambda: "")
    except (OSError, ValueError) as error:
        raise ConfigError(f"{tls.cert}, {tls.key}: no certificate and its key: {_said(error)}") from None
    if tls.client_ca:
        try:
            context.load_verify_locations(tls.client_ca)
        except (OSError, ValueError) as error:
            raise ConfigError(f"{tls.client_ca}: no certificates: {_said(error)}") from None
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _said(error: Exception) -> str:
    return getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
