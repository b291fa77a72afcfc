"""How what is beneath the site says that a request is not taken."""

from collections.abc import Mapping

from tocsin.intake.http.message import Response, problem
from tocsin.intake.http.reading import busy
from tocsin.ports.input import Refusal


class Refused(Exception):  # noqa: N818 (caught by the site, which answers with it)
    """A request is answered with this, and counted as that."""

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
        self.answer: Response = problem(status, code, text, headers)
        self.why = why

    @classmethod
    def busy(cls) -> "Refused":
        """Too much is in memory."""
        made = cls(503, "busy", "", Refusal.BUSY)
        made.answer = busy()
        return made
