"""Canaries over syslog: one for each transport, since each may break alone."""

import socket
import ssl
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from ipaddress import ip_address, ip_network
from pathlib import Path

from tocsin.errors import ConfigError
from tocsin.intake.canary import SECONDS, door, told, trusting
from tocsin.intake.inputs.syslog.config import Config
from tocsin.ports.input import Send


def ways(config: Config, _folder: Path) -> Mapping[str, Send]:
    """Return transport -> what sends; raises ConfigError if there is no way."""
    address = door(config.listen)
    _check_allowed(config, address[0])
    tls = trusting(config.tls) if config.tls and "tls" in config.protocols else None
    made: dict[str, Send] = {
        "udp": partial(_datagram, address),
        "tcp": partial(_stream, address, None),
        "tls": partial(_stream, address, tls),
    }
    return {name: made[name] for name in config.protocols}


def _check_allowed(config: Config, host: str) -> None:
    """A sender on this machine comes from the address that it goes to."""
    try:
        own = ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        return
    if config.allow and not any(own in ip_network(one) for one in config.allow):
        raise ConfigError(f"allow has not {own}, from where canaries come; add it, or set canary = false")


def _datagram(address: tuple[str, int], record: bytes) -> None:
    with told():
        family, kind, _, _, place = socket.getaddrinfo(*address, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind) as made:
            made.sendto(record, place)


def _stream(address: tuple[str, int], tls: ssl.SSLContext | None, record: bytes) -> None:
    with told(), closing(socket.create_connection(address, timeout=SECONDS)) as plain:
        made = tls.wrap_socket(plain, suppress_ragged_eofs=True) if tls else plain
        made.sendall(record + b"\n")
        if isinstance(made, ssl.SSLSocket):
            made.unwrap()
        made.close()
