"""What there is to set of an e-mail channel."""

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import field

from tocsin.settings.kinds import Channel, Remark
from tocsin.settings.says import Says
from tocsin.settings.scalars import Address
from tocsin.settings.secret import Secret


class Config(Channel, frozen=True, kw_only=True, tag="email"):
    """Sends mail through an SMTP server."""

    host: Annotated[str, Says("the SMTP server", sample='"smtp.example.com"')]
    sender: Annotated[Address, Says("the address it comes from", sample='"tocsin@example.com"')] = field(
        name="from"
    )
    to: Annotated[tuple[Address, ...], Says("who gets it", sample='["oncall@example.com"]')]
    port: Annotated[int, Says("usually 587 for starttls, 465 for tls", least=1, most=65_535)] = 587
    security: Annotated[Literal["starttls", "tls", "none"], Says("how the connection is protected")] = (
        "starttls"
    )
    user: Annotated[str | None, Says("log in with this name; absent: no log-in", sample='"tocsin"')] = None
    password: Annotated[
        Secret | None, Says("and this password", sample='{ env = "TOCSIN_SMTP_PASSWORD" }')
    ] = None

    def remarks(self) -> Iterator[Remark]:
        """Both or neither; and never in the clear."""
        if not self.to:
            yield Remark(("to",), 'is empty; write ["oncall@example.com"]')
        if (self.user is None) != (self.password is None):
            yield Remark(
                ("password" if self.password else "user",),
                "user and password go together; give both, or neither",
            )
        if self.security == "none" and self.user:
            yield Remark(("security",), 'would send the password in the clear; write "starttls" or "tls"')
