"""How what is beneath the site says that a request is not taken."""

from collections.abc import Mapping

from tocsin.intake.http.message import Response, problem
from tocsin.intake.http.reading import BUSY, BUSY_HEADERS
from tocsin.ports.input import Refusal


class Refused(Exception):  # noqa: N818 (caught by the site, which answers with it)
    """A request is answered with this, and counted as that. A dialect may say it in words of its own.

    code: stable, for programs. text: what, where, what to do; nothing that was sent. close: the connection ends.
    """

    def __init__(
        self,
        status: int,
        code: str,
        text: str,
        why: Refusal = Refusal.MALFORMED,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(text)
        self.status, self.code, self.text, self.why = status, code, text, why
        self.headers = dict(headers or {})
        self.close = False

    @property
    def answer(self) -> Response:
        """In our own words."""
        return problem(self.status, self.code, self.text, self.headers, close=self.close)

    def closing(self) -> "Refused":
        """Let the connection end with it."""
        self.close = True
        return self

    @classmethod
    def busy(cls) -> "Refused":
        """Too much is in memory."""
        return cls(503, "busy", BUSY, Refusal.BUSY, headers=BUSY_HEADERS).closing()
