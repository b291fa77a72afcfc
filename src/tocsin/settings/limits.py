"""Limits of what comes over the network: tables that several kinds of input share."""

from typing import Annotated

from tocsin.settings.kinds import Table
from tocsin.settings.paths import InFile
from tocsin.settings.says import Says
from tocsin.settings.scalars import Duration


class Tls(Table, frozen=True, kw_only=True):
    """A certificate and its key, PEM."""

    cert: Annotated[InFile, Says("the certificate and its chain, PEM", sample='"server.pem"')]
    key: Annotated[InFile, Says("its private key, PEM, without a passphrase", sample='"server.key"')]
    client_ca: Annotated[
        InFile | None, Says("senders must show a certificate of these authorities", sample='"senders.pem"')
    ] = None


class Connections(Table, frozen=True, kw_only=True):
    """How many senders, and how long they may be silent."""

    total: Annotated[int, Says("connections at one time", least=1)] = 1000
    per_address: Annotated[int, Says("connections of one address at one time", least=1)] = 100
    idle: Annotated[Duration, Says("a connection that sends nothing for this long is closed", least=1)] = (
        Duration(60)
    )
