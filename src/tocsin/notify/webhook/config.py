"""What there is to set of a webhook."""

from typing import Annotated

from tocsin.settings.kinds import Channel
from tocsin.settings.paths import InFile
from tocsin.settings.says import Says
from tocsin.settings.secret import Secret


class Config(Channel, frozen=True, kw_only=True, tag="webhook"):
    """Posts JSON, signed as Standard Webhooks are."""

    url: Annotated[
        Secret, Says("where to post; webhook URLs are secrets", sample='{ env = "TOCSIN_WEBHOOK_URL" }')
    ]
    secret: Annotated[
        Secret | None,
        Says(
            "signs each delivery (`whsec_…`); absent: not signed",
            sample='{ file = "/run/credentials/tocsin.service/webhook" }',
        ),
    ] = None
    authorization: Annotated[
        Secret | None,
        Says(
            "the `Authorization` header, if one is asked for",
            sample='{ env = "TOCSIN_WEBHOOK_AUTHORIZATION" }',
        ),
    ] = None
    ca: Annotated[
        InFile | None, Says("authorities to trust instead of the system's, PEM", sample='"ca.pem"')
    ] = None
