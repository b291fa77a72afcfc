"""What there is to set of a HEC input."""

from typing import Annotated

from tocsin.intake.web.config import TokenInput
from tocsin.settings.says import Says
from tocsin.settings.scalars import Listen


class Config(TokenInput, frozen=True, kw_only=True, tag="hec"):
    """Receives what Splunk's HTTP Event Collector does: shippers and libraries that speak HEC change one address."""

    listen: Annotated[Listen, Says("address and port")] = Listen("127.0.0.1", 8088)
    ack: Annotated[
        bool, Says("whether senders give a channel, and get an ackId for each request, to ask for at /ack")
    ] = False
    query_token: Annotated[
        bool, Says("whether ?token= is a token too; addresses end up in logs, so better not")
    ] = False
